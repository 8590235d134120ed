"""Bodies of requests, which nobody wants: what belongs to which request."""

import pytest
from client import Request, check, post, without_body
from expected import HEALTHZ
from framing import (
    HIDDEN,
    check_answer_or_refusal,
    check_refused,
    send_until_closed,
)

LENGTH = f"Content-Length: {len(HIDDEN)}"
CHUNKED = "Transfer-Encoding: chunked"
IN_A_CHUNK = b"%x\r\n%s\r\n0\r\n\r\n" % (len(HIDDEN), HIDDEN)

# Of each answer that there is: 200, 304, 400, 401, without a store, and 404.
of_each_answer = pytest.mark.parametrize("target, fields", [
    ("/v1/hosts", ()),
    ("/v1/hosts", ("If-None-Match: *",)),
    ("/v1/hosts?limit=0", ()),
    ("/v1/whoami", ()),
    ("/healthz", ()),
    ("/v1/nothing", ()),
])


@pytest.mark.parametrize("target", ["/v1/hosts", "/healthz", "/v1/whoami", "/v1/nothing"])
@pytest.mark.parametrize("waits", [False, True])
def test_a_body_in_a_second_packet_is_not_the_next_request(server, client, target, waits):
    asked = post(target, HIDDEN)
    client.send(client.head_of(asked))
    client.wait_until_received()
    if waits:  # some answer at once, others when they have the body
        client.has_bytes(seconds=0.1)
    send_until_closed(client, HIDDEN[:10])
    send_until_closed(client, HIDDEN[10:])
    check_refused(client, server, target)


@of_each_answer
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE"])
def test_a_body_is_not_the_next_request(server, client, catalog, target, fields, method):
    asked = Request(target, (LENGTH, *fields), method=method, body=HIDDEN)
    client.ask(asked)
    check_answer_or_refusal(client, server, catalog, asked)


@pytest.mark.parametrize("length, body", [(LENGTH, HIDDEN), (CHUNKED, IN_A_CHUNK)],
                         ids=["plain", "chunked"])
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_body_to_nobody_is_not_the_next_request(server, client, method, length, body):
    client.ask(Request("/v1/nothing", (length,), method=method, body=body))
    check_refused(client, server, "/v1/nothing", method)


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("method", ["OPTIONS", "PATCH", "TRACE", "PROPFIND", "BREW"])
def test_a_body_of_a_strange_method_is_not_the_next_request(server, method, chunked):
    """What a framework does not know it may refuse in its own words, or with none."""
    length, body = (CHUNKED, IN_A_CHUNK) if chunked else (LENGTH, HIDDEN)
    with server.connect() as client:
        client.ask(Request("/v1/hosts", (length,), method=method, body=body))
        try:
            assert 400 <= client.frameworks_answer().status < 600
        except (EOFError, ConnectionError):
            return
        client.check_goes_on_or_ended()


def test_a_body_that_is_cut_off_leaves_the_server_well(server):
    for asked in (post("/v1/hosts", b"x" * 1000), post("/v1/nothing", b"x" * 1000)):
        with server.connect() as client:
            client.send(client.head_of(asked) + b"x" * 10)
            client.wait_until_received()
    server.check_alive()


@of_each_answer
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE"])
def test_a_chunked_body_is_not_the_next_request(server, client, catalog, target, fields, method):
    first, second = HIDDEN[:20], HIDDEN[20:]
    asked = Request(target, (CHUNKED, *fields), method=method)
    client.send(client.head_of(asked))
    client.wait_until_received()
    send_until_closed(client, b"%x\r\n%s\r\n" % (len(first), first))
    send_until_closed(client, b"%x\r\n%s\r\n0\r\n\r\n" % (len(second), second))
    check_answer_or_refusal(client, server, catalog, asked)


@of_each_answer
@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE"])
def test_a_body_behind_an_answer_is_not_the_next_request(server, client, catalog, target, fields,
                                                         method):
    asked = Request(target, (LENGTH, *fields), method=method)
    client.send(client.head_of(asked))
    client.has_bytes(seconds=0.1)  # some answer without the body
    send_until_closed(client, HIDDEN)
    check_answer_or_refusal(client, server, catalog, asked)


def test_chunks_may_have_extensions(server, client):
    client.ask(Request("/v1/hosts", (CHUNKED,), method="POST",
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
    answer = client.get("/v1/rootfs", "Expect: 100-continue", method="HEAD")
    check(answer, without_body(catalog.rootfs()), server)
    check(client.get("/healthz"), HEALTHZ, server)


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_expect_before_a_body_is_answered_or_waited_for(server, client, method):
    fields = (f"Content-Length: {len(HIDDEN)}", "Expect: 100-continue")
    client.send(client.head_of(Request("/v1/hosts", fields, method=method)))
    if server.has("interim-100"):
        assert client.read().status == 100
    else:
        client.has_bytes(seconds=0.1)
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
