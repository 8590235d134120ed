"""An application whose store does not open, or not yet."""

import logging
import os
import threading

import pytest
from callers import ASKS

import muster

both = pytest.mark.parametrize("make", [muster.wsgi, muster.asgi], ids=["wsgi", "asgi"])

LISTS = ["/v1/shapes", "/v1/rootfs", "/v1/hosts"]
UNREADABLE = b'{"status":"error","message":"the store cannot be read","code":503}'


class Opener:
    """A function that opens a catalog, once there is one."""

    def __init__(self, error=None):
        self.error = error or muster.DataLoss("/secret/db: damaged")
        self.catalog = None
        self.calls = 0

    def __call__(self):
        self.calls += 1
        if self.catalog is None:
            raise self.error
        return self.catalog


@pytest.fixture
def clock(monkeypatch):
    """The seconds that the application sees, as a list of one."""
    now = [1000.0]
    monkeypatch.setattr("muster._mount.time.monotonic", lambda: now[0])
    return now


def own_wsgi(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"own"]


async def own_asgi(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"own"})


OWN = {muster.wsgi: own_wsgi, muster.asgi: own_asgi}


@both
def test_the_hosts_own_routes_are_served(make):
    opener = Opener()
    application = make(opener, next=OWN[make])
    assert ASKS[make](application, target="/own").body == b"own"
    assert ASKS[make](application, target="/v1/shapes").status == 503
    assert ASKS[make](application, target="/own").body == b"own"
    assert opener.calls == 1


@both
def test_what_nobody_serves_is_not_found(make):
    assert ASKS[make](make(Opener()), target="/own").status == 404


@both
@pytest.mark.parametrize("target", LISTS)
def test_a_list_is_unavailable(make, target):
    answer = ASKS[make](make(Opener()), target=target)
    assert (answer.status, answer.body) == (503, UNREADABLE)
    assert {name.lower(): value for name, value in answer.headers.items()}[
        "retry-after"
    ] == "1"


@both
def test_an_api_key_cannot_be_checked(make):
    answer = ASKS[make](make(Opener()), target="/v1/whoami", headers=[("X-Api-Key", "k" * 8)])
    assert answer.status == 503
    assert b'"message":"the credential cannot be checked"' in answer.body


@both
def test_readyz_has_a_reason_that_tells_nothing(make):
    answer = ASKS[make](make(Opener()), target="/readyz")
    assert answer.status == 503
    assert b'"ready":false,"reason":"the store cannot be opened"' in answer.body


@both
@pytest.mark.parametrize(
    "method, target, status",
    [
        ("GET", "/healthz", 200),
        ("GET", "/v1/shapes?limit=0", 400),
        ("GET", "/v1/whoami", 401),
        ("POST", "/v1/shapes", 405),
    ],
)
def test_what_needs_no_store_is_answered_without_an_attempt(make, method, target, status):
    opener = Opener()
    assert ASKS[make](make(opener), method, target).status == status
    assert opener.calls == 0


@both
def test_options_are_those_of_the_handler(make):
    application = make(Opener(), mount_prefix="/api", serve_shapes=False)
    assert ASKS[make](application, target="/api/healthz").status == 200
    assert ASKS[make](application, target="/api/v1/shapes").status == 404
    assert ASKS[make](application, target="/healthz").status == 404


@both
def test_the_store_is_tried_once_a_second(make, clock):
    opener = Opener()
    application = make(opener)
    for seconds, calls in [(0, 1), (0, 1), (0.9, 1), (0.1, 2), (0.5, 2), (60, 3)]:
        clock[0] += seconds
        assert ASKS[make](application).status == 503
        assert opener.calls == calls


@both
def test_the_store_is_served_once_it_opens(make, clock, catalog):
    opener = Opener()
    application = make(opener)
    assert ASKS[make](application).status == 503
    opener.catalog = catalog
    assert ASKS[make](application).status == 503
    clock[0] += 1
    assert b'"s-1"' in ASKS[make](application).body
    assert ASKS[make](application, target="/readyz").status == 200


@both
def test_open_raises_and_does_not_wait_for_the_next_attempt(make, clock, catalog):
    opener = Opener()
    application = make(opener)
    assert ASKS[make](application).status == 503
    with pytest.raises(muster.DataLoss):
        application.open()
    opener.catalog = catalog
    application.open()
    assert ASKS[make](application).status == 200


@both
def test_a_forked_worker_does_not_wait_for_the_parents_next_attempt(make, clock, catalog):
    opener = Opener()
    application = make(opener)
    assert ASKS[make](application).status == 503
    child = os.fork()
    if child == 0:
        try:
            opener.catalog = muster.Catalog.in_memory()
            os._exit(0 if ASKS[make](application).status == 200 else 1)
        finally:
            os._exit(2)
    timer = threading.Timer(60, os.kill, (child, 9))
    timer.start()
    _, status = os.waitpid(child, 0)
    timer.cancel()
    assert os.waitstatus_to_exitcode(status) == 0


@both
def test_the_cause_is_logged_with_each_attempt(make, clock, caplog):
    application = make(Opener())
    for _ in range(3):
        ASKS[make](application)
    [record] = caplog.records
    assert (record.name, record.levelno) == ("muster", logging.ERROR)
    assert record.getMessage() == "the store cannot be opened: /secret/db: damaged"
    assert record.exc_info is None
    clock[0] += 1
    ASKS[make](application)
    assert len(caplog.records) == 2


@both
def test_of_an_error_of_the_programs_own_the_place_is_logged(make, caplog):
    error = RuntimeError("no configuration")
    ASKS[make](make(Opener(error)))
    [record] = caplog.records
    assert record.exc_info[1] is error


@both
@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_what_ends_a_program_is_raised(make, error):
    with pytest.raises(error):
        ASKS[make](make(Opener(error())))
