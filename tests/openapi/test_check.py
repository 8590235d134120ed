"""The check of the conformance suite refuses what the OpenAPI document does not have."""

import json
import types

import openapi
import pytest

DOCUMENT = openapi.document()
ETAG = '"h1-2-3-4"'

SHAPE = {"id": "s-1", "vcpu": 1, "mem_mib": 256, "default_disk_mib": 10240}
HOST = {"id": "h-1", "status": "active", "free_mib": 1, "vm_count": 0, "rootfses": ["node"]}
ENTRIES = [{"name": "node", "deprecated": True}, {"name": "node:22"}]
ROOTFS = {"rootfs": ["node", "node:22"], "default": "node", "entries": ENTRIES}
UNAUTHORIZED = {"code": "unauthorized", "message": "missing or invalid API key"}


def compact(value):
    return json.dumps(value, separators=(",", ":")).encode()


def page(*items, **pagination):
    counts = {"total": len(items), "limit": 50, "offset": 0, "count": len(items), **pagination}
    return {"data": list(items), "pagination": counts}


def success(data):
    return compact({"status": "success", "data": data})


def fail(data):
    return compact({"status": "fail", "data": data})


def check(path, body, status=200, method="GET", **headers):
    """`headers` are beside those that a list's page has; None takes one away."""
    all_headers = {"content-type": "application/json", "cache-control": "no-cache",
                   "content-length": str(len(body)), "etag": ETAG}
    all_headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    kept = {name: value for name, value in all_headers.items() if value is not None}
    DOCUMENT.check(method, path, status, kept, body)


def test_what_the_next_tests_break_is_right():
    check("/v1/shapes", success(page(SHAPE)))
    check("/v1/hosts", success(page(HOST)))
    check("/v1/rootfs", success(ROOTFS))
    check("/v1/shapes", b"", method="HEAD", content_length="123")
    check("/v1/shapes", b"", status=304, content_type=None, content_length=None)
    check("/v1/whoami", fail(UNAUTHORIZED), status=401, cache_control="no-store", etag=None,
          www_authenticate="ApiKey")


@pytest.mark.parametrize("body", [
    success(page({**SHAPE, "hidden": 1})),
    success(page({**SHAPE, "cpu_quota_pct": None})),
    success(page({**SHAPE, "cpu_quota_pct": 0})),
    success(page({**SHAPE, "vcpu": 65536})),
    success(page({**SHAPE, "vcpu": True})),
    success(page({**SHAPE, "mem_mib": "256"})),
    success(page({**SHAPE, "id": "s-1\n"})),
    success(page({**SHAPE, "id": " s-1"})),
    success(page({**SHAPE, "id": ""})),
    success(page({**SHAPE, "id": "s" * 256})),
    success(page({name: SHAPE[name] for name in ("id", "vcpu", "mem_mib")})),
    success(page({name: SHAPE[name] for name in reversed(SHAPE)})),
    success(page(SHAPE, limit=501)),
    success(page(SHAPE, count=-1)),
    success(page(SHAPE, total=9007199254740992)),
    success([SHAPE]),
    success(page(SHAPE)).replace(b'"vcpu":1', b'"vcpu":1.0'),
    success(page(SHAPE)).replace(b'"vcpu":1', b'"vcpu":1e0'),
    success(page(SHAPE)).replace(b'"vcpu":1', b'"vcpu":1,"vcpu":1'),
    success(page(SHAPE)).replace(b'"vcpu":1', b'"vcpu": 1'),
    success(page(SHAPE)) + b"\n",
    success(page(SHAPE)).replace(b"s-1", b"s-\xff"),
    success(page(SHAPE))[:-1],
    fail(page(SHAPE)),
    b"",
])
def test_a_page_of_shapes_that_breaks_a_rule_is_refused(body):
    with pytest.raises((AssertionError, ValueError)):
        check("/v1/shapes", body)


@pytest.mark.parametrize("host", [
    {**HOST, "status": "hidden"},
    {**HOST, "rootfses": []},
    {**HOST, "rootfses": None},
    {**HOST, "rootfses": ["node", "node"]},
    {**HOST, "free_mib": 2147483648},
    {**HOST, "last_seen": 1},
])
def test_a_host_that_breaks_a_rule_is_refused(host):
    with pytest.raises(AssertionError):
        check("/v1/hosts", success(page(host)))


