"""What this server does with connections of its own choice: bodies, limits, times."""

import os
import resource
import socket
import threading
import time

import pytest

from conftest import import_large_hosts, until
from raw_http import request
from test_endpoints import HEALTHZ, METHOD_NOT_ALLOWED, READYZ, ROOTFS


def test_a_body_that_comes_later_is_not_the_next_request(connection):
    body = request("/readyz")
    connection.send(request("/v1/hosts", f"Content-Length: {len(body)}", method="POST"))
    connection.wait_until_received()
    connection.send(body[:10])
    connection.wait_until_received()
    connection.send(body[10:] + request("/healthz"))
    answer = connection.read()
    assert (answer.status, answer.body) == (405, METHOD_NOT_ALLOWED)
    assert answer.headers["allow"] == "GET, HEAD"
    assert connection.read().body == HEALTHZ


def test_a_body_of_a_get_is_dropped(connection):
    connection.send(request("/healthz", "Content-Length: 4", body=b"GET ") + request("/readyz"))
    assert connection.read().body == HEALTHZ
    assert connection.read().body == READYZ


def test_a_chunked_body_is_dropped(connection):
    connection.send(request("/v1/hosts", "Transfer-Encoding: chunked", method="POST",
                            body=b"5;name=value\r\nGET /\r\n"))
    connection.wait_until_received()
    connection.send(b"3\r\nabc\r\n0\r\nTrailer: x\r\n\r\n" + request("/healthz"))
    assert connection.read().status == 405
    assert connection.read().body == HEALTHZ


def test_a_body_of_64_kib_keeps_the_connection(connection):
    size = 64 * 1024
    connection.send(request("/v1/hosts", f"Content-Length: {size}", method="POST",
                            body=b"x" * size) + request("/healthz"))
    answer = connection.read()
    assert answer.status == 405
    assert answer.headers["connection"] == "keep-alive"
    assert connection.read().body == HEALTHZ


def test_a_longer_body_is_refused_and_the_connection_ends(connection):
    size = 2 * 1024 * 1024
    connection.send(request("/v1/hosts", f"Content-Length: {size}", method="POST"))
    connection.send(b"x" * size)  # all of it can be sent, and the answer still be read
    answer = connection.read()
    assert answer.status == 413
    assert answer.headers["connection"] == "close"
    assert connection.is_closed()


def test_a_longer_chunked_body_is_refused_and_the_connection_ends(connection):
    connection.send(request("/v1/hosts", "Transfer-Encoding: chunked", method="POST"))
    connection.send((b"400\r\n" + b"x" * 1024 + b"\r\n") * 100)
    answer = connection.read()
    assert answer.status == 413
    assert answer.headers["connection"] == "close"
    assert connection.is_closed()


def test_expect_is_told_to_send_the_body(connection):
    connection.send(request("/v1/hosts", "Expect: 100-continue", "Content-Length: 20",
                            method="POST"))
    assert connection.read().status == 100
    connection.send(b"GET /readyz HTTP/1.1" + request("/healthz"))
    answer = connection.read()
    assert (answer.status, answer.body) == (405, METHOD_NOT_ALLOWED)
    assert connection.read().body == HEALTHZ


@pytest.mark.parametrize("fields", [
    ["Transfer-Encoding: gzip"],
    ["Transfer-Encoding: chunked, gzip"],
    ["Transfer-Encoding: gzip", "Content-Length: 4"],
    ["Transfer-Encoding: chunked", "Content-Length: 4"],
    ["Content-Length: 4", "Transfer-Encoding: chunked"],
    ["Content-Length: 4", "Content-Length: 5"],
    ["content-LENGTH: 0", "X: y", "Content-Length: 46"],
    ["Content-Length: -1"],
    ["Content-Length: 4x"],
    ["Content-Length: 4\r\n 6"],
    ["Content-Length: 4", "X: y\r\n\tTransfer-Encoding: chunked"],
], ids=" + ".join)
def test_a_body_of_unclear_length_is_refused(connection, fields):
    connection.send(request("/healthz", *fields, method="POST", body=request("/readyz")))
    answer = connection.read()
    assert answer.status == 400
    assert answer.headers["connection"] == "close"
    assert connection.is_closed()


