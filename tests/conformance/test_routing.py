"""Which requests are Muster's, and in which order a request is judged."""

from urllib.parse import unquote

import host
import pytest
from client import Request, check, check_400, without_body
from expected import BAD_LIMIT, HEALTHZ, METHOD_NOT_ALLOWED, UNAUTHORIZED
from test_endpoints import ENDPOINTS

OTHER_PATHS = [
    "/",
    "/v1",
    "/v1/",
    "/v1/shapes/",
    "/v1/Shapes",
    "/V1/shapes",
    "/v1/shape",
    "/v1/shapesx",
    "/v1/shapes;v=1",
    "/v1/healthz",
    "/healthz/",
    "/Readyz",
    "/v1/hosts/10.0.0.1",
    "/v1/nothing?limit=0",
    "/v1/shapes%3Flimit=1",
    "/v1/shapes%00",
    "//v1/shapes",
    "/v1//shapes",
    "/v1/./shapes",
    "/x/../v1/shapes",
]
ENCODED_PATHS = ["/v1/%73hapes", "/v1%2Fshapes", "/v1%2fshapes", "/%76%31/shapes"]


@pytest.mark.parametrize("path", OTHER_PATHS)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_any_other_path_is_not_ours(server, client, path, method):
    if "%00" in path and server.has("no-zero-byte"):
        check_400(server, path, method=method)
        return
    host.check_not_found(client.get(path, method=method), server, method)
    check(client.get("/healthz"), HEALTHZ, server)


@pytest.mark.parametrize("path", ENCODED_PATHS)
def test_the_path_is_compared_undecoded(server, client, catalog, path):
    answer = client.get(path)
    if server.has("decoded-path"):
        check(answer, catalog.get(unquote(path)), server)
    else:
        host.check_not_found(answer, server)


def test_what_is_not_below_the_prefix_is_not_ours(server, client):
    if not server.traits.prefix:
        pytest.skip("there is no prefix")
    for path in ENDPOINTS:
        answer = client.ask(Request(path, is_own=True)).answer()
        host.check_not_found(answer, server, outside=True)
    answer = client.ask(Request(server.traits.prefix + "x/v1/shapes", is_own=True)).answer()
    host.check_not_found(answer, server, outside=True)


@pytest.mark.parametrize("path", ["/API/v1/shapes", "/{}/v1/shapes", "//api/v1/shapes",
                                  "/x/../api/v1/shapes", "/api/../api/v1/shapes"])
def test_the_prefix_is_compared_undecoded(server, client, catalog, path):
    prefix = server.traits.prefix
    if not prefix:
        pytest.skip("there is no prefix")
    path = path.format(f"%{ord(prefix[1]):x}{prefix[2:]}").replace("/api", prefix)
    path = path.replace("/API", prefix.upper())
    answer = client.ask(Request(path, is_own=True)).answer()
    if "%" in path and server.has("decoded-prefix"):
        check(answer, catalog.page("/v1/shapes"), server)
    else:
        assert answer.status == 404, answer
    check(client.get("/healthz"), HEALTHZ, server)


@pytest.mark.parametrize("origin", [
    "http://muster.example", "http://muster.example:99", "HTTP://[::1]:8080",
    "https://user@muster.example"])
def test_an_absolute_target_is_its_path_and_query(server, client, catalog, origin):
    if server.has("no-absolute-target"):
        client.ask(Request(origin + "/v1/hosts"))
        host.check_not_found(client.frameworks_answer(), server, outside=True)
        return
    if "@" in origin and server.has("no-userinfo"):
        check_400(server, origin + "/v1/hosts")
        return
    if server.has("own-absolute-form"):
        client.ask(Request(origin + "/v1/hosts"))
        check_400_or_ended(client)
        origin, client = f"http://any.example:{server.address[1]}", server.connect()
    answer = client.get(origin + "/v1/hosts?limit=2&offset=1")
    check(answer, catalog.page("/v1/hosts", 2, 1), server)
    if server.has("absolute-form-closes"):
        assert client.is_ended()
        client = server.connect()
    host.check_not_found(client.get(origin + "/v1/hosts/"), server)


