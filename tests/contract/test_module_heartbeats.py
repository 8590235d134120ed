"""Heartbeats, and hosts that fall silent, through the module and over HTTP."""

import json
import time

import muster
import pytest
from wire import change, host, put

TIMEOUT_MS = 300


def statuses(catalog):
    body = json.loads(catalog.handle("GET", "/v1/hosts").body)
    return {entry["id"]: entry["status"] for entry in body["data"]["data"]}


def until(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came to hold"
        time.sleep(0.005)


@pytest.fixture
def watched(tmp_path):
    with muster.Catalog.open(tmp_path / "db", host_timeout_ms=TIMEOUT_MS) as catalog:
        yield catalog


def test_a_heartbeat_changes_the_numbers(catalog):
    put(catalog, host("h", "draining", rootfses=["node"]))
    change(catalog, "heartbeat", "h", free_mib=5, vm_count=6)
    assert catalog.snapshot().find_host("h") == host(
        "h", "draining", free_mib=5, vm_count=6, rootfses=["node"]
    )


def test_a_heartbeat_that_changes_nothing_changes_no_tag(catalog):
    put(catalog, host("h", free_mib=5, vm_count=6))
    before = catalog.snapshot()
    change(catalog, "heartbeat", "h", 5, 6)
    after = catalog.snapshot()
    assert (after.version, after.etag("hosts")) == (before.version, before.etag("hosts"))


def test_a_heartbeat_of_an_unknown_host_is_no_error(catalog):
    put(catalog, host("h"))
    batch = muster.WriteBatch()
    batch.heartbeat("nobody", 1, 1)
    batch.heartbeat("h", 7, 7)
    catalog.apply(batch)
    assert catalog.snapshot().all_hosts() == [host("h", free_mib=7, vm_count=7)]


@pytest.mark.parametrize("field", ["free_mib", "vm_count"])
@pytest.mark.parametrize("value", [-1, 2147483648, 2**70])
def test_numbers_have_bounds(field, value):
    batch = muster.WriteBatch()
    batch.heartbeat("h", 0, 0)
    with pytest.raises(muster.InvalidArgument) as raised:
        batch.heartbeat("h", **{"free_mib": 0, "vm_count": 0, field: value})
    assert str(raised.value) == f"/heartbeats/1/{field}: must be an integer from 0 to 2147483647"


def test_a_timeout_must_not_be_negative(tmp_path):
    with pytest.raises(muster.InvalidArgument, match="host_timeout_ms"):
        muster.Catalog.open(tmp_path / "db", host_timeout_ms=-1)


def test_a_silent_host_is_shown_dead_until_its_next_heartbeat(watched):
    put(watched, host("a"), host("d", "draining"))
    exported = watched.export_document()
    tag = watched.snapshot().etag("hosts")
    until(lambda: statuses(watched) == {"a": "dead", "d": "dead"})
    assert watched.snapshot().etag("hosts") != tag
    assert watched.export_document() == exported
    silent = watched.snapshot().find_host("d")
    assert (silent.status, silent.silent) == ("draining", True)
    assert [entry.status for entry in watched.snapshot().hosts().items] == ["dead", "dead"]
    change(watched, "heartbeat", "d", 8192, 0)
    assert statuses(watched)["d"] == "draining"
    assert statuses(watched)["a"] == "dead"


def test_a_host_that_beats_is_not_shown_dead(watched):
    put(watched, host("a"), host("b"))

    def b_is_dead():
        change(watched, "heartbeat", "a", 8192, 0)
        return statuses(watched)["b"] == "dead"

    until(b_is_dead)
    assert statuses(watched)["a"] == "active"


def test_an_import_of_what_was_exported_leaves_silence_alone(watched):
    put(watched, host("a"))
    until(lambda: statuses(watched) == {"a": "dead"})
    watched.import_document(watched.export_document())
    assert statuses(watched) == {"a": "dead"}


def test_without_a_timeout_nobody_falls_silent(tmp_path):
    with muster.Catalog.open(tmp_path / "db", host_timeout_ms=TIMEOUT_MS) as watched:
        put(watched, host("a"))
        until(lambda: statuses(watched) == {"a": "dead"})
    # What was found stays, until the host is heard of.
    with muster.Catalog.open(tmp_path / "db") as catalog:
        assert statuses(catalog) == {"a": "dead"}
        change(catalog, "heartbeat", "a", 1, 1)
        assert statuses(catalog) == {"a": "active"}
