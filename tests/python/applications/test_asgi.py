"""muster.asgi(), called as servers call it."""

import asyncio

import pytest
from callers import NOT_FOUND, ask_asgi, no_body, scope_of

import muster


def test_an_answer_is_the_handlers(catalog):
    ours = catalog.handle("GET", "/v1/shapes?limit=1")
    answer = ask_asgi(muster.asgi(catalog), target="/v1/shapes?limit=1")
    headers = {name.lower(): value for name, value in ours.headers.items()}
    assert answer == (200, headers, ours.body)


def test_an_answer_is_made_without_waiting(catalog):
    """Not in another thread, nor in a later turn of the event loop."""
    sent = []

    async def send(message):
        sent.append(message["type"])

    with pytest.raises(StopIteration):
        muster.asgi(catalog)(scope_of("GET", "/v1/shapes"), None, send).send(None)
    assert sent == ["http.response.start", "http.response.body"]


def test_head_has_the_length_of_what_is_not_sent(catalog):
    application = muster.asgi(catalog)
    answer = ask_asgi(application, "HEAD")
    assert answer.body == b""
    assert answer.headers == ask_asgi(application).headers


def test_304_has_no_length(catalog):
    application = muster.asgi(catalog)
    tag = ask_asgi(application).headers["etag"]
    answer = ask_asgi(application, headers=[("If-None-Match", '"x"'), ("If-None-Match", tag)])
    assert (answer.status, answer.body) == (304, b"")
    assert list(answer.headers) == ["cache-control", "etag"]


def test_what_is_not_ours_is_404(catalog):
    answer = ask_asgi(muster.asgi(catalog), "POST", "/v1/sandboxes")
    assert (answer.status, answer.body) == (404, NOT_FOUND)


def test_what_is_not_ours_goes_to_the_next_application_as_it_came(catalog):
    seen = []

    async def following(*arguments):
        seen.append(arguments)

    application = muster.asgi(catalog, next=following)
    for kind in ("http", "websocket", "of the future"):
        arguments = (scope_of("POST", "/v1/sandboxes", type=kind), object(), object())
        copy = dict(arguments[0])
        asyncio.run(application(*arguments))
        assert all(a is b for a, b in zip(seen.pop(), arguments, strict=True))
        assert arguments[0] == copy
    assert ask_asgi(application).status == 200 and not seen


def test_a_websocket_is_refused(catalog):
    sent = []

    async def send(message):
        sent.append(message)

    asyncio.run(muster.asgi(catalog)({"type": "websocket", "path": "/"}, no_body, send))
    assert sent == [{"type": "websocket.close"}]


def test_other_protocols_are_refused(catalog):
    with pytest.raises(ValueError, match="answers http, not mqtt"):
        asyncio.run(muster.asgi(catalog)({"type": "mqtt"}, no_body, None))


@pytest.mark.parametrize("path", ["/v1/%73hapes", "/v1%2Fshapes", "/v1/shapes%3Flimit=1", "/%ff"])
def test_a_path_is_compared_as_it_was_sent(catalog, path):
    assert ask_asgi(muster.asgi(catalog), target=path).status == 404


def test_a_path_that_is_only_there_decoded_is_taken_as_it_is(catalog):
    application = muster.asgi(catalog)
    assert ask_asgi(application, target="/v1/%73hapes", raw_path=None).status == 200
    assert ask_asgi(application, target="/v1/shapes%3Flimit=1", raw_path=None).status == 404


