"""How a signal ends connections of HTTP/2: with the answers that are under way."""

import contextlib
import signal
import time

import pytest

from conftest import import_large_hosts
from http2 import (DATA, END_STREAM, GOAWAY, OPEN_WINDOWS, PING, frame, headers, read_body,
                   read_frame, read_to_the_end, read_until, window_update)

LARGE = "/v1/hosts?limit=500"


@pytest.fixture
def large(start, db):
    """A server that has a page of 2 MB, and the page."""
    import_large_hosts(db, count=80)
    server = start("--threads", "1")
    return server, server.get(LARGE).body


def answer_to(data):
    """What a client sends that gives back the window as it reads."""
    return window_update(len(data)) + window_update(len(data), stream=1)


@pytest.mark.parametrize("reply", [answer_to, lambda data: frame(PING, payload=b"12345678")],
                         ids=["window updates", "pings"])
def test_an_answer_is_whole_for_a_slow_client_that_sends_while_it_reads(large, reply):
    server, page = large
    with server.connect(receive_buffer=4096) as connection:
        connection.send(OPEN_WINDOWS + headers(LARGE))
        kind = None
        while kind != DATA:
            kind, _, _, data = read_frame(connection)
        server.signal()
        # By then libh2o has closed the connection, with much of the page unread.
        end_of_slowness = time.monotonic() + 2

        def send_something(payload):
            connection.send(reply(payload))
            if time.monotonic() < end_of_slowness:
                time.sleep(0.02)

        assert data + read_body(connection, on_data=send_something) == page
    assert server.wait() == (0, "")


@pytest.mark.parametrize("is_accepted", [False, True], ids=["in the backlog", "accepted"])
def test_first_answers_are_whole_where_requests_and_a_signal_come_at_once(large, is_accepted):
    server, page = large
    if not is_accepted:
        server.signal(signal.SIGSTOP)
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(server.connect()) for _ in range(5)]
        if is_accepted:
            server.get("/healthz")  # they are accepted in order
            server.signal(signal.SIGSTOP)
        for connection in connections:
            connection.send(OPEN_WINDOWS + headers(LARGE))
            connection.wait_until_received()
        server.signal()
        server.signal(signal.SIGCONT)
        for connection in connections:
            assert read_body(connection) == page
    assert server.wait() == (0, "")


def test_a_first_request_under_way_has_the_time_that_is_between_two_goaways(start):
    server = start()
    with server.connect() as connection:
        connection.send(OPEN_WINDOWS + headers("/v1/hosts", method="POST", flags=0)
                        + frame(DATA, stream=1, payload=b"half of a body")
                        + frame(PING, payload=b"12345678"))
        read_until(connection, PING)
        server.signal()
        assert [kind for kind in read_to_the_end(connection) if kind == GOAWAY] == [GOAWAY] * 2
    assert server.wait() == (0, "")


def test_a_request_that_comes_whole_between_two_goaways_is_answered(start):
    server = start()
    with server.connect() as connection:
        connection.send(OPEN_WINDOWS + headers("/v1/hosts", method="POST", flags=0)
                        + frame(PING, payload=b"12345678"))
        read_until(connection, PING)
        server.signal()
        read_until(connection, GOAWAY)
        connection.send(frame(DATA, END_STREAM, 1, b"body"))
        assert b"method_not_allowed" in read_body(connection)
    assert server.wait() == (0, "")
