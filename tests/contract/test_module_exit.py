"""Threads that are within a call when the interpreter ends: the program ends as it should."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

PROGRAM = """
import threading, time
import muster

catalog = muster.Catalog.in_memory()
batch = muster.WriteBatch()
for i in range(200):
    batch.put_host(muster.Host(id=f"h-{i}", status="active", free_mib=1, vm_count=0))
catalog.apply(batch)
snapshot = catalog.snapshot()
calls = 0


def work(result=None):
    for _ in range(1000):
        pass
    return result


class File:
    def __init__(self):
        self.pieces = [b'{"hosts":[', *[b" "] * 50, b"]}"]

    def read(self, size):
        return work(self.pieces.pop(0) if self.pieces else b"")


def headers():
    for _ in range(50):
        yield "Accept", work("*/*")


handler = catalog.handler(readiness_check=lambda: work(True))


def loop():
    global calls
    while True:
        CALL
        calls += 1


for _ in range(3):
    threading.Thread(target=loop, daemon=True).start()
while calls < 5:
    time.sleep(0.001)
print("the end", flush=True)
"""

CALLS = {
    "apply": "catalog.apply(batch)",
    "handle": "catalog.handle('GET', '/v1/hosts')",
    "headers": "catalog.handle('GET', '/v1/hosts', headers())",
    "readiness_check": "handler.handle('GET', '/readyz')",
    "snapshot": "snapshot.hosts(500)",
    "document": "catalog.import_document(b'{}')",
    "file": "catalog.import_document(File())",
    "close": "muster.Catalog.in_memory().close()",
}


# Reads for longer than the interpreter takes to end; the process stays until its input ends.
LATE = """
import ctypes, threading
import muster

ctypes.pythonapi.Py_AtExit(ctypes.CDLL(None).getchar)
begun = threading.Event()


class File:
    piece = b'{"hosts":[' + b" " * 15 * 1024 * 1024

    def read(self, size):
        begun.set()
        return self.piece


catalog = muster.Catalog.in_memory()
threading.Thread(target=catalog.import_document, args=[File()], daemon=True).start()
begun.wait()
print("the end", flush=True)
"""


def run(program):
    return subprocess.Popen(
        [sys.executable, "-B", "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def is_asleep(process):
    """Whether all its threads wait for something, or none is left."""
    stats = Path(f"/proc/{process.pid}/task").glob("*/stat")
    return all(stat.read_text().rpartition(")")[2].split()[0] in "SZ" for stat in stats)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_a_daemon_thread_within_a_call_is_no_matter(call):
    for _ in range(3):
        with run(PROGRAM.replace("CALL", call)) as process:
            assert process.communicate(timeout=120) == ("the end\n", "")
        assert process.returncode == 0


def test_a_daemon_thread_may_come_back_when_the_interpreter_has_ended():
    with run(LATE) as process:
        assert process.stdout.readline() == "the end\n"
        while not is_asleep(process):
            time.sleep(0.01)
        assert process.communicate(timeout=120) == ("", "")
    assert process.returncode == 0