@pytest.mark.parametrize(
    "prefix, path, raw, status",
    [
        ("/api", "/v1/shapes", b"/api/v1/shapes", 400),  # Starlette to 0.32
        ("/api", "/api/v1/shapes", b"/api/v1/shapes", 400),  # ... and since
        ("/api/", "/api/v1/shapes", b"/api/v1/shapes", 400),
        ("/api", "/api/v1/shapes", None, 400),
        ("/api", "/v1/shapes", None, 400),
        ("/api", "/v1/shapes", b"/v1/shapes", 400),  # a proxy has taken the prefix off
        ("/proxy/api", "/v1/shapes", b"/api/v1/shapes", 400),
        ("/bü", "/bü/v1/shapes", "/b%C3%BC/v1/shapes".encode(), 400),
        ("/api", "/v1/shapes", b"/api/v1/shapes?limit=0", 400),  # some have the query in it
        ("/bü", "/bü/v1/shapes", b"/b%c3%bc/v1/shapes", 400),
        ("/~api", "/v1/shapes", b"/%7Eapi/v1/shapes", 400),
        ("/api", "/v1/shapes", b"/a%70i/v1/shapes", 400),
        ("/a b", "/v1/shapes", b"http://muster.example/a%20b/v1/shapes", 400),
        ("/a/b", "/v1/shapes", b"/a%2Fb/v1/shapes", 404),
        ("", "/v1/shapes", b"//v1/shapes", 404),
        ("", "http://muster.example/v1/shapes", b"http://muster.example/v1/shapes", 400),
        ("", "http://muster.example/v1/shapes", b"http://muster.example/v1/%73hapes", 404),
        ("/api", "/v1/shapes", b"/api/v1/%73hapes", 404),
        ("/api", "/api/v1/shapes", b"/api/api/v1/shapes", 404),
        ("/api", "/apix/v1/shapes", b"/apix/v1/shapes", 404),
    ],
)
def test_below_a_prefix_the_rest_of_the_path_counts(catalog, prefix, path, raw, status):
    answer = ask_asgi(
        muster.asgi(catalog),
        target="/?limit=0",
        root_path=prefix,
        path=path,
        raw_path=raw,
    )
    assert answer.status == status


@pytest.mark.parametrize(
    "path, raw, status",
    [
        ("/m/v1/shapes", b"/m/v1/shapes", 400),  # Starlette since 0.33
        ("/m/v1/shapes", b"/%6D/v1/shapes", 400),
        ("/m/v1/shapes", None, 400),
        ("/v1/shapes", b"/m/v1/shapes", 400),
        ("/v1/shapes", b"/api/m/v1/shapes", 400),
        ("/m/v1/shapes", b"/m/v1/%73hapes", 404),
        ("/m/v1/shapes", b"/m/m/v1/shapes", 404),
    ],
)
def test_a_prefix_that_a_proxy_has_taken_off_may_stand_before_that_of_a_mount(
    catalog, path, raw, status
):
    answer = ask_asgi(
        muster.asgi(catalog),
        target="/?limit=0",
        app_root_path="/api",
        root_path="/api/m",
        path=path,
        raw_path=raw,
    )
    assert answer.status == status


def test_the_program_may_say_who_asks(catalog):
    application = muster.asgi(catalog, user_id=lambda scope: scope.get("user"))
    assert b'"usr_1"' in ask_asgi(application, target="/v1/whoami", user="usr_1").body
    assert ask_asgi(application, target="/v1/whoami", user="").status == 401
    assert ask_asgi(application, target="/v1/whoami").status == 401


# --- lifespan ---


def live(application, between=lambda: None):
    """Starts and stops the application as a server does; what it sent."""
    sent = []

    async def run():
        asked = iter(["startup", "shutdown"])

        async def receive():
            step = next(asked)
            if step == "shutdown":
                between()
            return {"type": f"lifespan.{step}"}

        async def send(message):
            sent.append(message)

        await application({"type": "lifespan"}, receive, send)

    asyncio.run(run())
    return sent


STARTED_AND_STOPPED = [
    {"type": "lifespan.startup.complete"},
    {"type": "lifespan.shutdown.complete"},
]


def test_the_store_is_open_while_the_application_lives(store):
    application = muster.asgi(store)

    def between():
        with pytest.raises(muster.Error):
            muster.Catalog.open(store)  # a process opens a store once

    assert live(application, between) == STARTED_AND_STOPPED
    muster.Catalog.open(store).close()


def test_a_store_that_does_not_open_stops_the_start(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    [failed] = live(muster.asgi(tmp_path / "file"))
    assert failed["type"] == "lifespan.startup.failed"
    assert "file" in failed["message"] and "\n" not in failed["message"]


def test_a_catalog_of_the_programs_own_stays_open(catalog):
    application = muster.asgi(catalog)
    assert live(application) == STARTED_AND_STOPPED
    assert ask_asgi(application).status == 200


def test_the_next_application_lives_as_it_wants(store):
    async def following(scope, receive, send):
        assert (await receive())["type"] == "lifespan.startup"
        await send({"type": "lifespan.startup.complete", "by": "the next"})

    assert live(muster.asgi(store, next=following)) == [
        {"type": "lifespan.startup.complete", "by": "the next"}
    ]
    muster.Catalog.open(store).close()


def test_a_next_application_that_has_no_lifespan_says_so(store):
    async def following(scope, receive, send):
        raise NotImplementedError(scope["type"])

    application = muster.asgi(store, next=following)
    with pytest.raises(NotImplementedError):
        live(application)
    assert ask_asgi(application).status == 200  # servers go on then
