"""GET /healthz and GET /readyz of a server whose store goes away and comes back."""

import json

import pytest
from catalog import DOCUMENT, KEY
from client import check, without_body
from expected import HEALTHZ, JSON, METHOD_NOT_ALLOWED, NOT_MODIFIED, READYZ, Catalog, Expected


@pytest.fixture(scope="module")
def server_without_store(start):
    """Its store is not where it was; when the tests are over, it is there again."""
    server = start(DOCUMENT)
    server.away = server.store.with_name("away")
    server.store.rename(server.away)
    yield server
    server.away.rename(server.store)
    check(server.get("/readyz"), READYZ, server)


def not_ready(body):
    """The 503 with a reason in one sentence, which is the store's."""
    reason = json.loads(body)["data"]["reason"]
    assert reason and "\n" not in reason
    assert "/" not in reason
    text = json.dumps(reason, ensure_ascii=False)
    written = f'{{"status":"fail","data":{{"ready":false,"reason":{text}}}}}'.encode()
    return Expected(503, {"content-type": JSON, "cache-control": "no-store", "retry-after": "1",
                          "content-length": str(len(written))}, written)


def test_readyz_says_why_not(server_without_store):
    answer = server_without_store.get("/readyz")
    check(answer, not_ready(answer.body), server_without_store)


def test_head_of_readyz_is_its_get_without_the_body(server_without_store):
    expected = not_ready(server_without_store.get("/readyz").body)
    answer = server_without_store.get("/readyz", method="HEAD")
    check(answer, without_body(expected), server_without_store)


def test_an_answer_of_503_keeps_the_connection(server_without_store):
    with server_without_store.connect() as client:
        assert client.get("/readyz").status == 503
        assert client.get("/readyz", "If-None-Match: *").status == 503
        check(client.get("/healthz"), HEALTHZ, server_without_store)


def test_the_method_is_judged_before_readiness(server_without_store):
    answer = server_without_store.get("/readyz", "Content-Length: 0", method="POST")
    check(answer, METHOD_NOT_ALLOWED, server_without_store)


@pytest.mark.parametrize("path", ["/v1/shapes", "/v1/rootfs", "/v1/hosts", "/v1/whoami"])
def test_everything_else_is_served_without_the_store(server_without_store, path):
    server = server_without_store
    catalog = Catalog(DOCUMENT)
    answer = server.get(path, f"X-Api-Key: {KEY}")
    check(answer, catalog.get(path, KEY), server)
    if "etag" in answer.headers:
        again = server.get(path, f"If-None-Match: {answer.headers['etag']}")
        check(again, NOT_MODIFIED, server)
