"""muster.wsgi(), called as servers call it."""

import pytest
from callers import NOT_FOUND, ask_wsgi, environ_of

import muster


def test_an_answer_is_the_handlers(catalog):
    application, ours = muster.wsgi(catalog), catalog.handle("GET", "/v1/shapes?limit=1")
    answer = ask_wsgi(application, target="/v1/shapes?limit=1")
    assert answer == (200, ours.headers, ours.body)


def test_the_status_has_its_reason(catalog):
    started = []
    muster.wsgi(catalog)(
        environ_of("GET", "/v1/whoami"), lambda status, headers: started.append(status)
    )
    assert started == ["401 Unauthorized"]


def test_head_has_the_length_of_what_is_not_sent(catalog):
    application = muster.wsgi(catalog)
    answer = ask_wsgi(application, "HEAD")
    assert answer.body == b""
    assert answer.headers == ask_wsgi(application).headers


def test_304_has_no_length(catalog):
    application = muster.wsgi(catalog)
    tag = ask_wsgi(application).headers["ETag"]
    response = catalog.handle("GET", "/v1/shapes", {"If-None-Match": tag})
    environ = environ_of("GET", "/v1/shapes", [("If-None-Match", f'"x",{tag}')])
    started = []
    body = application(environ, lambda *arguments: started.append(arguments))
    assert started == [("304 Not Modified", list(response.headers.items()))]
    assert b"".join(body) == b""


def test_what_is_not_ours_is_404(catalog):
    answer = ask_wsgi(muster.wsgi(catalog), "POST", "/v1/sandboxes")
    assert (answer.status, answer.body) == (404, NOT_FOUND)
    assert answer.headers["Content-Length"] == str(len(NOT_FOUND))


def test_what_is_not_ours_goes_to_the_next_application_as_it_came(catalog):
    seen = []

    def following(environ, start_response):
        seen.append((environ, start_response))
        return ["theirs"]

    application = muster.wsgi(catalog, next=following)
    environ, start_response = environ_of("POST", "/v1/sandboxes"), object()
    copy = dict(environ)
    assert application(environ, start_response) == ["theirs"]
    [(environ_seen, start_response_seen)] = seen
    assert environ_seen is environ and environ == copy
    assert start_response_seen is start_response
    assert ask_wsgi(application).status == 200 and len(seen) == 1


@pytest.mark.parametrize("name", ["RAW_URI", "REQUEST_URI"])
@pytest.mark.parametrize(
    "path",
    ["/v1/%73hapes", "/v1%2Fshapes", "/v1/shapes%3Flimit=1", "/v1/shapes%00", "/v1/shapes#x"],
)
def test_a_path_is_compared_as_it_was_sent(catalog, name, path):
    application = muster.wsgi(catalog, hosts_require_credential=True)
    raw = {"RAW_URI": None, name: path}
    assert ask_wsgi(application, target=path.partition("#")[0], **raw).status == 404


def test_a_path_that_is_only_there_decoded_is_taken_as_it_is(catalog):
    application = muster.wsgi(catalog)
    assert ask_wsgi(application, target="/v1/%73hapes", RAW_URI=None).status == 200
    assert ask_wsgi(application, target="/v1/shapes%3Flimit=1", RAW_URI=None).status == 404
    assert ask_wsgi(application, target="/v1/shapes%2F", RAW_URI=None).status == 404
    assert ask_wsgi(application, target="/v1/shapes?limit=0", RAW_URI=None).status == 400


def test_an_absolute_target_is_its_path(catalog):
    application = muster.wsgi(catalog)
    raw = "http://muster.example/v1/shapes?limit=0"
    assert ask_wsgi(application, target="/v1/shapes?limit=0", RAW_URI=raw).status == 400


