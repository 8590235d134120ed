"""Paths, methods, and the order in which a request is judged."""

import muster
import pytest
from wire import API_KEY, ENDPOINTS, LISTS, fail, get, host, put, put_user

METHOD_NOT_ALLOWED = fail("method_not_allowed", "method", "use GET or HEAD")


@pytest.mark.parametrize("target", ENDPOINTS)
def test_endpoint_answers(catalog, target):
    put_user(catalog)
    assert get(catalog, target, {"X-Api-Key": API_KEY}).status == 200


@pytest.mark.parametrize(
    "target",
    [
        "",
        "/",
        "*",
        "v1/shapes",
        "/v1",
        "/v1/",
        "/v1/shapes/",
        "/v1/Shapes",
        "/V1/shapes",
        "/v1/SHAPES",
        "//v1/shapes",
        "/v1//shapes",
        "/v1/%73hapes",
        "/v1%2Fshapes",
        "/v1/shapes%3Flimit=1",
        "/v1/shapes#top",
        "/v1/shapes;v=1",
        "/v1/shapes ",
        "/v1/shape",
        "/v1/shapesx",
        "/v1/./shapes",
        "/x/../v1/shapes",
        "/api/v1/shapes",
        "/healthz/",
        "/Healthz",
        "/v1/healthz",
        "/readyz/",
        "/v1/hosts/10.0.0.1",
        "/v1/shapes\0",
        "127.0.0.1:8080",
        "http:/v1/shapes",
        "http://example.com",
        "http://example.com/",
        "http://example.com/v1/shapes/",
        "/http://example.com/v1/shapes",
    ],
)
def test_any_other_path_is_not_ours(catalog, target):
    for method in ("GET", "HEAD", "POST"):
        assert catalog.handle(method, target) is None


@pytest.mark.parametrize(
    "target",
    [
        "http://example.com/v1/hosts?limit=1",
        "https://user@example.com:8443/v1/hosts?limit=1",
        "HTTP://[::1]/v1/hosts?limit=1",
    ],
)
def test_absolute_form_is_reduced_to_path_and_query(catalog, target):
    put(catalog, host("10.0.0.1"), host("10.0.0.2"))
    assert get(catalog, target).body == get(catalog, "/v1/hosts?limit=1").body


def test_not_found_is_answered_where_nobody_else_does():
    response = muster.Handler.not_found("GET", "/v1/nothing")
    assert response.status == 404
    assert response.body == fail("not_found", "path", "no such endpoint")
    assert response.headers == {
        "Content-Type": "application/json",
        "Cache-Control": "no-store",
        "Content-Length": str(len(response.body)),
    }


def test_not_found_to_head_has_no_body():
    whole = muster.Handler.not_found("GET", "/v1/nothing")
    response = muster.Handler.not_found("HEAD", "/v1/nothing")
    assert (response.status, response.headers) == (404, whole.headers)
    assert response.body == b""


@pytest.mark.parametrize("target", ENDPOINTS)
@pytest.mark.parametrize("credential", [{}, {"X-Api-Key": API_KEY}])
def test_head_is_get_without_the_body(catalog, target, credential):
    put_user(catalog)
    put(catalog, host("10.0.0.1"))
    whole = get(catalog, target, credential)
    response = catalog.handle("HEAD", target, credential)
    assert (response.status, response.headers) == (whole.status, whole.headers)
    assert response.headers["Content-Length"] == str(len(whole.body)) != "0"
    assert response.body == b""


def test_head_of_an_invalid_query_is_get_without_the_body(catalog):
    whole = get(catalog, "/v1/hosts?limit=0")
    response = catalog.handle("HEAD", "/v1/hosts?limit=0")
    assert (response.status, response.headers) == (400, whole.headers)
    assert response.body == b""


@pytest.mark.parametrize("target", ENDPOINTS)
@pytest.mark.parametrize(
    "method",
    ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "get", "Head", "GET ", "BREW", ""],
)
def test_any_other_method_is_not_allowed(catalog, target, method):
    response = catalog.handle(method, target)
    assert response.status == 405
    assert response.body == METHOD_NOT_ALLOWED
    assert response.headers == {
        "Content-Type": "application/json",
        "Cache-Control": "no-store",
        "Allow": "GET, HEAD",
        "Content-Length": str(len(METHOD_NOT_ALLOWED)),
    }


def test_path_is_judged_before_method(catalog):
    assert catalog.handle("POST", "/v1/nothing?limit=0") is None


def test_method_is_judged_before_query(catalog):
    assert catalog.handle("POST", "/v1/hosts?limit=0").status == 405


def test_method_is_judged_before_credential(catalog):
    assert catalog.handle("POST", "/v1/whoami").status == 405


def test_query_is_judged_before_credential(catalog):
    handler = catalog.handler(hosts_require_credential=True)
    assert handler.handle("GET", "/v1/hosts?limit=0").status == 400


def test_query_is_judged_before_preconditions(catalog):
    assert get(catalog, "/v1/hosts?limit=0", {"If-None-Match": "*"}).status == 400


def test_credential_is_judged_before_preconditions(catalog):
    handler = catalog.handler(hosts_require_credential=True)
    assert handler.handle("GET", "/v1/hosts", {"If-None-Match": "*"}).status == 401


@pytest.mark.parametrize("target", ENDPOINTS)
def test_mount_prefix_comes_before_every_path(catalog, target):
    put_user(catalog)
    credential = {"X-Api-Key": API_KEY}
    handler = catalog.handler(mount_prefix="/api/muster")
    mounted = handler.handle("GET", "/api/muster" + target, credential)
    assert mounted == get(catalog, target, credential)
    assert handler.handle("GET", target) is None
    assert handler.handle("GET", "/api/musterx" + target) is None
    assert handler.handle("GET", "/API/muster" + target) is None


def test_mount_prefix_holds_for_the_absolute_form(catalog):
    handler = catalog.handler(mount_prefix="/api")
    assert handler.handle("GET", "http://example.com/api/v1/hosts?limit=1").status == 200
    assert handler.handle("GET", "http://example.com/v1/hosts") is None


@pytest.mark.parametrize("prefix", ["api", "/", "/api/", "/a?b", "/a#b", "/a b"])
def test_mount_prefix_that_cannot_be_is_refused(catalog, prefix):
    with pytest.raises(muster.InvalidArgument):
        catalog.handler(mount_prefix=prefix)


@pytest.mark.parametrize("target", ENDPOINTS)
def test_endpoint_that_is_switched_off_is_not_ours(catalog, target):
    name = target.rsplit("/", 1)[1]
    handler = catalog.handler(**{f"serve_{name}": False})
    assert handler.handle("GET", target) is None
    assert handler.handle("POST", target) is None
    others = [other for other in ENDPOINTS if other != target]
    assert all(handler.handle("GET", other) is not None for other in others)


@pytest.mark.parametrize("target", LISTS)
def test_a_list_asks_for_no_credential(catalog, target):
    assert get(catalog, target).status == 200
