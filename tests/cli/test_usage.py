"""Arguments, help and exit codes."""

import os
import re

import pytest

from conftest import assert_ok, assert_one_line_error

LEAVES = [
    ("serve",), ("import",), ("export",),
    ("show", "shapes"), ("show", "rootfs"), ("show", "hosts"), ("show", "user"),
    ("key", "create"), ("key", "list"), ("key", "revoke"),
    ("rm",), ("enable",), ("disable",), ("drain",), ("undrain",), ("default-rootfs",),
]


@pytest.mark.parametrize("command", LEAVES, ids=" ".join)
def test_help_of_each_command_has_db_and_examples(muster, command):
    text = assert_ok(muster(*command, "--help")).out
    assert "--db DIR" in text
    assert "MUSTER_DB" in text
    assert f"Examples:\n  muster {' '.join(command)}" in text


@pytest.mark.parametrize("group", [(), ("show",), ("key",)], ids=str)
def test_help_of_groups_has_examples(muster, group):
    text = assert_ok(muster(*group, "--help")).out
    assert "Examples:\n  muster " in text


def test_version_is_printed(muster):
    assert re.fullmatch(r"muster \d+\.\d+\.\d+\n", assert_ok(muster("--version")).out)


@pytest.mark.parametrize("arguments", [
    (),
    ("fly",),
    ("show",),
    ("show", "cats"),
    ("show", "user"),
    ("show", "hosts", "extra"),
    ("show", "hosts", "--yaml"),
    ("key",),
    ("key", "create"),
    ("key", "revoke"),
    ("import",),
    ("rm", "host"),
    ("rm", "key", "k"),
    ("enable", "user", "u"),
    ("drain",),
    ("default-rootfs",),
    ("serve", "--threads", "0"),
    ("serve", "--threads", "many"),
    ("serve", "--listen", "8080"),
    ("serve", "--listen", "127.0.0.1:65536"),
    ("serve", "--listen", "::1:8080"),
    ("serve", "--listen", ":8080"),
    ("serve", "--listen", "127.0.0.1:"),
    ("serve", "--mount", "api"),
    ("serve", "--mount", "/api/"),
    ("serve", "--mount", "/a?b"),
    ("serve", "--drain-ms", "-1"),
    ("serve", "--idle-timeout-ms", "0"),
    ("export", "--db"),
], ids=" ".join)
def test_wrong_arguments_are_exit_code_2_and_change_nothing(muster, tmp_path, arguments):
    error = assert_one_line_error(muster(*arguments, cwd=tmp_path), code=2)
    assert "--help'" in error
    assert list(tmp_path.iterdir()) == []


def test_an_error_names_the_help_of_the_command_it_is_about(muster):
    assert "'muster key create --help'" in muster("key", "create").err


def test_db_is_taken_from_the_environment(muster, db):
    result = assert_ok(muster("show", "hosts", "--json", env={"MUSTER_DB": str(db)}))
    assert len(result.json()) == 4


def test_db_as_an_argument_comes_before_the_environment(muster, db, no_db):
    assert_ok(muster("show", "hosts", "--db", db, env={"MUSTER_DB": str(no_db)}))


def test_db_is_var_db_by_default(muster, tmp_path):
    assert_ok(muster("import", "-", stdin="{}", cwd=tmp_path))
    assert (tmp_path / "var" / "db").is_dir()


@pytest.mark.parametrize("arguments", [
    ("--db", "DB", "show", "hosts", "--json"),
    ("show", "--db", "DB", "hosts", "--json"),
    ("show", "hosts", "--db", "DB", "--json"),
], ids=" ".join)
def test_db_may_stand_before_or_behind_a_subcommand(muster, db, no_db, arguments):
    words = [str(db) if word == "DB" else word for word in arguments]
    assert len(assert_ok(muster(*words, env={"MUSTER_DB": str(no_db)})).json()) == 4


def test_an_unknown_subcommand_is_named(muster):
    assert "frobnicate" in assert_one_line_error(muster("frobnicate"), code=2)


def test_with_standard_output_closed_nothing_is_written_into_the_store(muster, db):
    before = {file.name: file.stat().st_size for file in db.iterdir()}
    result = muster("export", "--db", db, stdout=None, preexec_fn=lambda: os.close(1))
    assert result.code == 1
    assert {file.name: file.stat().st_size for file in db.iterdir()} == before
