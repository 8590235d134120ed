"""GET /healthz and GET /readyz."""

import json

import muster
import pytest
from wire import LISTS, get, host, put, success

UP = success('{"up":true}')
READY = success('{"ready":true}')


def not_ready(reason):
    return (
        f'{{"status":"fail","data":{{"ready":false,"reason":{json.dumps(reason)}}}}}'.encode()
    )


def reason_of(response):
    assert response.status == 503
    body = json.loads(response.body)
    assert list(body) == ["status", "data"]
    assert list(body["data"]) == ["ready", "reason"]
    assert (body["status"], body["data"]["ready"]) == ("fail", False)
    return body["data"]["reason"]


def test_healthz_is_up(catalog):
    response = get(catalog, "/healthz")
    assert (response.status, response.body) == (200, UP)


def test_healthz_is_up_without_a_store(catalog):
    catalog.close()
    response = get(catalog, "/healthz")
    assert (response.status, response.body) == (200, UP)


def test_readyz_is_ready(catalog):
    response = get(catalog, "/readyz")
    assert (response.status, response.body) == (200, READY)


def test_readyz_is_ready_over_a_store_in_a_directory(tmp_path):
    with muster.Catalog.open(tmp_path / "db") as catalog:
        assert get(catalog, "/readyz").body == READY


def test_readyz_is_not_ready_without_a_store(tmp_path):
    catalog = muster.Catalog.open(tmp_path / "db")
    catalog.close()
    response = get(catalog, "/readyz")
    reason = reason_of(response)
    assert reason and "/" not in reason and "\n" not in reason
    assert response.headers["Retry-After"] == "1"
    assert response.headers["Cache-Control"] == "no-store"


def test_lists_are_served_from_the_last_snapshot_when_not_ready(catalog):
    put(catalog, host("10.0.0.1"))
    before = [get(catalog, target) for target in LISTS]
    catalog.close()
    assert get(catalog, "/readyz").status == 503
    assert [get(catalog, target) for target in LISTS] == before


def test_head_of_readyz_when_not_ready(catalog):
    catalog.close()
    whole = get(catalog, "/readyz")
    response = catalog.handle("HEAD", "/readyz")
    assert (response.status, response.headers) == (503, whole.headers)
    assert response.body == b""


@pytest.mark.parametrize("answer", [None, True])
def test_a_readiness_check_that_passes(catalog, answer):
    handler = catalog.handler(readiness_check=lambda: answer)
    assert handler.handle("GET", "/readyz").body == READY


def test_a_readiness_check_gives_the_reason(catalog):
    handler = catalog.handler(readiness_check=lambda: 'the "queue" is full')
    response = handler.handle("GET", "/readyz")
    assert (response.status, response.body) == (503, not_ready('the "queue" is full'))


def test_a_readiness_check_is_asked_each_time(catalog):
    answers = iter([True, "later", True])
    handler = catalog.handler(readiness_check=lambda: next(answers))
    statuses = [handler.handle("GET", "/readyz").status for _ in range(3)]
    assert statuses == [200, 503, 200]


def test_a_readiness_check_is_for_readyz_alone(catalog):
    handler = catalog.handler(readiness_check=lambda: "no")
    for target in [*LISTS, "/healthz"]:
        assert handler.handle("GET", target).status == 200


def test_a_readiness_check_does_not_hide_the_store(catalog):
    handler = catalog.handler(readiness_check=lambda: True)
    catalog.close()
    assert reason_of(handler.handle("GET", "/readyz"))
