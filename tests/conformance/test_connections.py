"""Framing: what belongs to which request, and what a connection lives through."""

import contextlib
import socket
import threading

import host
import pytest
from client import Request, check, post
from expected import HEALTHZ, METHOD_NOT_ALLOWED, NOT_MODIFIED
from raw_http import request

HIDDEN = request("/readyz")  # in a body, where it must never be answered


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


@pytest.mark.parametrize("target", ["/v1/hosts", "/healthz", "/v1/whoami", "/v1/nothing"])
@pytest.mark.parametrize("waits", [False, True])
def test_a_body_in_a_second_packet_is_not_the_next_request(server, client, target, waits):
    asked = post(target, HIDDEN)
    client.send(client.head_of(asked))
    client.wait_until_received()
    if waits:  # some answer at once, others when they have the body
        client.has_bytes(seconds=0.2)
    send_until_closed(client, HIDDEN[:10])
    send_until_closed(client, HIDDEN[10:])
    check_refused(client, server, target)


@pytest.mark.parametrize("target", ["/v1/hosts", "/v1/nothing"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE"])
def test_a_body_is_not_the_next_request(server, client, catalog, target, method):
    client.ask(Request(target, (f"Content-Length: {len(HIDDEN)}",), method=method, body=HIDDEN))
    check_answer_or_refusal(client, server, catalog, target, method)


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("method", ["OPTIONS", "PATCH", "TRACE", "PROPFIND", "BREW"])
def test_a_body_of_a_strange_method_is_not_the_next_request(server, method, chunked):
    """What a framework does not know it may refuse in its own words, or with none."""
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(HIDDEN)}"
    body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(HIDDEN), HIDDEN) if chunked else HIDDEN
    with server.connect() as client:
        client.ask(Request("/v1/hosts", (length,), method=method, body=body))
        try:
            assert 400 <= client.frameworks_answer().status < 600
        except (EOFError, ConnectionError):
            return
        client.check_goes_on_or_ended()


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


def test_a_body_that_is_cut_off_leaves_the_server_well(server):
    for asked in (post("/v1/hosts", b"x" * 1000), post("/v1/nothing", b"x" * 1000)):
        with server.connect() as client:
            client.send(client.head_of(asked) + b"x" * 10)
            client.wait_until_received()
    server.check_alive()


@pytest.mark.parametrize("target", ["/v1/hosts", "/v1/nothing"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE"])
def test_a_chunked_body_is_not_the_next_request(server, client, catalog, target, method):
    first, second = HIDDEN[:20], HIDDEN[20:]
    client.send(client.head_of(Request(target, ("Transfer-Encoding: chunked",), method=method)))
    client.wait_until_received()
    send_until_closed(client, b"%x\r\n%s\r\n" % (len(first), first))
    send_until_closed(client, b"%x\r\n%s\r\n0\r\n\r\n" % (len(second), second))
    check_answer_or_refusal(client, server, catalog, target, method)


@pytest.mark.parametrize("target", ["/v1/hosts", "/v1/nothing"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE"])
def test_a_body_behind_an_answer_is_not_the_next_request(server, client, catalog, target, method):
    length = f"Content-Length: {len(HIDDEN)}"
    client.send(client.head_of(Request(target, (length,), method=method)))
    client.has_bytes(seconds=0.2)  # some answer without the body
    send_until_closed(client, HIDDEN)
    check_answer_or_refusal(client, server, catalog, target, method)


def test_chunks_may_have_extensions(server, client):
    client.ask(Request("/v1/hosts", ("Transfer-Encoding: chunked",), method="POST",
                       body=b"5;name=value\r\nhello\r\n0;name\r\n\r\n"))
    if server.has("no-chunk-extensions"):
        assert 400 <= client.frameworks_answer().status < 500
        assert client.is_ended()
        return
    check_refused(client, server, "/v1/hosts")


def test_a_body_of_64_kib_is_dropped(server, client):
    client.ask(post("/v1/hosts", b"x" * 64 * 1024))
    check_refused(client, server, "/v1/hosts")


def test_a_body_past_the_limits_of_a_server_ends_the_connection(server, client):
    client.send(client.head_of(post("/v1/hosts", b"x" * 2 * 1024 * 1024)))
    send_until_closed(client, b"x" * 2 * 1024 * 1024)
    try:
        answer = client.frameworks_answer()
    except (EOFError, ConnectionError):
        return
    assert answer.status in (405, 413), answer
    client.check_goes_on_or_ended()


def test_expect_without_a_body_is_ignored(server, client, catalog):
    answer = client.get("/v1/rootfs", "Expect: 100-continue")
    check(answer, catalog.rootfs(), server)
    check(client.get("/healthz"), HEALTHZ, server)


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_expect_before_a_body_is_answered_or_waited_for(server, client, method):
    fields = (f"Content-Length: {len(HIDDEN)}", "Expect: 100-continue")
    client.send(client.head_of(Request("/v1/hosts", fields, method=method)))
    if server.has("interim-100"):
        assert client.read().status == 100
    else:
        client.has_bytes(seconds=0.2)
    send_until_closed(client, HIDDEN)
    check_refused(client, server, "/v1/hosts")


def test_another_expectation_is_ignored(server, client, catalog):
    expect = "Expect: 200-maybe"
    check(client.get("/v1/rootfs", expect), catalog.rootfs(), server)
    client.ask(post("/v1/hosts", HIDDEN, expect))
    if server.has("other-expect"):
        assert client.frameworks_answer().status == 417
        client.check_goes_on_or_ended()
    else:
        check_refused(client, server, "/v1/hosts")


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


def wake(client, server):
    """Where what was sent in one piece with the request before waits for more to come,
    lets it come."""
    if server.has("late-pipelining") and not client.is_woken:
        assert not client.has_bytes(seconds=0.2), "late-pipelining is not needed"
        client.ask(Request("/healthz"))
        client.is_woken = True


def send_until_closed(client, data):
    """Sends; the other side may have closed the connection by then."""
    try:
        client.send(data)
    except ConnectionError:
        pass


def check_refused(client, server, target, method="POST"):
    check_refused_only(client, server, target, method)
    client.check_goes_on_or_ended()


def check_refused_only(client, server, target, method="POST"):
    answer = client.answer()
    if target == "/v1/nothing":
        if answer.status == 404 or server.traits.not_found == "muster":
            host.check_not_found(answer, server, method)
        assert 400 <= answer.status < 500  # what a host does with a body is its own
    else:
        check(answer, METHOD_NOT_ALLOWED, server)


def check_answer_or_refusal(client, server, catalog, target, method):
    """GET and HEAD have their answer in spite of a body."""
    if target == "/v1/nothing" or method not in ("GET", "HEAD"):
        return check_refused(client, server, target, method)
    answer = client.answer()
    assert answer.status == 200, answer
    if method == "GET":
        check(answer, catalog.get(target), server)
    return client.check_goes_on_or_ended()
