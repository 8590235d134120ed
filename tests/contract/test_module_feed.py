"""Catalog.changes() and waiting for changes."""

import threading

import muster
import pytest
from wire import change, host, put, put_user, shape


def told(changes):
    return [("-" if c.kind == "delete" else "") + c.id for c in changes]


def test_changes_come_in_order(catalog):
    put(catalog, shape("s"), host("h"))
    change(catalog, "delete_shape", "s")
    found = [(c.list, c.id, c.kind, c.version) for c in catalog.changes()]
    assert found == [
        ("shapes", "s", "put", 1),
        ("hosts", "h", "put", 1),
        ("shapes", "s", "delete", 2),
    ]


def test_changes_follow_a_snapshot(catalog):
    put(catalog, host("a"))
    snapshot = catalog.snapshot()
    put(catalog, host("b"))
    assert told(catalog.changes(after=snapshot.cursor)) == ["b"]


def test_api_keys_are_not_told_of(catalog):
    put_user(catalog)
    assert {c.list for c in catalog.changes()} == {"users"}


@pytest.mark.parametrize("page_size", [1, 2, 3, 1000])
def test_the_cursor_of_any_change_resumes_there(catalog, page_size):
    put(catalog, host("a"))
    put(catalog, host("b"), host("c"))
    put(catalog, host("d"))
    changes = list(catalog.changes(page_size=page_size))
    assert told(changes) == ["a", "b", "c", "d"]
    # A batch that was taken in halfway comes whole again.
    rest = [told(catalog.changes(after=c.cursor, page_size=page_size)) for c in changes]
    assert rest == [["b", "c", "d"], ["b", "c", "d"], ["d"], []]


def test_an_iterator_has_the_cursor_to_go_on_from(catalog):
    put(catalog, host("a"))
    changes = catalog.changes()
    next(changes)
    put(catalog, host("b"))
    assert told(catalog.changes(after=changes.cursor)) == ["b"]


def test_an_iterator_goes_on_where_it_stopped(catalog):
    changes = catalog.changes()
    assert told(changes) == []
    put(catalog, host("a"))
    assert told(changes) == ["a"]
    assert told(changes) == []


def test_a_cursor_outlives_the_process_that_gave_it(tmp_path):
    with muster.Catalog.open(tmp_path / "db") as catalog:
        put(catalog, host("a"))
        cursor = catalog.snapshot().cursor
        put(catalog, host("b"))
    with muster.Catalog.open(tmp_path / "db") as catalog:
        put(catalog, host("c"))
        assert told(catalog.changes(after=cursor)) == ["b", "c"]


def test_a_log_that_was_cut_is_out_of_range(tmp_path):
    with muster.Catalog.open(tmp_path / "db", change_log_entries=4) as catalog:
        cursor = catalog.snapshot().cursor
        for number in range(1000):
            put(catalog, host(f"h-{number}"))
        with pytest.raises(muster.OutOfRange, match="no longer reaches back"):
            catalog.changes(after=cursor)


def test_a_cursor_of_another_store_is_out_of_range(catalog):
    with muster.Catalog.in_memory() as other, pytest.raises(muster.OutOfRange):
        catalog.changes(after=other.snapshot().cursor)


@pytest.mark.parametrize(
    "arguments", [{"after": "x"}, {"page_size": 0}, {"wait_ms": -1}], ids=lambda a: next(iter(a))
)
def test_what_cannot_be_is_invalid(catalog, arguments):
    with pytest.raises(muster.InvalidArgument):
        catalog.changes(**arguments)


@pytest.mark.parametrize("arguments", [{"after": 1}, {"page_size": "1"}, {"wait_ms": "1"}])
def test_a_wrong_type_is_a_type_error(catalog, arguments):
    with pytest.raises(TypeError):
        catalog.changes(**arguments)


def test_a_feed_that_waits_gets_what_another_thread_applies(catalog):
    changes = catalog.changes(wait_ms=None)
    writer = threading.Thread(target=put, args=(catalog, host("a")))
    writer.start()
    assert next(changes).id == "a"
    writer.join()


def test_a_feed_stops_waiting(catalog):
    assert told(catalog.changes(wait_ms=1)) == []


def test_waiting_for_a_version(catalog):
    put(catalog, host("a"))
    catalog.wait_for_version(1, 0)
    catalog.wait_for_version(1)
    with pytest.raises(muster.DeadlineExceeded):
        catalog.wait_for_version(2, timeout_ms=1)


def test_waiting_for_a_change(catalog):
    cursor = catalog.snapshot().cursor
    with pytest.raises(muster.DeadlineExceeded):
        catalog.wait_for_change(cursor, timeout_ms=1)
    writer = threading.Thread(target=put, args=(catalog, host("a")))
    writer.start()
    catalog.wait_for_change(cursor)
    writer.join()
    assert catalog.snapshot().find_host("a") is not None


def test_a_catalog_closes_while_somebody_waits():
    catalog = muster.Catalog.in_memory()
    raised = []

    def wait():
        try:
            catalog.wait_for_version(1)
        except muster.Error as error:
            raised.append(error)

    waiter = threading.Thread(target=wait)
    waiter.start()
    catalog.close()
    waiter.join()
    assert [type(error) for error in raised] == [muster.FailedPrecondition]