@pytest.mark.parametrize("line_end", [b"\r\n", b"\n"], ids=["CRLF", "LF"])
@pytest.mark.parametrize("second", ["Content-Length: 5", "Transfer-Encoding: chunked"])
def test_an_empty_line_before_a_request_does_not_hide_its_lengths(connection, line_end, second):
    connection.send(request("/healthz") + line_end
                    + request("/healthz", "Content-Length: 6", second, method="POST",
                              body=b"0\r\n\r\n" + request("/readyz")))
    assert connection.read().body == HEALTHZ
    answer = connection.read()
    assert answer.status == 400
    assert answer.headers["connection"] == "close"
    assert connection.is_closed()


@pytest.mark.parametrize("data", [
    b"nonsense\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    b"GET /healthz HTTP/2.0\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nNo colon\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nName : x\r\n\r\n",
    b"GET /health z HTTP/1.1\r\n\r\n",
])
def test_what_is_not_http_is_refused(connection, data):
    connection.send(data)
    answer = connection.read()
    assert answer.status == 400
    assert answer.headers["connection"] == "close"
    assert connection.is_closed()


def test_answers_before_a_fault_are_sent(connection):
    connection.send(request("/healthz") + b"nonsense\r\n\r\n" + request("/healthz"))
    assert connection.read().body == HEALTHZ
    assert connection.read().status == 400
    assert connection.is_closed()


def test_a_head_of_too_many_fields_is_refused(connection):
    connection.send(request("/healthz", *[f"X-{i}: {i}" for i in range(101)]))
    answer = connection.read()
    assert answer.status == 400
    assert answer.headers["connection"] == "close"
    assert connection.is_closed()


def test_a_head_without_an_end_is_cut_off(server, connection):
    with pytest.raises((BrokenPipeError, ConnectionResetError)):
        for _ in range(1000):
            connection.send(b"GET /healthz HTTP/1.1\r\nX-Endless: " + b"a" * 1000000)
    assert server.get("/healthz").body == HEALTHZ


def test_a_large_head_is_served(connection):
    assert connection.get("/healthz", "X-Long: " + "a" * 15000).body == HEALTHZ


def test_http_1_0_ends_with_the_answer(connection):
    answer = connection.get("/healthz", version="1.0")
    assert (answer.headers["connection"], answer.body) == ("close", HEALTHZ)
    assert connection.is_closed()


def test_http_1_0_may_keep_the_connection(connection):
    for _ in range(2):
        answer = connection.get("/healthz", "Connection: keep-alive", version="1.0")
        assert answer.headers["connection"] == "keep-alive"
        assert answer.body == HEALTHZ


def test_connection_close_is_kept_to(connection):
    connection.send(request("/healthz", "Connection: close") + request("/readyz"))
    answer = connection.read()
    assert (answer.headers["connection"], answer.body) == ("close", HEALTHZ)
    assert connection.is_closed()


def test_a_client_that_ends_its_side_gets_its_answers(connection):
    connection.send(request("/healthz") + request("/v1/rootfs"))
    connection.socket.shutdown(1)
    assert connection.read().body == HEALTHZ
    assert connection.read().body == ROOTFS
    assert connection.is_closed()


def test_half_a_request_times_out(start):
    server = start("--idle-timeout-ms", "200")
    with server.connect() as connection:
        connection.send(b"GET /healthz HTTP/1.1\r\nHost:")
        assert connection.is_closed()


