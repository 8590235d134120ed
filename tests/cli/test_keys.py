"""muster key create, list, revoke."""

import os
import re

import pytest

from conftest import assert_ok, assert_one_line_error

KEY = re.compile(r"sk_[A-Za-z0-9_-]{43}")


def keys(muster, db, *user):
    return assert_ok(muster("key", "list", *user, "--json", "--db", db)).json()


def test_create_prints_the_key_alone_and_once(muster, db):
    result = muster("key", "create", "usr_01K", "--label", "laptop", "--db", db)
    assert result.code == 0
    assert KEY.fullmatch(result.out.removesuffix("\n"))
    assert "not shown again" in result.err
    assert result.out.strip() not in result.err

    listed = keys(muster, db, "usr_01K")
    assert result.out.strip() not in repr(listed)
    assert listed[-1]["label"] == "laptop"
    assert listed[-1]["hint"] == result.out.strip()[-4:]


def test_create_makes_the_user_when_missing(muster, no_db):
    assert muster("key", "create", "usr_new", "--db", no_db).code == 0
    assert [k["user_id"] for k in keys(muster, no_db)] == ["usr_new"]


def test_create_leaves_a_user_as_it_is(muster, db):
    assert muster("key", "create", "usr_01K", "--db", db).code == 0
    user = assert_ok(muster("show", "user", "usr_01K", "--json", "--db", db)).json()
    assert user["stats"]["total"] == 47
    assert len(user["api_keys"]) == 2


def test_create_with_a_wrong_user_or_label_is_an_error(muster, no_db):
    assert "/users/0/id: " in assert_one_line_error(muster("key", "create", " x", "--db", no_db))
    assert "label" in assert_one_line_error(
        muster("key", "create", "u", "--label", "a\nb", "--db", no_db))
    assert not no_db.exists()


def test_a_key_that_cannot_be_shown_is_revoked_again(muster, db):
    before = keys(muster, db)
    out = os.open("/dev/full", os.O_WRONLY)
    try:
        error = assert_one_line_error(muster("key", "create", "usr_01K", "--db", db, stdout=out))
    finally:
        os.close(out)
    assert "revoked" in error
    assert keys(muster, db) == before


def test_list_gives_what_is_known_of_each_key(muster, db):
    muster("key", "create", "usr_02", "--db", db)
    first, second = keys(muster, db)
    assert list(first) == ["id", "user_id", "label", "hint", "created_at"]
    assert re.fullmatch(r"key_[0-9a-f]{32}", first["id"])
    assert [first["user_id"], second["user_id"]] == ["usr_01K", "usr_02"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", second["created_at"])
    assert keys(muster, db, "usr_02") == [second]


def test_list_as_a_table(muster, db):
    headline, row = assert_ok(muster("key", "list", "--db", db)).out.splitlines()
    assert headline.split() == ["ID", "USER", "LABEL", "HINT", "CREATED"]
    assert row.split()[1:3] == ["usr_01K", "cdef"]


def test_list_of_an_unknown_user_is_an_error(muster, db):
    assert "unknown user: nobody" in assert_one_line_error(
        muster("key", "list", "nobody", "--db", db))


@pytest.mark.parametrize("way", ["id", "id on stdin", "key on stdin", "key with a CRLF"])
def test_revoke_removes_a_key(muster, db, way):
    key = muster("key", "create", "usr_02", "--db", db).out.strip()
    key_id = keys(muster, db, "usr_02")[0]["id"]
    argument, stdin = {
        "id": (key_id, ""),
        "id on stdin": ("-", key_id + "\n"),
        "key on stdin": ("-", key),
        "key with a CRLF": ("-", key + "\r\n"),
    }[way]
    assert_ok(muster("key", "revoke", argument, "--db", db, stdin=stdin))
    assert keys(muster, db, "usr_02") == []


def test_revoke_of_an_unknown_key_is_an_error_without_the_key(muster, db):
    secret = "sk_" + "a" * 43
    for arguments in (["key_" + "0" * 32], [secret], ["-"]):
        error = assert_one_line_error(
            muster("key", "revoke", *arguments, "--db", db, stdin=secret))
        assert "unknown API key" in error
        assert secret not in error
    assert len(keys(muster, db)) == 1


def test_revoke_without_a_line_on_stdin_is_an_error(muster, db):
    assert_one_line_error(muster("key", "revoke", "-", "--db", db))
    assert_one_line_error(muster("key", "revoke", "-", "--db", db, stdin="\n"))


def test_a_revoked_key_may_not_be_revoked_twice(muster, db):
    key_id = keys(muster, db)[0]["id"]
    assert_ok(muster("key", "revoke", key_id, "--db", db))
    assert_one_line_error(muster("key", "revoke", key_id, "--db", db))
