"""GET /healthz and GET /readyz of a server whose store goes away and comes back."""

import json

import pytest
from catalog import DOCUMENT, KEY
from client import check, without_body
from expected import HEALTHZ, JSON, METHOD_NOT_ALLOWED, NOT_MODIFIED, READYZ, Catalog, Expected


@pytest.fixture(scope="module")
def client(start):
    """A connection to a server whose store is not where it was. It is one connection
    for all, since of several worker processes another might just open the store."""
    server = start(DOCUMENT)
    away = server.store.with_name("away")
    with server.connect() as connection:
        check(connection.get("/readyz"), READYZ, server)
        server.store.rename(away)
        yield connection
        away.rename(server.store)
        check(connection.get("/readyz"), READYZ, server)


def not_ready(body):
    """The 503 with a reason in one sentence, which is the store's."""
    reason = json.loads(body)["data"]["reason"]
    assert reason and "\n" not in reason
    assert "/" not in reason
    text = json.dumps(reason, ensure_ascii=False)
    written = f'{{"status":"fail","data":{{"ready":false,"reason":{text}}}}}'.encode()
    return Expected(503, {"content-type": JSON, "cache-control": "no-store", "retry-after": "1",
                          "content-length": str(len(written))}, written)


def test_readyz_says_why_not(client):
    answer = client.get("/readyz", "If-None-Match: *")
    check(answer, not_ready(answer.body), client.server)


def test_head_of_readyz_is_its_get_without_the_body(client):
    expected = not_ready(client.get("/readyz").body)
    check(client.get("/readyz", method="HEAD"), without_body(expected), client.server)


def test_healthz_does_not_touch_the_store(client):
    check(client.get("/healthz"), HEALTHZ, client.server)


def test_the_method_is_judged_before_readiness(client):
    answer = client.get("/readyz", "Content-Length: 0", method="POST")
    check(answer, METHOD_NOT_ALLOWED, client.server)


@pytest.mark.parametrize("path", ["/v1/shapes", "/v1/rootfs", "/v1/hosts", "/v1/whoami"])
def test_everything_else_is_served_without_the_store(client, path):
    answer = client.get(path, f"X-Api-Key: {KEY}")
    check(answer, Catalog(DOCUMENT).get(path, KEY), client.server)
    if "etag" in answer.headers:
        again = client.get(path, f"If-None-Match: {answer.headers['etag']}")
        check(again, NOT_MODIFIED, client.server)