@pytest.mark.parametrize("method", ["HEAD", "POST"])
def test_an_absolute_target_of_another_method_is_its_path(server, client, catalog, method):
    expected = METHOD_NOT_ALLOWED if method == "POST" else without_body(catalog.rootfs())
    port = server.address[1] if server.has("own-absolute-form") else 99
    client.ask(Request(f"http://muster.example:{port}/v1/rootfs",
                       ("Content-Length: 0",) * (method == "POST"), method=method))
    if server.has("no-absolute-target"):
        host.check_not_found(client.frameworks_answer(), server, method, outside=True)
        return
    check(client.answer(), expected, server)
    if server.has("absolute-form-closes"):
        assert client.is_ended()


@pytest.mark.parametrize("target", ["http://h", "http://h?limit=1", "http://h/", "*"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_a_target_without_a_path_is_not_ours(server, client, target, method):
    client.ask(Request(target, ("Content-Length: 0",) * (method == "OPTIONS"), method=method,
                       is_own=True))
    if server.has("own-absolute-form"):
        check_400_or_ended(client)
    elif target == "*" and server.has("no-asterisk"):
        assert client.frameworks_answer().status == 400
    else:
        host.check_not_found(client.answer(), server, method, outside=True)


def check_400_or_ended(client):
    try:
        assert client.frameworks_answer().status == 400
    except (EOFError, ConnectionError):
        pass


@pytest.mark.parametrize("path", ENDPOINTS)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_any_other_method_is_not_allowed(server, client, path, method):
    answer = client.get(path, "Content-Length: 0", method=method)
    check(answer, METHOD_NOT_ALLOWED, server)
    check(client.get("/healthz"), HEALTHZ, server)


@pytest.mark.parametrize("method", ["TRACE", "BREW", "get", "Head", "PROPFIND", "M-SEARCH"])
def test_a_strange_method_is_refused_by_us_or_by_the_framework(server, method):
    """What a framework does not know it may refuse in its own words, or with none."""
    with server.connect() as client:
        client.ask(Request("/v1/hosts", ("Content-Length: 0",), method=method))
        if server.has("method-in-capitals") and method in ("get", "Head"):
            assert client.frameworks_answer().status == 200
            return
        try:
            answer = client.frameworks_answer()
        except (EOFError, ConnectionError):
            answer = None
    assert answer is None or 400 <= answer.status < 600
    if answer and answer.body == METHOD_NOT_ALLOWED.body:
        check(answer, METHOD_NOT_ALLOWED, server)
    server.check_alive()


@pytest.mark.parametrize("target", ["/v1/hosts", "/v1/nothing"])
def test_a_post_without_a_length_has_no_body(server, client, target):
    client.ask(Request(target, method="POST"))
    if server.has("length-required") and target == "/v1/nothing":
        assert client.frameworks_answer().status in (400, 411)
    elif target == "/v1/hosts":
        check(client.answer(), METHOD_NOT_ALLOWED, server)
    else:
        host.check_not_found(client.answer(), server)


def test_the_path_is_judged_before_the_method(server, client):
    answer = client.get("/v1/nothing?limit=0", "Content-Length: 0", method="POST")
    host.check_not_found(answer, server)


def test_the_method_is_judged_before_query_and_credential(server, client):
    for target in ("/v1/hosts?limit=0", "/v1/whoami"):
        answer = client.get(target, "Content-Length: 0", "If-None-Match: *", method="DELETE")
        check(answer, METHOD_NOT_ALLOWED, server)


def test_query_and_credential_are_judged_before_preconditions(server, client):
    check(client.get("/v1/hosts?limit=0", "If-None-Match: *"), BAD_LIMIT, server)
    check(client.get("/v1/whoami", "If-None-Match: *"), UNAUTHORIZED, server)


@pytest.mark.parametrize("path", ["/v1/rootfs", "/healthz", "/readyz"])
def test_other_endpoints_do_not_look_at_the_query(server, client, catalog, path):
    check(client.get(path + "?limit=0&limit=x&offset=%&a"), catalog.get(path), server)
