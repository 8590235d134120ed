"""Connections: which answer is whose, and what a connection lives through."""

import contextlib
import socket
import threading

import host
import pytest
from client import Request, check, post
from expected import HEALTHZ, NOT_MODIFIED
from framing import HIDDEN, check_refused_only, wake


def test_pipelined_requests_are_answered_in_order(server, client, catalog):
    targets = ["/v1/shapes", "/healthz", "/v1/nothing", "/v1/rootfs", "/v1/hosts?limit=3"] * 10
    client.ask(*map(Request, targets))
    if server.has("no-pipelining"):
        check(client.answer(), catalog.page("/v1/shapes"), server)
        client.asked.clear()
        client.check_goes_on_or_ended()
        return
    for _ in range(10):
        check(client.answer(), catalog.page("/v1/shapes"), server)
        wake(client, server)
        check(client.answer(), HEALTHZ, server)
        host.check_not_found(client.answer(), server)
        check(client.answer(), catalog.rootfs(), server)
        check(client.answer(), catalog.page("/v1/hosts", 3), server)


def test_pipelined_requests_of_all_kinds_keep_their_framing(server, client, catalog):
    if server.has("no-pipelining"):
        pytest.skip("no-pipelining: see the test before")
    tag = client.get("/v1/shapes").headers["etag"]
    client.ask(Request("/v1/rootfs", method="HEAD"),
               Request("/v1/shapes", (f"If-None-Match: {tag}",)),
               Request("/v1/nothing", method="HEAD"),
               Request("/v1/rootfs"),
               Request("/healthz"))
    assert client.answer().status == 200
    wake(client, server)
    check(client.answer(), NOT_MODIFIED, server)
    assert client.answer().status == 404
    check(client.answer(), catalog.rootfs(), server)
    check(client.answer(), HEALTHZ, server)


def test_pipelined_large_answers_come_whole(server, client, catalog):
    if server.has("no-pipelining"):
        pytest.skip("no-pipelining: see the test before")
    expected = catalog.page("/v1/hosts", 500)
    client.ask(*[Request("/v1/hosts?limit=500")] * 30)
    client.wait_until_received()
    for _ in range(30):
        check(client.answer(), expected, server)
        wake(client, server)


@pytest.mark.parametrize("size", [1, 7, 40])
def test_requests_may_come_in_pieces(server, client, catalog, size):
    for asked, expected in [(Request("/v1/rootfs"), catalog.rootfs()),
                            (Request("/healthz"), HEALTHZ)]:
        data = client.head_of(asked)
        for i in range(0, len(data), size):
            client.send(data[i:i + size])
        check(client.answer(), expected, server)


def test_a_connection_is_kept(server, client):
    for _ in range(200):
        check(client.get("/healthz"), HEALTHZ, server)


@pytest.mark.parametrize("target", ["/v1/hosts", "/v1/nothing"])
def test_a_request_behind_a_body_in_one_packet_is_found(server, client, target):
    if server.has("no-pipelining"):
        pytest.skip("no-pipelining: see the first test")
    client.ask(post(target, HIDDEN), Request("/healthz"))
    behind = client.asked.pop()
    check_refused_only(client, server, target)
    client.asked.append(behind)
    try:
        wake(client, server)
        check(client.answer(), HEALTHZ, server)
    except (EOFError, ConnectionError):
        assert not client.buffer, bytes(client.buffer)


def test_http_1_0_needs_no_host(server, client, catalog):
    client.send(client.head_of(Request("/v1/rootfs", version="1.0")).replace(
        b"Host: muster\r\n", b""))
    check(client.answer(), catalog.rootfs(), server)


def test_http_1_0_ends_with_the_answer(server, client, catalog):
    check(client.get("/v1/rootfs", version="1.0"), catalog.rootfs(), server)
    assert client.is_ended()


def test_http_1_0_may_ask_to_keep_the_connection(server, client, catalog):
    answer = client.get("/v1/rootfs", "Connection: keep-alive", version="1.0")
    check(answer, catalog.rootfs(), server)
    if answer.headers.get("connection", "").lower() == "keep-alive":
        check(client.get("/healthz", version="1.0"), HEALTHZ, server)
    assert client.is_ended()


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("target", ["/v1/rootfs", "/healthz", "/v1/nothing"])
def test_connection_close_is_kept_to(server, client, target, method):
    client.get(target, "Connection: close", method=method)
    assert client.is_ended()


def test_a_client_that_ends_its_side_gets_its_answer(server, client, catalog):
    # In one packet, so that a server always sees the end before it answers.
    client.socket.send(client.head_of(Request("/v1/rootfs")), socket.MSG_MORE)
    client.socket.shutdown(socket.SHUT_WR)
    if server.has("no-half-close"):
        assert client.is_ended()
    else:
        check(client.answer(), catalog.rootfs(), server)


@pytest.mark.parametrize("half", [
    b"GET", b"GET /healthz HTTP/1.1\r\n", b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Api-Key: "])
def test_a_half_sent_request_keeps_nobody_waiting(server, client, catalog, half):
    with server.connect() as slow:
        slow.send(half)
        slow.wait_until_received()
        for _ in range(4):
            check(server.get("/v1/rootfs"), catalog.rootfs(), server)
    check(client.get("/healthz"), HEALTHZ, server)


def test_a_half_sent_request_is_answered_when_it_is_whole(server, client, catalog):
    data = client.head_of(Request("/v1/rootfs"))
    client.send(data[:30])
    client.wait_until_received()
    check(server.get("/v1/rootfs"), catalog.rootfs(), server)
    client.send(data[30:])
    check(client.answer(), catalog.rootfs(), server)


def test_a_body_that_never_comes_keeps_nobody_waiting(server, catalog):
    with server.connect() as slow:
        slow.send(slow.head_of(post("/v1/hosts", b"x" * 100)))
        slow.wait_until_received()
        check(server.get("/v1/rootfs"), catalog.rootfs(), server)
    server.check_alive()


def test_many_connections_are_served_at_a_time(server, catalog):
    fields = ("Connection: close",) if server.has("held-threads") else ()
    clients = []
    try:
        for _ in range(100):
            clients.append(server.connect())
            clients[-1].ask(Request("/v1/rootfs", fields))
        for client in reversed(clients):
            check(client.answer(), catalog.rootfs(), server)
    finally:
        for client in clients:
            client.socket.close()


def test_a_connection_that_is_kept_may_hold_a_thread(server, catalog):
    if not server.has("held-threads"):
        pytest.skip("it does not: see the test before")
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(server.connect()).ask(Request("/v1/rootfs"))
                   for _ in range(100)]
        check(clients[0].answer(), catalog.rootfs(), server)
        assert not clients[-1].has_bytes(seconds=0.2), "held-threads is not needed"
        clients[0].socket.close()
        for client in clients[1:]:  # in order: the end of each lets another one in
            check(client.answer(), catalog.rootfs(), server)
            client.socket.close()


def test_clients_at_once_get_their_own_answers(server, catalog):
    wrong = []

    def ask(offset):
        try:
            with server.connect() as client:
                for i in range(40):
                    check(client.get(f"/v1/hosts?limit=5&offset={offset + i}"),
                          catalog.page("/v1/hosts", 5, offset + i), server)
        except Exception as error:
            wrong.append(error)

    threads = [threading.Thread(target=ask, args=(50 * n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