def test_an_idle_connection_times_out_without_a_word(start):
    server = start("--idle-timeout-ms", "200")
    with server.connect() as connection:
        assert connection.is_closed()
    with server.connect() as connection:
        assert connection.get("/healthz").body == HEALTHZ
        assert connection.is_closed()


def test_a_body_that_does_not_come_times_out(start):
    server = start("--idle-timeout-ms", "200")
    with server.connect() as connection:
        connection.send(request("/v1/hosts", "Content-Length: 9", method="POST", body=b"x"))
        assert connection.is_closed()


def test_an_answer_that_nobody_reads_times_out(start, db):
    import_large_hosts(db)
    server = start("--idle-timeout-ms", "300", "--max-connections", "1")
    with server.connect(receive_buffer=4096) as idler:
        idler.send(request("/v1/hosts?limit=500"))
        idler.receive()
        # There is room for one connection at a time.
        assert server.get("/healthz").body == HEALTHZ


def test_an_answer_that_nobody_reads_times_out_though_the_client_sends_on(start, db):
    import_large_hosts(db)
    server = start("--idle-timeout-ms", "300")
    with server.connect(receive_buffer=4096) as idler:
        idler.send(request("/v1/hosts?limit=500"))
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            until(lambda: idler.send(b"G") is not None)


def test_an_answer_that_is_read_slowly_does_not_time_out(start, db):
    import_large_hosts(db)
    server = start("--idle-timeout-ms", "300")
    with server.connect(receive_buffer=4096) as slow:
        slow.send(request("/v1/hosts?limit=500"))
        end = time.monotonic() + 1.5
        while time.monotonic() < end:
            slow.receive()
            time.sleep(0.01)
        slow.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        assert slow.read().body == server.get("/v1/hosts?limit=500").body


def test_many_connections_are_served_at_a_time(server):
    connections = [server.connect() for _ in range(200)]
    try:
        for connection in connections:
            connection.send(request("/v1/rootfs"))
        for connection in reversed(connections):
            assert connection.read().body == ROOTFS
    finally:
        for connection in connections:
            connection.socket.close()


def test_threads_that_get_many_connections_at_once_keep_apart(start):
    server = start("--threads", "2")
    answered = []

    def connect_again_and_again():
        for _ in range(3000):
            with server.connect() as connection:
                connection.send(request("/healthz", "Connection: close"))
                answered.append(connection.read().status)

    clients = [threading.Thread(target=connect_again_and_again) for _ in range(4)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    assert answered == [200] * 12000
    assert server.process.poll() is None


def test_connections_past_the_limit_wait(start):
    server = start("--max-connections", "2")
    first, second, third = (server.connect() for _ in range(3))
    with first, second, third:
        for connection in (first, second):
            assert connection.get("/healthz").body == HEALTHZ
        third.send(request("/v1/rootfs"))
        third.socket.settimeout(0.2)
        with pytest.raises(TimeoutError):
            third.read()
        third.socket.settimeout(30)
        first.socket.close()
        assert third.read().body == ROOTFS


def processor_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


@pytest.mark.skipif("undefined" in os.environ.get("MUSTER_SANITIZE", ""),
                    reason="UndefinedBehaviorSanitizer needs descriptors for its own checks")
def test_without_descriptors_it_waits_for_some_and_does_not_spin(start):
    def few_descriptors():
        resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))

    server = start("--threads", "1", "--max-connections", "1000", preexec_fn=few_descriptors)
    connections = [server.connect() for _ in range(60)]
    for connection in connections:
        connection.send(request("/healthz"))
    assert connections[0].read().body == HEALTHZ
    before = processor_seconds(server.process.pid)
    connections[-1].socket.settimeout(0.5)
    with pytest.raises(TimeoutError):
        connections[-1].read()
    assert processor_seconds(server.process.pid) - before < 0.3
    for connection in connections[:-1]:
        connection.socket.close()
    connections[-1].socket.settimeout(30)
    assert connections[-1].read().body == HEALTHZ
    connections[-1].socket.close()
