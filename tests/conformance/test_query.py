"""limit and offset, where they are wrong."""

import pytest
from client import check, without_body
from expected import BAD_LIMIT, BAD_OFFSET, LIMIT_TWICE, OFFSET_TWICE

NOT_DIGITS = [
    "", "-1", "+1", "%2B1", "%201", "1%20", "1+", "1.0", "1e1", "0x10", "1,0", "1;offset=2",
    "1=1", "1%00", "ten", "%", "1%3", "%zz", "%EF%BC%91", '"1"']
PATHS = pytest.mark.parametrize("path", ["/v1/shapes", "/v1/hosts"])


@PATHS
def test_a_bad_limit_is_refused(server, client, path):
    for value in [*NOT_DIGITS, "0", "000"]:
        check(client.get(f"{path}?limit={value}"), BAD_LIMIT, server)


@PATHS
def test_a_bad_offset_is_refused(server, client, path):
    for value in [*NOT_DIGITS, "9007199254740992", "18446744073709551616", "9" * 2000]:
        check(client.get(f"{path}?offset={value}"), BAD_OFFSET, server)


@PATHS
@pytest.mark.parametrize("query, expected", [
    ("limit", BAD_LIMIT),
    ("offset", BAD_OFFSET),
    ("limit=1&limit=x", LIMIT_TWICE),
    ("limit=1&l%69mit=2", LIMIT_TWICE),
    ("limit=x&limit=1", BAD_LIMIT),
    ("offset=x&offset=1", BAD_OFFSET),
    ("offset=1&offset=%", OFFSET_TWICE),
    ("limit=x&offset=x", BAD_LIMIT),
    ("offset=x&limit=x", BAD_OFFSET),
    ("offset=0&limit=0&offset=0", BAD_LIMIT),
    ("limit=1&offset=x&limit=2", BAD_OFFSET),
    ("a=%zz&limit=0", BAD_LIMIT),
])
def test_the_first_offender_in_query_order_is_named(server, client, path, query, expected):
    check(client.get(f"{path}?{query}"), expected, server)
    check(client.get(f"{path}?{query}", method="HEAD"), without_body(expected), server)
