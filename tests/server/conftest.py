"""Starts `muster serve`, found by MUSTER_BIN, on a port of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "shared"))

from raw_http import Connection  # noqa: E402

DEFAULT_BINARY = Path(__file__).resolve().parents[2] / "build" / "muster"
BINARY = os.environ.get("MUSTER_BIN", str(DEFAULT_BINARY))

KEY = "sk_live_0123456789abcdef0123456789abcdef"
DOCUMENT = {
    "shapes": [
        {"id": "s-1vcpu-1gb", "vcpu": 1, "mem_mib": 1024, "default_disk_mib": 10240},
        {"id": "s-1vcpu-256mb", "vcpu": 1, "mem_mib": 256, "default_disk_mib": 10240},
    ],
    "rootfs": [{"name": "devbox:1", "default": True}, {"name": "node"}],
    "hosts": [
        {"id": "136.243.150.252", "status": "active", "free_mib": 8192, "vm_count": 12,
         "rootfses": ["devbox:1", "node"]},
    ],
    "users": [
        {"id": "usr_01K", "api_keys": [KEY],
         "stats": {"running": 3, "paused": 1, "other": 0, "total": 47}},
    ],
}


def run(*arguments, stdin=None):
    """Runs `muster ARGUMENTS…`, which must succeed; returns its output."""
    done = subprocess.run([BINARY, *map(str, arguments)], input=stdin, capture_output=True,
                          text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def import_large_hosts(db, count=500):
    """Hosts of 25 KB each; 500 are a page of more than 10 MB."""
    hosts = [{"id": f"10.0.{i // 256}.{i % 256}", "status": "active", "free_mib": 1,
              "vm_count": 1, "rootfses": [f"image-{n:03}-" + "x" * 240 for n in range(100)]}
             for i in range(count)]
    run("import", "-", "--db", db, stdin=json.dumps({"hosts": hosts}))


def until(condition, seconds=30):
    """Waits until `condition()` holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came to hold"
        time.sleep(0.001)


class Server:
    """A running server. It is ended by its own pid, and no other way."""

    def __init__(self, db, *arguments, listen="127.0.0.1:0", prefix=(), **options):
        self.db = db
        self.process = subprocess.Popen(
            [*prefix, BINARY, "serve", "--db", str(db), "--listen", listen, *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)
        line = self.process.stdout.readline()
        if not line.startswith("listening on http://"):
            self.process.kill()
            raise AssertionError(line + self.process.stderr.read())
        self.url = line.removeprefix("listening on ").strip()
        split = urlsplit(self.url)
        self.address = (split.hostname, split.port)

    def connect(self, **options):
        return Connection(self.address, **options)

    def get(self, target, *fields, **options):
        with self.connect() as connection:
            return connection.get(target, *fields, **options)

    def signal(self, number=signal.SIGTERM):
        self.process.send_signal(number)

    def wait(self):
        """The exit code, and all that was written after the first line."""
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out + err

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


@pytest.fixture
def db(tmp_path):
    path = tmp_path / "db"
    run("import", "-", "--db", path, stdin=json.dumps(DOCUMENT))
    return path


@pytest.fixture
def start(db):
    """A function that starts a server over `db` with more arguments."""
    servers = []

    def start_server(*arguments, **options):
        servers.append(Server(db, *arguments, **options))
        return servers[-1]

    yield start_server
    for server in servers:
        server.end()


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """One server for the tests that only ask."""
    path = tmp_path_factory.mktemp("shared") / "db"
    run("import", "-", "--db", path, stdin=json.dumps(DOCUMENT))
    running = Server(path)
    yield running
    running.signal()
    code, written = running.wait()
    assert (code, written) == (0, "")


@pytest.fixture
def connection(server):
    with server.connect() as open_connection:
        yield open_connection
