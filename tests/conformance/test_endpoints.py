"""The six endpoints, whole: status, headers and body."""

import json

import pytest
from client import Request, check, without_body
from expected import NOT_MODIFIED, Catalog

LISTS = ["/v1/shapes", "/v1/rootfs", "/v1/hosts"]
ENDPOINTS = [*LISTS, "/v1/whoami", "/healthz", "/readyz"]


@pytest.mark.parametrize("path", ENDPOINTS)
def test_get(server, client, catalog, key, path):
    answer = client.get(path, f"X-Api-Key: {key}")
    check(answer, catalog.get(path, key), server)


@pytest.mark.parametrize("path", ENDPOINTS)
def test_head_is_get_without_the_body(server, client, catalog, key, path):
    answer = client.get(path, f"X-Api-Key: {key}", method="HEAD")
    check(answer, without_body(catalog.get(path, key)), server)
    # Nothing but the next answer comes behind it.
    check(client.get(path, f"X-Api-Key: {key}"), catalog.get(path, key), server)


def test_a_default_whose_successor_is_unknown_gives_way_to_the_first(start):
    document = {"rootfs": [
        {"name": "x", "default": True, "disabled": True, "successor": "nowhere"},
        {"name": "a", "deprecated": True, "successor": "nowhere"}, {"name": "c"}, {"name": "b"}]}
    server = start(document)
    answer = server.get("/v1/rootfs")
    check(answer, Catalog(document).rootfs(), server)
    assert json.loads(answer.body)["data"]["default"] == "b"


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_304_has_the_tag_and_no_body(server, client, catalog, path, method):
    whole = client.get(path)
    answer = client.get(path, f"If-None-Match: {whole.headers['etag']}", method=method)
    check(answer, NOT_MODIFIED, server)
    assert answer.headers["etag"] == whole.headers["etag"]
    if server.has("length-on-304"):
        assert answer.headers["content-length"] == whole.headers["content-length"]
    check(client.get(path), catalog.get(path), server)


@pytest.mark.parametrize("path", LISTS)
def test_a_list_has_the_same_tag_on_all_connections(server, path):
    tags = {server.get(path).headers["etag"] for _ in range(8)}
    assert len(tags) == 1


@pytest.mark.parametrize("path", ["/v1/shapes", "/v1/hosts"])
@pytest.mark.parametrize("limit", [1, 7, 50, 499, 500])
def test_pages_together_are_the_list(server, client, catalog, path, limit):
    total = catalog.total(path)
    first = range(0, min(total, 20 * limit), limit)
    tags = set()
    for offset in [*first, total - 1, total, total + 1]:
        answer = client.get(f"{path}?limit={limit}&offset={offset}")
        check(answer, catalog.page(path, limit, offset), server)
        tags.add(answer.headers["etag"])
    assert tags == {client.get(path).headers["etag"]}


@pytest.mark.parametrize("query, limit, offset", [
    ("?", 50, 0),
    ("?a", 50, 0),
    ("?a&limit=3", 3, 0),
    ("?limit=0007", 7, 0),
    ("?limit=" + "0" * 2000 + "7", 7, 0),
    ("?offset=" + "0" * 2000 + "7", 50, 7),
    ("?limit=501", 500, 0),
    ("?limit=18446744073709551617", 500, 0),
    ("?limit=" + "9" * 2000, 500, 0),
    ("?offset=9007199254740991", 50, 9007199254740991),
    ("?l%69mit=%32&%6Fffset=%31", 2, 1),
    ("?Limit=x&+limit=x&limit%20=x&limit=4", 4, 0),
    ("?%zz=1&%=%&sort=a%2Fb&limit=4", 4, 0),
    ("?a=1&a=2&&=&limit=4&a=3", 4, 0),
    ("?a=/v1/shapes", 50, 0),
    ("?a=http://x/healthz", 50, 0),
])
@pytest.mark.parametrize("path", ["/v1/shapes", "/v1/hosts"])
def test_the_query_reaches_the_core_undecoded(server, client, catalog, path, query, limit,
                                              offset):
    check(client.get(path + query), catalog.page(path, limit, offset), server)


@pytest.mark.parametrize("path", ["/v1/shapes", "/v1/hosts"])
def test_a_second_question_mark_is_part_of_the_query(server, client, catalog, path):
    client.ask(Request(path + "?a?limit=0"))
    if server.has("one-question-mark"):
        assert client.frameworks_answer().status == 400
    else:
        check(client.answer(), catalog.page(path), server)
