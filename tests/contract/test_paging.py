"""limit and offset, on the lists of shapes and of hosts."""

import pytest
from wire import PAGED, data, fail, get, host, ids, put, shape

COUNT = 60
NAMES = [f"e{i:03d}" for i in range(COUNT)]

BAD_LIMIT = fail("invalid_query", "limit", "must be an integer of at least 1")
BAD_OFFSET = fail(
    "invalid_query", "offset", "must be an integer from 0 to 9007199254740991"
)
LIMIT_TWICE = fail("invalid_query", "limit", "given more than once")
OFFSET_TWICE = fail("invalid_query", "offset", "given more than once")


@pytest.fixture
def many(catalog):
    """A catalog with as many shapes as hosts, of the same ids."""
    put(catalog, *map(shape, NAMES), *map(host, NAMES))
    return catalog


def page_of(catalog, target):
    answer = data(catalog, target)
    assert answer["pagination"]["count"] == len(answer["data"])
    return [row["id"] for row in answer["data"]], answer["pagination"]


@pytest.mark.parametrize("path", PAGED)
@pytest.mark.parametrize(
    "query, limit, offset",
    [
        ("", 50, 0),
        ("?", 50, 0),
        ("?limit=1", 1, 0),
        ("?limit=0007", 7, 0),
        ("?limit=499", 499, 0),
        ("?limit=500", 500, 0),
        ("?limit=501", 500, 0),
        ("?limit=2147483648", 500, 0),
        ("?limit=9223372036854775808", 500, 0),
        ("?limit=18446744073709551617", 500, 0),
        ("?limit=" + "9" * 2000, 500, 0),
        ("?limit=" + "0" * 2000 + "3", 3, 0),
        ("?offset=0", 50, 0),
        ("?offset=007", 50, 7),
        ("?offset=59", 50, 59),
        ("?offset=60", 50, 60),
        ("?offset=2147483648", 50, 2147483648),
        ("?offset=9007199254740990", 50, 9007199254740990),
        ("?offset=9007199254740991", 50, 9007199254740991),
        ("?offset=" + "0" * 2000 + "9007199254740991", 50, 9007199254740991),
        ("?limit=3&offset=58", 3, 58),
        ("?offset=58&limit=3", 3, 58),
        ("?limit=9999&offset=10", 500, 10),
    ],
)
def test_page_is_the_part_that_was_asked_for(many, path, query, limit, offset):
    names, pagination = page_of(many, path + query)
    assert names == NAMES[offset : offset + limit]
    assert pagination == {
        "total": COUNT,
        "limit": limit,
        "offset": offset,
        "count": len(names),
    }


@pytest.mark.parametrize("path", PAGED)
@pytest.mark.parametrize(
    "query, limit, offset",
    [
        ("?l%69mit=%32", 2, 0),
        ("?%6c%69%6D%69%74=%31%30&off%73et=%30%34", 10, 4),
        ("?Limit=x&LIMIT=0&limit=4", 4, 0),
        ("?lim+it=x&+limit=x&limit%20=x&limit%00=x&limi%74%73=x", 50, 0),
        ("?sort=%zz&%zz=1&%=%&limit=4", 4, 0),
        ("?limi%7=x", 50, 0),
        ("?a=1&a=2&limit=4&a=3", 4, 0),
        ("?&&limit=4&=&=x&", 4, 0),
        ("?cursor=limit=0", 50, 0),
        ("?a?limit=0", 50, 0),
    ],
)
def test_names_and_values_are_decoded_and_others_ignored(many, path, query, limit, offset):
    _, pagination = page_of(many, path + query)
    assert (pagination["limit"], pagination["offset"]) == (limit, offset)


NOT_DIGITS = [
    "-1",
    "+1",
    "%2B1",
    "%2D1",
    "-0",
    " 1",
    "1 ",
    "%201",
    "1%20",
    "1+",
    "1+0",
    "1%090",
    "1.0",
    "1.",
    ".1",
    "1e1",
    "1E1",
    "0x10",
    "1_0",
    "1,0",
    "1;offset=2",
    "1=1",
    "1%00",
    "%00",
    "ten",
    "NaN",
    "null",
    "%",
    "1%",
    "%3",
    "1%3",
    "%zz",
    "%3g",
    "%%31",
    "%EF%BC%91",
    "\u0661",
    '"1"',
]


@pytest.mark.parametrize("path", PAGED)
@pytest.mark.parametrize("value", [*NOT_DIGITS, "0", "00", "000000000000000000000"])
def test_bad_limit_is_refused(many, path, value):
    response = get(many, f"{path}?limit={value}")
    assert (response.status, response.body) == (400, BAD_LIMIT)


@pytest.mark.parametrize("path", PAGED)
@pytest.mark.parametrize(
    "value",
    [
        *NOT_DIGITS,
        "9007199254740992",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551616",
        "9" * 2000,
    ],
)
def test_bad_offset_is_refused(many, path, value):
    response = get(many, f"{path}?offset={value}")
    assert (response.status, response.body) == (400, BAD_OFFSET)


@pytest.mark.parametrize("path", PAGED)
@pytest.mark.parametrize(
    "query, body",
    [
        ("limit=", BAD_LIMIT),
        ("limit", BAD_LIMIT),
        ("offset=", BAD_OFFSET),
        ("offset", BAD_OFFSET),
        ("limit&offset=1", BAD_LIMIT),
        ("limit=1&limit=1", LIMIT_TWICE),
        ("limit=1&limit=x", LIMIT_TWICE),
        ("limit=1&limit", LIMIT_TWICE),
        ("limit=1&l%69mit=2", LIMIT_TWICE),
        ("offset=1&offset=1", OFFSET_TWICE),
        ("offset=1&offset=%", OFFSET_TWICE),
        ("limit=x&limit=1", BAD_LIMIT),
        ("limit=x&offset=x", BAD_LIMIT),
        ("offset=x&limit=x", BAD_OFFSET),
        ("limit=1&offset=x&limit=2", BAD_OFFSET),
        ("limit=1&limit=2&offset=x", LIMIT_TWICE),
        ("offset=0&limit=0&offset=0", BAD_LIMIT),
        ("a=%zz&limit=0", BAD_LIMIT),
    ],
)
def test_first_offender_in_query_order_is_named(many, path, query, body):
    response = get(many, f"{path}?{query}")
    assert (response.status, response.body) == (400, body)


@pytest.mark.parametrize("path", ["/v1/rootfs", "/healthz", "/readyz"])
def test_other_endpoints_do_not_look_at_the_query(many, path):
    whole = get(many, path)
    assert whole.status == 200
    assert get(many, path + "?limit=0&limit=x&offset=%") == whole


@pytest.mark.parametrize("path", PAGED)
@pytest.mark.parametrize("limit", [1, 7, 59, 60, 61])
def test_pages_together_are_the_list(many, path, limit):
    names = []
    for offset in range(0, COUNT + limit, limit):
        names += ids(many, f"{path}?limit={limit}&offset={offset}")
    assert names == NAMES


@pytest.mark.parametrize("path", PAGED)
def test_a_page_past_500_entries(catalog, path):
    names = [f"e{i:04d}" for i in range(1203)]
    put(catalog, *map(shape, names), *map(host, names))
    pages = [
        page_of(catalog, f"{path}?limit=1000&offset={offset}") for offset in (0, 500, 1000)
    ]
    assert [pagination["count"] for _, pagination in pages] == [500, 500, 203]
    assert sum((ids_ for ids_, _ in pages), []) == names
    assert {pagination["total"] for _, pagination in pages} == {1203}
