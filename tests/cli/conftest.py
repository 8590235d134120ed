"""Runs the command muster, found by MUSTER_BIN, on stores of the test's own."""

import json
import os
import subprocess
from pathlib import Path

import pytest

DEFAULT_BINARY = Path(__file__).resolve().parents[2] / "build" / "muster"
BINARY = os.environ.get("MUSTER_BIN", str(DEFAULT_BINARY))

DOCUMENT = {
    "shapes": [
        {"id": "s-1vcpu-1gb", "vcpu": 1, "mem_mib": 1024, "default_disk_mib": 10240},
        {"id": "s-1vcpu-256mb", "vcpu": 1, "mem_mib": 256, "default_disk_mib": 10240,
         "cpu_quota_pct": 25},
        {"id": "s-old", "vcpu": 2, "mem_mib": 512, "default_disk_mib": 1024, "disabled": True},
    ],
    "rootfs": [
        {"name": "devbox:1", "description": "Debian with tools", "default": True},
        {"name": "node", "description": "two\nlines\x1b[31m", "deprecated": True,
         "successor": "node:22"},
        {"name": "node:22"},
        {"name": "secret", "disabled": True},
    ],
    "hosts": [
        {"id": "10.0.0.1", "status": "active", "free_mib": 8192, "vm_count": 12,
         "rootfses": ["devbox:1", "node"]},
        {"id": "10.0.0.2", "status": "draining", "free_mib": 0, "vm_count": 3},
        {"id": "10.0.0.3", "status": "dead", "free_mib": 0, "vm_count": 0},
        {"id": "10.0.0.4", "status": "active", "free_mib": 1, "vm_count": 0, "disabled": True},
    ],
    "users": [
        {"id": "usr_01K", "api_keys": ["sk_live_0123456789abcdef0123456789abcdef"],
         "stats": {"running": 3, "paused": 1, "other": 0, "total": 47}},
    ],
}


class Result:
    """How a run of the command ended."""

    def __init__(self, done):
        self.code = done.returncode
        self.out = done.stdout.decode()
        self.err = done.stderr.decode()

    def __repr__(self):
        return f"exit code {self.code}\n--- stdout\n{self.out}--- stderr\n{self.err}"

    def json(self):
        return json.loads(self.out)


def run(*arguments, stdin=b"", env=None, **options):
    """Runs `muster ARGUMENTS…`; MUSTER_DB is not inherited."""
    environment = {k: v for k, v in os.environ.items() if k != "MUSTER_DB"}
    environment.update(env or {})
    options.setdefault("stdout", subprocess.PIPE)
    options.setdefault("stderr", subprocess.PIPE)
    if isinstance(stdin, str):
        stdin = stdin.encode()
    done = subprocess.run([BINARY, *map(str, arguments)], input=stdin, env=environment,
                          timeout=60, check=False, **options)
    done.stdout = done.stdout or b""
    done.stderr = done.stderr or b""
    return Result(done)


def assert_ok(result):
    assert result.code == 0, result
    assert result.err == "", result
    return result


def assert_one_line_error(result, code=1):
    """The shape of every error: the exit code, nothing on stdout, one line."""
    assert result.code == code, result
    assert result.out == "", result
    assert result.err.startswith("muster: "), result
    assert result.err.endswith("\n"), result
    assert result.err.count("\n") == 1, result
    return result.err


@pytest.fixture
def muster():
    """run(): a function, so that tests read `muster("show", "hosts", …)`."""
    return run


@pytest.fixture
def db(tmp_path):
    """The path of a store that holds DOCUMENT."""
    path = tmp_path / "db"
    assert_ok(run("import", "-", "--db", path, stdin=json.dumps(DOCUMENT)))
    return path


@pytest.fixture
def no_db(tmp_path):
    """The path of a store that is not there."""
    return tmp_path / "missing"
