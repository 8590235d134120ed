"""Bodies and headers that all endpoints have in common."""

import json

import muster
import pytest
from wire import (
    API_KEY,
    ENDPOINTS,
    LISTS,
    get,
    host,
    put,
    put_user,
    rootfs,
    shape,
    success,
)


@pytest.fixture
def full(catalog):
    put_user(catalog)
    put(
        catalog,
        shape("s-1", cpu_quota_pct=50),
        rootfs("node", description="Node.js"),
        host("10.0.0.1", rootfses=["node"]),
    )
    return catalog


def exchanges(catalog):
    """One request for each kind of answer that has a body, by its status."""
    key = {"X-Api-Key": API_KEY}
    yield from ((200, get(catalog, target, key)) for target in ENDPOINTS)
    yield 400, get(catalog, "/v1/hosts?limit=0")
    yield 400, get(catalog, "/v1/shapes?offset=x")
    yield 401, get(catalog, "/v1/whoami")
    yield 404, muster.Handler.not_found("GET", "/")
    yield from ((405, catalog.handle("POST", target)) for target in ENDPOINTS)
    catalog.close()
    yield 503, get(catalog, "/v1/whoami", key)
    yield 503, get(catalog, "/readyz")


def test_bodies_are_compact_json(full):
    for status, response in exchanges(full):
        assert response.status == status
        text = response.body.decode()
        assert json.dumps(json.loads(text), separators=(",", ":")) == text


def test_status_word_says_whose_fault_it_is(full):
    for status, response in exchanges(full):
        body = json.loads(response.body)
        word = body["status"]
        if status < 400:
            assert word == "success"
        elif status < 500 or "ready" in body.get("data", {}):
            assert word == "fail"
        else:
            assert word == "error"


def test_error_has_a_message_and_repeats_the_status(full):
    full.close()
    response = get(full, "/v1/whoami", {"X-Api-Key": API_KEY})
    body = json.loads(response.body)
    assert list(body) == ["status", "message", "code"]
    assert (body["status"], body["code"]) == ("error", 503)
    assert body["message"]


def test_content_type_stands_on_every_answer_with_a_body(full):
    for _, response in exchanges(full):
        assert response.headers["Content-Type"] == "application/json"


def test_content_length_is_that_of_the_body(full):
    for _, response in exchanges(full):
        assert response.headers["Content-Length"] == str(len(response.body))


def test_retry_after_stands_on_503_alone(full):
    for status, response in exchanges(full):
        assert response.headers.get("Retry-After") == ("1" if status == 503 else None)


def test_etag_stands_on_the_lists_alone(full):
    key = {"X-Api-Key": API_KEY}
    for target in ENDPOINTS:
        assert ("ETag" in get(full, target, key).headers) == (target in LISTS)
    for status, response in exchanges(full):
        assert status == 200 or "ETag" not in response.headers


def test_only_lists_may_be_cached(full):
    key = {"X-Api-Key": API_KEY}
    for target in ENDPOINTS:
        expected = "no-cache" if target in LISTS else "no-store"
        assert get(full, target, key).headers["Cache-Control"] == expected
    for status, response in exchanges(full):
        if status != 200:
            assert response.headers["Cache-Control"] == "no-store"


def test_faults_of_the_server_name_no_path_and_no_secret(tmp_path):
    directory = tmp_path / "secret-place"
    catalog = muster.Catalog.open(directory)
    put_user(catalog)
    catalog.close()
    for target in ("/v1/whoami", "/readyz"):
        body = get(catalog, target, {"X-Api-Key": API_KEY}).body.decode()
        assert "secret-place" not in body
        assert "/" not in body
        assert API_KEY not in body


@pytest.mark.parametrize(
    "headers",
    [
        {"Range": "bytes=0-3"},
        {"Range": "bytes=99999-"},
        {"If-Range": '"x"', "Range": "bytes=0-3"},
        {"Upgrade": "websocket", "Connection": "Upgrade"},
        {"Expect": "100-continue"},
        {"If-Match": '"x"'},
        {"If-Modified-Since": "Wed, 01 Jan 2120 00:00:00 GMT"},
        {"If-Unmodified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"},
        {"Accept": "text/html"},
        {"Accept-Encoding": "gzip"},
        {"X-HTTP-Method-Override": "DELETE"},
        {"Content-Length": "5"},
    ],
)
@pytest.mark.parametrize("target", ENDPOINTS)
def test_other_headers_change_nothing(full, target, headers):
    key = {"X-Api-Key": API_KEY}
    assert get(full, target, {**key, **headers}) == get(full, target, key)


# What is stored, and how it stands in an answer.
ESCAPES_IN_NAMES = [
    ('"', '\\"'),
    ("\\", "\\\\"),
    ("/", "/"),
    ("\x80", "\x80"),
    ("<script>&'", "<script>&'"),
    ("é e\u0301 ✓ \u2028 \ufeff", "é e\u0301 ✓ \u2028 \ufeff"),
    ("𝄞 \U0010ffff", "𝄞 \U0010ffff"),
]
ESCAPES_OF_CONTROLS = [
    ("\b\f\n\r\t", "\\b\\f\\n\\r\\t"),
    ("\0\x01\x1f", "\\u0000\\u0001\\u001F"),
    ("\x7f", "\x7f"),
]


@pytest.mark.parametrize("stored, sent", ESCAPES_IN_NAMES + ESCAPES_OF_CONTROLS)
def test_text_is_escaped_as_little_as_can_be(catalog, stored, sent):
    put(catalog, rootfs("a", description=stored))
    assert get(catalog, "/v1/rootfs").body == success(
        f'{{"rootfs":["a"],"default":"a","entries":[{{"name":"a","description":"{sent}"}}]}}'
    )


@pytest.mark.parametrize("stored, sent", ESCAPES_IN_NAMES)
def test_ids_and_names_are_escaped_alike_everywhere(catalog, stored, sent):
    put_user(catalog, id=stored)
    put(catalog, shape(stored), rootfs(stored), host(stored, rootfses=[stored]))
    text = {target: get(catalog, target).body.decode() for target in LISTS}
    assert f'"data":[{{"id":"{sent}",' in text["/v1/shapes"]
    assert f'"data":[{{"id":"{sent}",' in text["/v1/hosts"]
    assert f'"rootfses":["{sent}"]' in text["/v1/hosts"]
    assert f'"rootfs":["{sent}"],"default":"{sent}"' in text["/v1/rootfs"]
    whoami = get(catalog, "/v1/whoami", {"X-Api-Key": API_KEY}).body.decode()
    assert f'"user_id":"{sent}"' in whoami
