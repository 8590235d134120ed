"""How a server begins and ends."""

import os
import resource
import signal
import subprocess
import time

import pytest

from conftest import BINARY, KEY, Server, until
from test_endpoints import HEALTHZ, ROOTFS

DRAINING = b'{"status":"fail","data":{"ready":false,"reason":"draining"}}'


def test_a_port_in_use_is_an_error_in_one_line(server, tmp_path):
    address = "%s:%d" % server.address
    done = subprocess.run([BINARY, "serve", "--db", tmp_path / "new", "--listen", address],
                          capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith(f"muster: cannot listen on {address}: ")
    assert "--listen" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("listen", ["192.0.2.1:0", "no.such.host.invalid:0"])
def test_an_address_that_cannot_be_had_is_an_error(tmp_path, listen):
    done = subprocess.run([BINARY, "serve", "--db", tmp_path / "new", "--listen", listen],
                          capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert listen in done.stderr


def limit_descriptors(soft, hard):
    return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_too_few_descriptors_for_the_threads_are_an_error_in_one_line(tmp_path):
    done = subprocess.run([BINARY, "serve", "--db", tmp_path / "new", "--listen", "127.0.0.1:0",
                           "--threads", "16"], preexec_fn=limit_descriptors(40, 40),
                          capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith("muster: ")
    assert "--threads" in done.stderr and "ulimit -n" in done.stderr
    assert not (tmp_path / "new").exists()


def test_the_limit_of_descriptors_is_raised_for_threads_too(start):
    server = start("--threads", "30", "--max-connections", "1",
                   preexec_fn=limit_descriptors(40, 200))
    assert server.get("/healthz").body == HEALTHZ


def test_serve_makes_a_missing_store(tmp_path):
    server = Server(tmp_path / "fresh" / "db")
    try:
        assert b'"total":0' in server.get("/v1/hosts").body
    finally:
        server.end()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_0_and_closes_idle_connections(start, number):
    server = start()
    with server.connect() as fresh, server.connect() as used:
        assert used.get("/healthz").body == HEALTHZ
        assert fresh.get("/healthz").body == HEALTHZ
        server.signal(number)
        assert fresh.is_closed()
        assert used.is_closed()
        assert server.wait() == (0, "")


def test_a_request_under_way_is_finished(start):
    server = start()
    with server.connect() as connection, server.connect() as idle:
        assert connection.get("/healthz").body == HEALTHZ
        assert idle.get("/healthz").body == HEALTHZ
        connection.send(b"GET /v1/rootfs HTTP/1.1\r\n")
        connection.wait_until_received()
        server.signal()
        assert idle.is_closed()
        connection.send(b"Host: x\r\n\r\n")
        answer = connection.read()
        assert (answer.status, answer.body) == (200, ROOTFS)
        assert answer.headers["connection"] == "close"
        assert connection.is_closed()
        connection.socket.close()
        assert server.wait() == (0, "")


def test_after_the_drain_nobody_is_let_in(start):
    server = start()
    with server.connect() as busy:
        assert busy.get("/healthz").body == HEALTHZ
        busy.send(b"GET /v1/rootfs HTTP/1.1\r\n")
        busy.wait_until_received()
        with server.connect() as idle:
            assert idle.get("/healthz").body == HEALTHZ
            server.signal()
            assert idle.is_closed()
        with pytest.raises(ConnectionRefusedError):
            server.connect()
        busy.send(b"\r\n")
        assert busy.read().body == ROOTFS


def test_while_it_drains_it_serves_but_is_not_ready(start):
    server = start("--drain-ms", "600000")
    with server.connect() as old:
        assert old.get("/readyz").status == 200
        server.signal()
        until(lambda: old.get("/readyz").status == 503)
        answer = old.get("/readyz")
        assert answer.body == DRAINING
        assert answer.headers["retry-after"] == "1"
        assert old.get("/v1/rootfs").body == ROOTFS
        assert server.get("/readyz").body == DRAINING
        assert server.get("/v1/rootfs").body == ROOTFS
        assert server.get("/healthz").body == HEALTHZ


def test_the_drain_ends(start):
    server = start("--drain-ms", "300")
    with server.connect() as connection:
        assert connection.get("/healthz").body == HEALTHZ
        begin = time.monotonic()
        server.signal()
        assert connection.is_closed()
        assert time.monotonic() - begin > 0.25
    assert server.wait() == (0, "")


def test_a_second_signal_ends_it_at_once(start):
    server = start("--drain-ms", "600000")
    with server.connect() as connection:
        server.signal()
        until(lambda: connection.get("/readyz").status == 503)
        server.signal()
        code, _ = server.wait()
        assert code == -signal.SIGTERM


def test_closed_standard_output_does_not_end_it(db):
    reader, writer = os.pipe()
    os.close(reader)
    with subprocess.Popen([BINARY, "serve", "--db", db, "--listen", "127.0.0.1:0"],
                          stdout=writer, stderr=subprocess.PIPE) as process:
        os.close(writer)
        # It is up when it has a signal handler; until then the signal kills it.
        until(lambda: has_handler(process.pid, signal.SIGTERM))
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        assert process.stderr.read() == b""


def has_handler(pid, number):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        caught = next(line for line in file if line.startswith("SigCgt:"))
    return int(caught.split()[1], 16) >> (number - 1) & 1 == 1


def test_nothing_of_a_request_is_logged(start):
    server = start()
    server.get("/v1/whoami", f"X-Api-Key: {KEY}")
    server.get(f"/{KEY}")
    with server.connect() as connection:
        connection.send(KEY.encode() + b"\r\n\r\n")
        connection.read()
    server.signal()
    assert server.wait() == (0, "")
