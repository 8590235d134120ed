"""muster recount, and what rm and import do to users who own sandboxes."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from conftest import assert_ok, assert_one_line_error

MAKE_STORE = os.environ.get(
    "SANDBOX_STORE_BIN",
    str(Path(__file__).resolve().parents[2] / "build" / "tests" / "cli" / "sandbox_store"))


def make_store(path, *options):
    subprocess.run([MAKE_STORE, path, *options], check=True, timeout=60)
    return path


@pytest.fixture
def counted(tmp_path):
    """A store in which usr_01K owns a sandbox that runs and one that has ended."""
    return make_store(tmp_path / "db")


@pytest.fixture
def miscounted(tmp_path):
    """The same with wrong counts."""
    return make_store(tmp_path / "db", "--miscount")


def stats(muster, db):
    return assert_ok(muster("show", "user", "usr_01K", "--json", "--db", db)).json()["stats"]


def test_right_counts_are_proved(muster, counted):
    done = assert_ok(muster("recount", "--db", counted))
    assert done.out == "1 user with 2 sandboxes recounted: all counts are right\n"


def test_wrong_counts_are_shown_and_left(muster, miscounted):
    done = muster("recount", "--db", miscounted)
    assert done.code == 1
    assert done.err == "muster: counts are wrong; 'muster recount --repair' sets them right\n"
    assert done.out.splitlines() == [
        "USER     RUNNING  PAUSED  OTHER  TOTAL",
        "usr_01K  0 -> 1   1 -> 0      0  3 -> 2",
        "1 user with 2 sandboxes recounted: the counts of 1 user are wrong",
    ]
    assert stats(muster, miscounted) == {"running": 0, "paused": 1, "other": 0, "total": 3}


def test_repair_sets_wrong_counts_right(muster, miscounted):
    done = assert_ok(muster("recount", "--repair", "--db", miscounted))
    assert done.out.endswith("the counts of 1 user were wrong and are set right\n")
    assert stats(muster, miscounted) == {"running": 1, "paused": 0, "other": 0, "total": 2}
    assert_ok(muster("recount", "--db", miscounted))


def test_json_says_the_same(muster, miscounted):
    done = muster("recount", "--json", "--db", miscounted)
    assert done.code == 1
    assert json.loads(done.out) == {
        "users": 1,
        "sandboxes": 2,
        "miscounts": [{
            "user_id": "usr_01K",
            "recorded": {"running": 0, "paused": 1, "other": 0, "total": 3},
            "counted": {"running": 1, "paused": 0, "other": 0, "total": 2},
        }],
        "repaired": False,
    }


def test_recount_makes_no_store(muster, no_db):
    assert_one_line_error(muster("recount", "--db", no_db))
    assert not no_db.exists()


def test_rm_refuses_a_user_who_owns_sandboxes(muster, counted):
    error = assert_one_line_error(muster("rm", "user", "usr_01K", "--db", counted))
    assert "owns 2 sandboxes" in error
    assert "--with-sandboxes" in error


def test_rm_removes_a_user_with_the_sandboxes(muster, counted):
    assert_ok(muster("rm", "user", "usr_01K", "--with-sandboxes", "--db", counted))
    assert_one_line_error(muster("show", "user", "usr_01K", "--db", counted))


def test_import_replaces_users_with_their_sandboxes_only_where_asked(muster, counted):
    arguments = ("import", "--replace", "--db", counted, "-")
    assert "owns 2 sandboxes" in assert_one_line_error(muster(*arguments, stdin='{"users": []}'))
    assert_ok(muster(*arguments, "--with-sandboxes", stdin='{"users": []}'))
    assert_one_line_error(muster("show", "user", "usr_01K", "--db", counted))


def test_an_export_imports_over_counts_that_come_from_events(muster, counted):
    exported = assert_ok(muster("export", "--db", counted)).out
    assert json.loads(exported)["users"] == [{"id": "usr_01K"}]
    assert_ok(muster("import", "--replace", "--db", counted, "-", stdin=exported))
    assert stats(muster, counted) == {"running": 1, "paused": 0, "other": 0, "total": 2}