@pytest.mark.parametrize(
    "prefix, raw, status",
    [
        ("/api", "/api/v1/shapes?limit=0", 400),
        ("/api", "/v1/shapes?limit=0", 400),  # a proxy has taken the prefix off
        ("/proxy/api", "/api/v1/shapes?limit=0", 400),
        ("/api", "http://muster.example/api/v1/shapes?limit=0", 400),
        ("/api", "/somewhere/else", 400),  # a middleware has put our path in its place
        ("", "/other/v1/shapes?limit=0", 400),  # ... and said nothing of the prefix
        # Whoever took the prefix off has compared it decoded.
        ("/b\xc3\xbc", "/b%C3%BC/v1/shapes?limit=0", 400),
        ("/b\xc3\xbc", "/b%c3%bc/v1/shapes?limit=0", 400),
        ("/~api", "/%7Eapi/v1/shapes?limit=0", 400),
        ("/api", "/a%70i/v1/shapes?limit=0", 400),
        ("/a b", "http://muster.example/a%20b/v1/shapes?limit=0", 400),
        ("/proxy/a b", "/a%20b/v1/shapes?limit=0", 400),
        ("/a/b", "/a%2Fb/v1/shapes?limit=0", 404),
        ("/a/b", "/a%2fb/v1/shapes?limit=0", 404),
        ("/api", "/api%2Fv1/shapes?limit=0", 404),
        ("/api", "/api/v1/%73hapes?limit=0", 404),
        ("/a b", "/a%20b/v1/%73hapes?limit=0", 404),
        ("", "http://muster.example/v1/%73hapes?limit=0", 404),
    ],
)
def test_below_a_prefix_the_rest_of_the_path_counts(catalog, prefix, raw, status):
    answer = ask_wsgi(
        muster.wsgi(catalog), target="/v1/shapes?limit=0", SCRIPT_NAME=prefix, RAW_URI=raw
    )
    assert answer.status == status


@pytest.mark.parametrize(
    "prefix, raw",
    [
        ("", "//v1/shapes"),
        ("", "/v1//shapes"),
        ("", "http://muster.example//v1/shapes"),
        ("", "/v1/./shapes"),
        ("", "/v1/x/../shapes"),
        ("", "/x/../v1/shapes"),
        ("", "/v1/shapes/"),
        ("/api", "//api/v1/shapes"),
        ("/api", "/api//v1/shapes"),
        ("/api", "/api/%2E/v1/shapes"),
    ],
)
def test_a_path_that_the_server_has_tidied_up_is_not_ours(catalog, prefix, raw):
    application = muster.wsgi(catalog)
    assert ask_wsgi(application, SCRIPT_NAME=prefix, RAW_URI=raw).status == 404


def test_the_prefix_alone_is_not_ours(catalog):
    application = muster.wsgi(catalog)
    assert ask_wsgi(application, target="", SCRIPT_NAME="/api", RAW_URI="/api").status == 404


def test_a_path_and_a_query_may_be_missing(catalog):
    environ = environ_of("GET", "/", PATH_INFO=None, QUERY_STRING=None, RAW_URI=None)
    assert muster.wsgi(catalog)(environ, lambda status, headers: None) == [NOT_FOUND]


def test_header_fields_that_the_server_joined_count_as_one(catalog):
    tag = catalog.snapshot().etag("shapes")
    answer = ask_wsgi(muster.wsgi(catalog), headers=[("If-None-Match", f'"x",{tag}')])
    assert answer.status == 304


def test_a_field_that_is_not_latin_1_is_no_credential(catalog):
    application = muster.wsgi(catalog)
    for value in ("\xe9" * 10, "\u2713" * 10, "\ud800" * 10):
        environ = environ_of("GET", "/v1/whoami", [("X-Api-Key", value)])
        started = []
        application(environ, lambda status, headers: started.append(status))
        assert started == ["401 Unauthorized"]


def test_the_program_may_say_who_asks(catalog):
    application = muster.wsgi(catalog, user_id=lambda environ: environ.get("REMOTE_USER"))
    assert b'"usr_1"' in ask_wsgi(application, target="/v1/whoami", REMOTE_USER="usr_1").body
    assert ask_wsgi(application, target="/v1/whoami", REMOTE_USER="").status == 401
    assert ask_wsgi(application, target="/v1/whoami").status == 401
