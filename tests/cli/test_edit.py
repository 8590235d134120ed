"""muster rm, enable, disable, drain, undrain, default-rootfs."""

import pytest

from conftest import assert_ok, assert_one_line_error

ENTRIES = [("shape", "s-1vcpu-1gb"), ("rootfs", "node"), ("host", "10.0.0.1")]
LISTS = {"shape": "shapes", "rootfs": "rootfs", "host": "hosts"}


def entry(muster, db, kind, name):
    """What is shown of an entry, or None."""
    everything = assert_ok(muster("show", LISTS[kind], "--json", "--db", db)).json()
    found = [e for e in everything if name in (e.get("id"), e.get("name"))]
    return found[0] if found else None


@pytest.mark.parametrize("kind, name", ENTRIES)
def test_rm_removes_an_entry(muster, db, kind, name):
    assert_ok(muster("rm", kind, name, "--db", db))
    assert entry(muster, db, kind, name) is None


def test_rm_removes_a_user_with_the_keys(muster, db):
    assert_ok(muster("rm", "user", "usr_01K", "--db", db))
    assert_one_line_error(muster("show", "user", "usr_01K", "--db", db))
    assert assert_ok(muster("key", "list", "--json", "--db", db)).json() == []


@pytest.mark.parametrize("kind, name", ENTRIES)
def test_disable_hides_and_enable_shows_again(muster, db, kind, name):
    before = entry(muster, db, kind, name)
    assert_ok(muster("disable", kind, name, "--db", db))
    assert entry(muster, db, kind, name) == {**before, "disabled": True}
    assert_ok(muster("disable", kind, name, "--db", db))
    assert_ok(muster("enable", kind, name, "--db", db))
    assert entry(muster, db, kind, name) == before


def test_drain_and_undrain_change_the_status_alone(muster, db):
    before = entry(muster, db, "host", "10.0.0.1")
    assert_ok(muster("drain", "10.0.0.1", "--db", db))
    assert entry(muster, db, "host", "10.0.0.1") == {**before, "status": "draining"}
    assert_ok(muster("drain", "10.0.0.1", "--db", db))
    assert_ok(muster("undrain", "10.0.0.1", "--db", db))
    assert entry(muster, db, "host", "10.0.0.1") == before


@pytest.mark.parametrize("command", ["drain", "undrain"])
def test_a_dead_host_is_not_brought_back(muster, db, command):
    assert "is dead" in assert_one_line_error(muster(command, "10.0.0.3", "--db", db))
    assert entry(muster, db, "host", "10.0.0.3")["status"] == "dead"


def test_default_rootfs_moves_the_mark(muster, db):
    assert_ok(muster("default-rootfs", "node:22", "--db", db))
    assert entry(muster, db, "rootfs", "node:22")["default"] is True
    assert entry(muster, db, "rootfs", "devbox:1")["default"] is False


def test_default_rootfs_says_when_the_entry_is_disabled(muster, db):
    result = muster("default-rootfs", "secret", "--db", db)
    assert result.code == 0
    assert "disabled" in result.err
    assert entry(muster, db, "rootfs", "secret")["default"] is True


@pytest.mark.parametrize("command, name, hint", [
    (["rm", "shape"], "shape: s-bad", "muster show shapes"),
    (["rm", "rootfs"], "rootfs: s-bad", "muster show rootfs"),
    (["rm", "host"], "host: s-bad", "muster show hosts"),
    (["rm", "user"], "user: s-bad", "muster key list"),
    (["enable", "shape"], "shape: s-bad", "muster show shapes"),
    (["disable", "rootfs"], "rootfs: s-bad", "muster show rootfs"),
    (["disable", "host"], "host: s-bad", "muster show hosts"),
    (["drain"], "host: s-bad", "muster show hosts"),
    (["undrain"], "host: s-bad", "muster show hosts"),
    (["default-rootfs"], "rootfs: s-bad", "muster show rootfs"),
], ids=str)
def test_an_unknown_entry_is_an_error_that_says_where_to_look(muster, db, command, name, hint):
    before = muster("export", "--db", db).out
    error = assert_one_line_error(muster(*command, "s-bad", "--db", db))
    assert f"unknown {name}; " in error
    assert hint in error
    assert muster("export", "--db", db).out == before
