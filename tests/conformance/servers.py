"""Servers under test, each a process of its own over a store of its own."""

import dataclasses
import json
import os
import re
import shlex
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

from client import Client, Request

SECONDS_TO_START = 60
ATTEMPTS_TO_START = 3  # since another process may take a free port first
SECONDS_TO_END = 20

DEFAULT_MUSTER = Path(__file__).resolve().parents[2] / "build" / "muster"
MUSTER = os.environ.get("MUSTER_BIN", str(DEFAULT_MUSTER))
DEFAULT_COMMAND = shlex.quote(MUSTER) + " serve --db {store} --listen 127.0.0.1:{port}"

# A master replaces a worker that has died, and says so in its log alone: gunicorn with
# the first two, nginx with the last. SIGTERM (15) may be the suite's own.
FAULTS_IN_A_LOG = re.compile(
    r"Sanitizer|runtime error:|Traceback \(most recent call last\)"
    r"|was terminated due to signal (?!15\b)|WORKER TIMEOUT|exited on signal (?!15\b)")
CRASHES = {signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGSEGV,
           signal.SIGTRAP}


@dataclasses.dataclass(frozen=True)
class Traits:
    """What the suite was told of a server."""

    not_found: str = "muster"  # who answers a path below the prefix that is not Muster's
    prefix: str = ""
    own_routes: bool = False  # it has the examples' own route and their own header
    differences: frozenset = frozenset()
    workers: int = 0  # processes that it forks, each with the store open
    private_hosts: bool = False  # /v1/hosts asks for a credential


def muster(*words, text=""):
    """Runs the command, as another process than the server."""
    done = subprocess.run([MUSTER, *words], input=text, capture_output=True, text=True,
                          timeout=120, check=False)
    assert done.returncode == 0, done.stderr


def import_document(store, document, *options):
    """Brings a store to hold a document."""
    muster("import", *options, "-", "--db", str(store), text=json.dumps(document))


def until(condition, seconds=60):
    """Waits until `condition()` holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came to hold"
        time.sleep(0.01)


def is_crash(code):
    """Whether a process, or the one whose end a shell passes on, ended by a crash."""
    return code is not None and (-code in CRASHES or code - 128 in CRASHES)


class Server:
    """A server that somebody else runs."""

    def __init__(self, address, traits):
        self.address = address
        self.traits = traits

    @classmethod
    def at(cls, base_url, traits):
        split = urlsplit(base_url)
        prefix = split.path.rstrip("/") or traits.prefix
        return cls((split.hostname, split.port or 80),
                   dataclasses.replace(traits, prefix=prefix))

    def connect(self, **options):
        return Client(self, **options)

    def get(self, target, *fields, **options):
        """One request over a connection of its own."""
        with self.connect() as client:
            return client.get(target, *fields, **options)

    def ask(self, request):
        with self.connect() as client:
            return client.ask(request).answer()

    def has(self, difference):
        return difference in self.traits.differences

    def check_alive(self):
        assert self.get("/healthz").status == 200


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class StartedServer(Server):
    """A server that the suite runs and ends, by its own pid and no other way."""

    def __init__(self, command, store, traits):
        self.store = store
        self.was_told_to_end = False
        port = free_port()
        super().__init__(("127.0.0.1", port), traits)
        words = [word.format(store=store, port=port) for word in shlex.split(command)]
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=self.log,
                                        stderr=self.log, start_new_session=True)
        try:
            until(self.is_ready, SECONDS_TO_START)
        except BaseException:
            self.kill()
            raise

    @classmethod
    def start(cls, *arguments):
        for _ in range(ATTEMPTS_TO_START - 1):
            try:
                return cls(*arguments)
            except AssertionError:
                pass
        return cls(*arguments)

    def is_ready(self):
        self.check_runs()
        try:
            with self.connect() as client:
                answers = client.ask(Request("/healthz")).answer().status == 200
            return answers and self.workers_with_store() >= self.traits.workers
        except OSError:
            return False

    def workers_with_store(self):
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        maps = (Path(f"/proc/{child}/maps").read_text(errors="replace") for child in children)
        return sum(f"{self.store}/" in text for text in maps)

    def written(self):
        self.log.seek(0)
        return self.log.read().decode(errors="replace")

    def check_runs(self):
        code = self.process.poll()
        assert code is None, f"it ended with {code}:\n{self.written()}"

    def check_alive(self):
        self.check_runs()
        super().check_alive()

    def tell_to_end(self):
        if self.process.poll() is None:
            self.was_told_to_end = True
            self.process.send_signal(signal.SIGTERM)

    def end(self):
        """Ends it before the suite does."""
        self.tell_to_end()
        self.wait_for_end()

    def wait_for_end(self):
        """Fails where it had ended by itself, or has reported a fault."""
        if self.log.closed:
            return
        code = None
        try:
            if not self.was_told_to_end:
                self.check_runs()
            code = self.process.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            pass  # how a server ends is not part of the contract, unless it crashes
        finally:
            self.kill()
        written = self.written()
        self.log.close()
        assert not is_crash(code), f"it ended with {code}:\n{written}"
        assert not FAULTS_IN_A_LOG.search(written), written

    def kill(self):
        # The server's session is its own, so this takes its workers with it.
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