@pytest.mark.parametrize("data", [
    {**ROOTFS, "entries": []},
    {**ROOTFS, "entries": [{"name": "node"}, {"name": "node:22"}]},
    {**ROOTFS, "entries": [{"name": "node", "deprecated": False}]},
    {**ROOTFS, "entries": [{"name": "node", "description": ""}]},
    {**ROOTFS, "default": None},
    {"rootfs": ["node", "node"], "default": "node"},
])
def test_images_that_break_a_rule_are_refused(data):
    with pytest.raises(AssertionError):
        check("/v1/rootfs", success(data))


@pytest.mark.parametrize(("path", "changes"), [
    ("/v1/shapes", {"etag": None}),
    ("/v1/shapes", {"etag": 'W/"h1-2-3-4"'}),
    ("/v1/shapes", {"etag": "h1-2-3-4"}),
    ("/v1/shapes", {"cache_control": "no-store"}),
    ("/v1/shapes", {"cache_control": None}),
    ("/v1/shapes", {"content_type": "application/json; charset=utf-8"}),
    ("/v1/shapes", {"content_type": None}),
    ("/v1/shapes", {"content_length": None}),
    ("/v1/shapes", {"content_length": "7"}),
    ("/v1/shapes", {"content_length": "+7"}),
    ("/v1/shapes", {"retry_after": "1"}),
    ("/v1/shapes", {"allow": "GET, HEAD"}),
    ("/v1/shapes", {"vary": "Accept-Encoding"}),
    ("/v1/shapes", {"location": "/v1/shapes"}),
    ("/v1/shapes", {"last_modified": "Thu, 01 Jan 1970 00:00:00 GMT"}),
    ("/v1/shapes", {"content_encoding": "identity"}),
    ("/v1/shapes", {"x_served_by": "example"}),
    ("/v1/shapes", {"method": "POST"}),
    ("/v1/shapes", {"method": "HEAD"}),
    ("/v1/shapes", {"status": 201}),
    ("/v1/shapes", {"status": 304}),
    ("/v1/shapes", {"status": 405, "allow": "GET, HEAD"}),
    ("/v1/shapes/", {}),
])
def test_an_answer_with_a_wrong_head_is_refused(path, changes):
    with pytest.raises(AssertionError, match=r"^\w+ /v1/shapes/? \d+: "):
        check(path, success(page(SHAPE)), **changes)


def test_what_a_server_has_of_itself_is_its_own():
    check("/v1/shapes", success(page(SHAPE)), date="Thu, 01 Jan 1970 00:00:00 GMT",
          server="any", connection="keep-alive", keep_alive="timeout=5")


@pytest.mark.parametrize("seconds", ["01", "2", "+1", "1.0", "", None])
def test_a_503_says_when_to_ask_again(seconds):
    body = compact({"status": "error", "message": "the store cannot be read", "code": 503})
    right = {"status": 503, "cache_control": "no-store", "etag": None}
    check("/v1/shapes", body, **right, retry_after="1")
    with pytest.raises(AssertionError):
        check("/v1/shapes", body, **right, retry_after=seconds)


@pytest.mark.parametrize("changes", [
    {"www_authenticate": None},
    {"www_authenticate": "Bearer"},
    {"body": fail({**UNAUTHORIZED, "message": "unknown key"})},
    {"status": 400},
])
def test_an_error_that_breaks_a_rule_is_refused(changes):
    right = {"body": fail(UNAUTHORIZED), "status": 401, "cache_control": "no-store",
             "etag": None, "www_authenticate": "ApiKey"}
    with pytest.raises(AssertionError):
        check("/v1/whoami", **{**right, **changes})


@pytest.mark.parametrize("target", ["/v1/nothing", "http://h/v1/nothing?a", "", "*"])
def test_another_path_has_the_404_of_the_document_or_is_left_to_the_host(target):
    answer = types.SimpleNamespace(status=404, headers={"content-type": "text/plain"}, body=b"x")
    openapi.check("POST", target, answer, not_found="host")
    with pytest.raises(AssertionError):
        openapi.check("POST", target, answer)


@pytest.mark.parametrize("target", [
    "/healthz", "/healthz?a=/b", "HTTP://h:1/healthz?", "http://h/healthz",
])
def test_the_path_is_found_in_the_target(target):
    answer = types.SimpleNamespace(status=404, headers={"content-type": "text/plain"}, body=b"x")
    with pytest.raises(AssertionError, match="^GET /healthz 404: the document has no such answer"):
        openapi.check("GET", target, answer, not_found="host")
