"""If-None-Match and 304."""

import re

import pytest
from wire import API_KEY, LISTS, etag, get, host, put, put_user, rootfs, shape

STRONG_TAG = re.compile(r'"[\x21\x23-\x7e]+"')


@pytest.fixture
def full(catalog):
    put_user(catalog)
    put(catalog, shape("s-1"), rootfs("node"), host("10.0.0.1"), host("10.0.0.2"))
    return catalog


def ask(catalog, target, *values, method="GET"):
    return catalog.handle(method, target, [("If-None-Match", value) for value in values])


@pytest.mark.parametrize("target", LISTS)
def test_tag_is_strong(full, target):
    assert STRONG_TAG.fullmatch(etag(full, target))


@pytest.mark.parametrize("target", LISTS)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_that_tag_gets_304_with_two_headers_and_no_body(full, target, method):
    tag = etag(full, target)
    response = ask(full, target, tag, method=method)
    assert response.status == 304
    assert response.headers == {"Cache-Control": "no-cache", "ETag": tag}
    assert response.body == b""


@pytest.mark.parametrize("target", LISTS)
@pytest.mark.parametrize(
    "form",
    [
        "W/{}",
        "  {}\t",
        '{},"x"',
        '"x",{}',
        '"x" , W/"y" ,  {} , "z"',
        ",,{},",
        '"a,b",{}',
        '"",{}',
        'junk,{}',
        "*",
        " * ",
    ],
)
def test_forms_of_the_tag_that_match(full, target, form):
    assert ask(full, target, form.format(etag(full, target))).status == 304


@pytest.mark.parametrize("target", LISTS)
@pytest.mark.parametrize(
    "form",
    [
        "",
        '""',
        '"x"',
        "{0}x",
        "x{0}",
        "w/{0}",
        "W/ {0}",
        "{1}",
        "'{1}'",
        '"{1}',
        '{1}"',
        '"{1}x"',
        '"x{1}"',
        '" {1}"',
        '"x,{1}"',
        "**",
        '"*"',
        "W/*",
    ],
)
def test_forms_of_the_tag_that_do_not_match(full, target, form):
    tag = etag(full, target)
    response = ask(full, target, form.format(tag, tag.strip('"')))
    assert response == get(full, target)


@pytest.mark.parametrize("target", LISTS)
def test_repeated_fields_are_one_list(full, target):
    tag = etag(full, target)
    assert ask(full, target, '"x"', tag).status == 304
    assert ask(full, target, tag, '"x"').status == 304
    assert ask(full, target, "", tag, "").status == 304
    assert ask(full, target, '"x"', '"y"').status == 200


@pytest.mark.parametrize("target", LISTS)
def test_name_of_the_header_without_case(full, target):
    for name in ("if-none-match", "IF-NONE-MATCH"):
        assert get(full, target, {name: etag(full, target)}).status == 304


@pytest.mark.parametrize("target", LISTS)
def test_a_tag_of_another_list_does_not_match(full, target):
    for other in LISTS:
        if other != target and etag(full, other) != etag(full, target):
            assert ask(full, target, etag(full, other)).status == 200


def test_tag_of_one_page_is_good_for_all(full):
    tag = etag(full, "/v1/hosts?limit=1")
    for query in ("", "?limit=1&offset=1", "?offset=100", "?limit=500"):
        assert etag(full, "/v1/hosts" + query) == tag
        assert ask(full, "/v1/hosts" + query, tag).status == 304


@pytest.mark.parametrize("target", LISTS)
def test_an_old_tag_gets_the_new_answer(full, target):
    tag = etag(full, target)
    put(full, shape("s-2"), rootfs("new"), host("10.0.0.3"))
    response = ask(full, target, tag)
    assert response.status == 200
    assert response == get(full, target)


@pytest.mark.parametrize("target", ["/v1/whoami", "/healthz", "/readyz"])
def test_only_lists_have_a_tag(full, target):
    response = get(full, target, {"If-None-Match": "*", "X-Api-Key": API_KEY})
    assert response.status == 200
    assert response.body


def test_a_refusal_is_no_304(full):
    headers = {"If-None-Match": "*"}
    assert get(full, "/v1/hosts?limit=0", headers).status == 400
    assert get(full, "/v1/whoami", headers).status == 401
    assert full.handle("POST", "/v1/hosts", headers).status == 405
