"""muster.Handler: requests and answers as values of Python's."""

import gc

import muster
import pytest
from wire import API_KEY, etag, get, host, put, put_user


@pytest.fixture
def known(catalog):
    put_user(catalog)
    return catalog


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Api-Key": API_KEY},
        {"X-Api-Key": API_KEY.encode()},
        {b"X-Api-Key": API_KEY.encode()},
        {"X-Api-Key": [API_KEY]},
        {"X-Api-Key": (API_KEY,)},
        [("X-Api-Key", API_KEY)],
        [["x-api-key", API_KEY]],
        [(b"x-api-key", API_KEY.encode())],
        (pair for pair in [("X-Api-Key", API_KEY)]),
        {"Accept": ["a", "b"], "X-API-KEY": API_KEY, "Z": []},
    ],
)
def test_headers_are_a_mapping_or_pairs(known, headers):
    assert get(known, "/v1/whoami", headers).status == 200


def test_headers_may_be_an_email_message(known):
    from email.message import Message

    message = Message()
    message["X-Api-Key"] = API_KEY
    message["If-None-Match"] = '"x"'
    message["If-None-Match"] = etag(known, "/v1/hosts")
    assert get(known, "/v1/whoami", message).status == 200
    assert get(known, "/v1/hosts", message).status == 304


@pytest.mark.parametrize(
    "headers",
    [
        1,
        "X-Api-Key: x",
        b"X-Api-Key: x",
        ["X-Api-Key"],
        ["ab"],
        [("X-Api-Key",)],
        [("a", "b", "c")],
        [1],
        {"X-Api-Key": 1},
        {"X-Api-Key": None},
        {"X-Api-Key": [1]},
        {1: "x"},
        [None],
    ],
)
def test_headers_are_nothing_else(known, headers):
    with pytest.raises(TypeError):
        get(known, "/v1/whoami", headers)


def test_what_an_iterable_of_headers_raises_is_raised(known):
    def broken():
        yield ("Accept", "*/*")
        raise KeyError("no more")

    with pytest.raises(KeyError):
        get(known, "/v1/whoami", broken())


def test_method_and_target_may_be_bytes(known):
    assert known.handle(b"GET", b"/v1/hosts?limit=1") == get(known, "/v1/hosts?limit=1")
    assert known.handle(b"GET", b"/\xff\0") is None


@pytest.mark.parametrize("arguments", [(None, "/"), ("GET", None), (1, 2), (), ("GET",)])
def test_method_and_target_are_nothing_else(known, arguments):
    with pytest.raises(TypeError):
        known.handle(*arguments)


def test_a_handler_keeps_its_catalog():
    catalog = muster.Catalog.in_memory()
    put(catalog, host("h"))
    handler = catalog.handler()
    del catalog
    gc.collect()
    assert b'"h"' in handler.handle("GET", "/v1/hosts").body


def test_a_handler_follows_its_catalog(catalog):
    handler = catalog.handler()
    put(catalog, host("h"))
    assert handler.handle("GET", "/v1/hosts") == get(catalog, "/v1/hosts")


@pytest.mark.parametrize(
    "option", [{"mount_prefix": 1}, {"no_such": True}, {"readiness_check": 1}]
)
def test_options_are_checked(catalog, option):
    with pytest.raises(TypeError):
        catalog.handler(**option)


# --- without a catalog ---

UNREADABLE = b'{"status":"error","message":"the store cannot be read","code":503}'


@pytest.mark.parametrize("path", ["/v1/shapes", "/v1/rootfs", "/v1/hosts"])
def test_without_a_catalog_a_list_is_unavailable(path):
    response = muster.Handler.without_catalog("not yet").handle("GET", path)
    assert (response.status, response.body) == (503, UNREADABLE)
    assert response.headers["Retry-After"] == "1"


def test_without_a_catalog_readyz_has_the_reason():
    def check():
        raise AssertionError("is not asked")

    handler = muster.Handler.without_catalog("not yet", readiness_check=check)
    response = handler.handle("GET", "/readyz")
    assert response.status == 503
    assert b'"reason":"not yet"' in response.body


def test_without_a_catalog_the_rest_is_as_ever():
    handler = muster.Handler.without_catalog("not yet")
    assert handler.handle("GET", "/healthz").status == 200
    assert handler.handle("GET", "/v1/whoami").status == 401
    assert handler.handle("GET", "/v1/whoami", user_id="usr_1").status == 503
    assert handler.handle("GET", "/") is None


def test_without_a_catalog_the_options_are_those_of_others():
    handler = muster.Handler.without_catalog("x", mount_prefix="/api", serve_shapes=False)
    assert handler.handle("GET", "/api/v1/hosts").status == 503
    assert handler.handle("GET", "/v1/hosts") is None
    assert handler.handle("GET", "/api/v1/shapes") is None
    with pytest.raises(muster.InvalidArgument):
        muster.Handler.without_catalog("x", mount_prefix="api/")
    with pytest.raises(TypeError):
        muster.Handler.without_catalog("x", no_such=True)


# --- readiness checks written in Python ---


def readyz(catalog, check):
    return catalog.handler(readiness_check=check).handle("GET", "/readyz")


def raises(error):
    def check():
        raise error

    return check


@pytest.mark.parametrize(
    "error, reason",
    [
        (RuntimeError("the queue is full"), b"the queue is full"),
        (RuntimeError(), b"RuntimeError"),
        (muster.Unavailable("try later"), b"try later"),
        (ValueError("é 𝄞"), "é 𝄞".encode()),
    ],
)
def test_an_exception_is_the_reason(catalog, error, reason):
    response = readyz(catalog, raises(error))
    assert response.status == 503
    assert b'"reason":"' + reason + b'"' in response.body


def test_false_is_a_reason(catalog):
    response = readyz(catalog, lambda: False)
    assert response.status == 503
    assert b'"reason":"the server is not ready"' in response.body


def test_an_answer_of_another_type_is_a_reason(catalog):
    response = readyz(catalog, lambda: 1)
    assert response.status == 503
    assert b"must be None, a bool or a str, not int" in response.body


def test_a_reason_that_is_not_text_is_still_an_answer(catalog):
    assert readyz(catalog, lambda: "\ud800").status == 503

    class Mute(Exception):
        def __str__(self):
            raise RuntimeError("no words")

    assert readyz(catalog, raises(Mute())).status == 503


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_what_ends_a_program_is_no_reason(catalog, error):
    with pytest.raises(error):
        readyz(catalog, raises(error()))
    assert get(catalog, "/readyz").status == 200


def test_a_check_may_use_the_catalog(catalog):
    def check():
        put(catalog, host("from-the-check"))
        catalog.check_ready()
        return get(catalog, "/readyz").status == 200

    assert readyz(catalog, check).status == 200
    assert catalog.snapshot().find_host("from-the-check")


def test_a_check_cannot_close_the_catalog(catalog):
    response = readyz(catalog, catalog.close)
    assert response.status == 503
    assert b"cannot be closed from within a call" in response.body
    assert get(catalog, "/readyz").status == 200


def test_a_check_is_kept_and_let_go_with_its_handler(catalog):
    class Check:
        gone = False

        def __call__(self):
            return True

        def __del__(self):
            Check.gone = True

    handler = catalog.handler(readiness_check=Check())
    gc.collect()
    assert handler.handle("GET", "/readyz").status == 200
    del handler
    gc.collect()
    assert Check.gone
