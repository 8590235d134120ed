"""The options of `muster serve`, and what it adds to an answer.

The answers themselves are held to the contract in tests/conformance.
"""

import re

import pytest

from conftest import KEY

ROOTFS = b'{"status":"success","data":{"rootfs":["devbox:1","node"],"default":"devbox:1"}}'
HOSTS = (
    b'{"status":"success","data":{"data":[{"id":"136.243.150.252","status":"active",'
    b'"free_mib":8192,"vm_count":12,"rootfses":["devbox:1","node"]}],'
    b'"pagination":{"total":1,"limit":50,"offset":0,"count":1}}}'
)
METHOD_NOT_ALLOWED = (
    b'{"status":"fail","data":{"code":"method_not_allowed","method":"use GET or HEAD"}}'
)
HEALTHZ = b'{"status":"success","data":{"up":true}}'
READYZ = b'{"status":"success","data":{"ready":true}}'


def test_an_answer_says_when_it_was_made(connection):
    date = connection.get("/healthz").headers["date"]
    assert re.fullmatch(
        r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT", date)


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
