"""The six endpoints and the options of `muster serve`."""

import re

import pytest

from conftest import KEY

SHAPES = (
    b'{"status":"success","data":{"data":['
    b'{"id":"s-1vcpu-256mb","vcpu":1,"mem_mib":256,"default_disk_mib":10240},'
    b'{"id":"s-1vcpu-1gb","vcpu":1,"mem_mib":1024,"default_disk_mib":10240}],'
    b'"pagination":{"total":2,"limit":50,"offset":0,"count":2}}}'
)
ROOTFS = b'{"status":"success","data":{"rootfs":["devbox:1","node"],"default":"devbox:1"}}'
HOSTS = (
    b'{"status":"success","data":{"data":[{"id":"136.243.150.252","status":"active",'
    b'"free_mib":8192,"vm_count":12,"rootfses":["devbox:1","node"]}],'
    b'"pagination":{"total":1,"limit":50,"offset":0,"count":1}}}'
)
WHOAMI = (
    b'{"status":"success","data":{"user_id":"usr_01K",'
    b'"stats":{"running":3,"paused":1,"other":0,"total":47}}}'
)
UNAUTHORIZED = (
    b'{"status":"fail","data":{"code":"unauthorized","message":"missing or invalid API key"}}'
)
NOT_FOUND = b'{"status":"fail","data":{"code":"not_found","path":"no such endpoint"}}'
METHOD_NOT_ALLOWED = (
    b'{"status":"fail","data":{"code":"method_not_allowed","method":"use GET or HEAD"}}'
)
HEALTHZ = b'{"status":"success","data":{"up":true}}'
READYZ = b'{"status":"success","data":{"ready":true}}'


@pytest.mark.parametrize("target, body", [
    ("/v1/shapes", SHAPES),
    ("/v1/rootfs", ROOTFS),
    ("/v1/hosts", HOSTS),
    ("/v1/whoami", WHOAMI),
    ("/healthz", HEALTHZ),
    ("/readyz", READYZ),
], ids=lambda value: value if isinstance(value, str) else "")
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_an_endpoint_answers(connection, target, body, method):
    answer = connection.get(target, f"X-Api-Key: {KEY}", method=method)
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-length"] == str(len(body))
    assert answer.body == (body if method == "GET" else b"")
    # Nothing is left of the first answer.
    assert connection.get("/healthz").body == HEALTHZ


@pytest.mark.parametrize("target", ["/", "/v1", "/v1/hosts/", "/V1/hosts", "/x?y", "*"])
def test_any_other_path_is_not_found(connection, target):
    answer = connection.get(target)
    assert (answer.status, answer.body) == (404, NOT_FOUND)
    assert answer.headers["cache-control"] == "no-store"


def test_head_of_another_path_has_no_body(connection):
    answer = connection.get("/x", method="HEAD")
    assert answer.status == 404
    assert answer.headers["content-length"] == str(len(NOT_FOUND))
    assert connection.get("/healthz").body == HEALTHZ


def test_a_list_that_is_unchanged_is_304(connection):
    tag = connection.get("/v1/hosts").headers["etag"]
    answer = connection.get("/v1/hosts", f"If-None-Match: {tag}")
    assert answer.status == 304
    assert answer.headers["etag"] == tag
    assert "content-length" not in answer.headers
    assert connection.get("/healthz").body == HEALTHZ


def test_repeated_fields_count_as_one(connection):
    tag = connection.get("/v1/hosts").headers["etag"]
    answer = connection.get("/v1/hosts", 'If-None-Match: "x"', f"if-none-match: {tag}")
    assert answer.status == 304


def test_an_unknown_key_is_401(connection):
    answer = connection.get("/v1/whoami", "X-Api-Key: sk_unknown")
    assert (answer.status, answer.body) == (401, UNAUTHORIZED)
    assert answer.headers["www-authenticate"] == "ApiKey"


def test_an_answer_says_when_it_was_made(connection):
    date = connection.get("/healthz").headers["date"]
    assert re.fullmatch(
        r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT", date)


def test_an_absolute_target_is_its_path_and_query(connection):
    answer = connection.get("http://muster.example:99/v1/shapes?limit=1")
    assert answer.status == 200
    assert b'"limit":1,"offset":0,"count":1' in answer.body


@pytest.mark.parametrize("field", [
    "Range: bytes=0-3", "If-Range: x", "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings",
    "Expect: 100-continue", "Accept: text/html", "Accept-Encoding: gzip"])
def test_other_fields_are_ignored(connection, field):
    answer = connection.get("/v1/rootfs", field)
    assert (answer.status, answer.body) == (200, ROOTFS)
    assert connection.get("/healthz").body == HEALTHZ


def test_mount_puts_a_prefix_before_every_path(start):
    server = start("--mount", "/api")
    assert server.get("/api/v1/rootfs").body == ROOTFS
    assert server.get("/api/healthz").body == HEALTHZ
    assert server.get("/v1/rootfs").status == 404


def test_hosts_may_require_a_key(start):
    server = start("--hosts-require-key")
    assert server.get("/v1/hosts").status == 401
    assert server.get("/v1/hosts", f"Authorization: Bearer {KEY}").body == HOSTS
    assert server.get("/v1/shapes").status == 200


def test_ipv6_is_listened_on(start):
    try:
        server = start(listen="[::1]:0")
    except AssertionError as error:
        if "Cannot assign" in str(error) or "not supported" in str(error):
            pytest.skip("there is no IPv6 here")
        raise
    assert re.fullmatch(r"http://\[::1\]:\d+", server.url)
    assert server.get("/healthz").body == HEALTHZ
