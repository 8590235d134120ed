"""Sandboxes, counted by their events."""

import json
import time

import muster
import pytest
from wire import put_user

STATUSES = {
    "creating": "other", "running": "running", "pausing": "other", "paused": "paused",
    "resuming": "other", "forking": "other", "error": "other", "destroying": "other",
    "destroyed": None, "failed": None,
}


def record(catalog, sandbox_id, status, sequence, user_id="usr_1"):
    batch = muster.WriteBatch()
    batch.record_sandbox(sandbox_id=sandbox_id, user_id=user_id, status=status,
                         sequence=sequence)
    return catalog.apply(batch)


def stats(**counts):
    return muster.UserStats(**counts)


@pytest.mark.parametrize("status, count", STATUSES.items())
def test_each_status_counts_where_it_belongs(catalog, status, count):
    record(catalog, "a", status, 1)
    expected = stats(total=1, **({count: 1} if count else {}))
    assert catalog.user_stats("usr_1") == expected


def test_events_that_come_twice_or_late_change_nothing(catalog):
    for status, sequence in (("paused", 7), ("paused", 7), ("running", 6)):
        record(catalog, "a", status, sequence)
    assert catalog.user_stats("usr_1") == stats(paused=1, total=1)


def test_whoami_shows_the_counts(catalog):
    record(catalog, "a", "running", 1)
    answer = catalog.handle("GET", "/v1/whoami", user_id="usr_1")
    assert json.loads(answer.body)["data"]["stats"] == {
        "running": 1, "paused": 0, "other": 0, "total": 1}


def test_a_sandbox_can_be_read_back(catalog):
    assert catalog.find_sandbox("a") is None
    record(catalog, "a", "running", 7)
    assert catalog.find_sandbox("a") == muster.Sandbox(
        id="a", user_id="usr_1", status="running", sequence=7)
    record(catalog, "a", "failed", 8)
    assert catalog.find_sandbox("a").ended_unix_ms > 0


@pytest.mark.parametrize("field, value", [
    ("sandbox_id", ""), ("user_id", " x"), ("status", "Running"), ("sequence", 0),
])
def test_a_fault_names_the_event_and_the_field(field, value):
    event = {"sandbox_id": "a", "user_id": "u", "status": "running", "sequence": 7}
    batch = muster.WriteBatch()
    batch.record_sandbox(**event)
    with pytest.raises(muster.InvalidArgument, match=f"^/sandbox_events/1/{field}: must be "):
        batch.record_sandbox(**{**event, field: value})


def test_an_event_of_the_same_sequence_with_other_content_already_exists(catalog):
    record(catalog, "a", "running", 7)
    with pytest.raises(muster.AlreadyExists, match="^/sandbox_events/0: sandbox a has"):
        record(catalog, "a", "paused", 7)


def test_a_newer_event_of_another_user_is_refused(catalog):
    record(catalog, "a", "running", 7)
    with pytest.raises(muster.FailedPrecondition, match="belongs to user usr_1"):
        record(catalog, "a", "running", 8, "usr_2")
    record(catalog, "a", "running", 6, "usr_2")
    assert catalog.find_user("usr_2") is None


def test_faulty_events_are_skipped_and_reported(catalog):
    record(catalog, "a", "running", 7)
    batch = muster.WriteBatch()
    batch.skip_faulty_events()
    for status, sequence in (("paused", 0), ("paused", 7), ("paused", 8)):
        batch.record_sandbox(sandbox_id="a", user_id="usr_1", status=status, sequence=sequence)
    report = catalog.apply(batch)
    assert report.version == catalog.snapshot().version
    assert [(s.kind, s.index, type(s.reason)) for s in report.skipped] == [
        ("sandbox_event", 0, muster.InvalidArgument),
        ("sandbox_event", 1, muster.AlreadyExists),
    ]
    assert catalog.user_stats("usr_1") == stats(paused=1, total=1)


def test_counts_are_set_or_come_from_events_but_not_both(catalog):
    put_user(catalog, "usr_set", total=1)
    with pytest.raises(muster.FailedPrecondition, match="were set by hand"):
        record(catalog, "a", "running", 1, "usr_set")
    record(catalog, "b", "running", 1)
    batch = muster.WriteBatch()
    batch.set_user_stats("usr_1", total=5)
    with pytest.raises(muster.FailedPrecondition, match="come from sandbox events"):
        catalog.apply(batch)


def test_a_user_who_owns_sandboxes_goes_only_with_them(catalog):
    record(catalog, "a", "running", 1)
    batch = muster.WriteBatch()
    batch.delete_user("usr_1")
    with pytest.raises(muster.FailedPrecondition, match="with_sandboxes=True"):
        catalog.apply(batch)
    batch = muster.WriteBatch()
    batch.delete_user("usr_1", with_sandboxes=True)
    catalog.apply(batch)
    record(catalog, "a", "paused", 2)
    assert catalog.find_user("usr_1") is None
    assert catalog.find_sandbox("a").user_deleted


def test_a_list_of_users_is_replaced_with_their_sandboxes_where_that_is_asked(catalog):
    record(catalog, "a", "running", 1)
    with pytest.raises(muster.FailedPrecondition, match="owns 1 sandbox,"):
        catalog.import_document('{"users": []}', replace=True)
    catalog.import_document('{"users": []}', replace=True, with_sandboxes=True)
    assert catalog.find_user("usr_1") is None


def test_an_export_has_stats_only_of_users_who_are_not_counted_by_events(catalog):
    record(catalog, "a", "running", 1)
    put_user(catalog, "usr_set", total=1)
    exported = catalog.export_document()
    users = {user["id"]: user for user in json.loads(exported)["users"]}
    assert users["usr_1"] == {"id": "usr_1"}
    assert users["usr_set"]["stats"]["total"] == 1
    for replace in (False, True):
        catalog.import_document(exported, replace=replace)
    assert catalog.user_stats("usr_1") == stats(running=1, total=1)


def test_a_recount_proves_the_counts(catalog):
    record(catalog, "a", "running", 1)
    assert catalog.recount() == muster.RecountReport(
        user_count=1, sandbox_count=1, miscounts=[], repaired=False)
    assert catalog.recount(repair=True).repaired


def test_a_retention_must_not_be_negative(tmp_path):
    with pytest.raises(muster.InvalidArgument, match="^.*tombstone_retention_ms: must be"):
        muster.Catalog.open(tmp_path / "db", tombstone_retention_ms=-1)


def test_an_ended_sandbox_is_dropped_after_its_time_and_stays_counted(tmp_path):
    with muster.Catalog.open(tmp_path / "db", tombstone_retention_ms=1) as catalog:
        record(catalog, "a", "destroyed", 1)
        # The maintenance thread wakes by itself.
        for _ in range(600):
            if catalog.find_sandbox("a") is None:
                break
            time.sleep(0.05)
        assert catalog.find_sandbox("a") is None
        assert catalog.user_stats("usr_1") == stats(total=1)
        assert catalog.recount().miscounts == []
