"""Stores that are missing, foreign, damaged or not ours: one line, no crash."""

import json
import os
import shutil
import stat
import tempfile
from pathlib import Path

import pytest

from conftest import DOCUMENT, assert_ok, assert_one_line_error, run

READERS = {
    "export": ["export"],
    "show shapes": ["show", "shapes"],
    "show rootfs": ["show", "rootfs"],
    "show hosts": ["show", "hosts", "--json"],
    "show user": ["show", "user", "usr_01K"],
    "key list": ["key", "list"],
    "key revoke": ["key", "revoke", "key_" + "0" * 32],
    "rm": ["rm", "host", "10.0.0.1"],
    "enable": ["enable", "host", "10.0.0.1"],
    "disable": ["disable", "host", "10.0.0.1"],
    "drain": ["drain", "10.0.0.1"],
    "undrain": ["undrain", "10.0.0.1"],
    "default-rootfs": ["default-rootfs", "node"],
}
WRITERS = {
    "import": ["import", "-"],
    "key create": ["key", "create", "usr_01K"],
    "serve": ["serve", "--listen", "127.0.0.1:0"],
}
EVERY = {**READERS, **WRITERS}


def document():
    return json.dumps(DOCUMENT)


@pytest.mark.parametrize("command", READERS.values(), ids=READERS)
def test_what_does_not_add_makes_no_store(muster, no_db, command):
    error = assert_one_line_error(muster(*command, "--db", no_db))
    assert str(no_db) in error
    assert not no_db.exists()


@pytest.mark.parametrize("command", [WRITERS["import"], WRITERS["key create"]],
                         ids=["import", "key create"])
def test_what_adds_makes_a_store_for_its_owner_alone(muster, tmp_path, command):
    db = tmp_path / "a" / "b" / "db"
    assert muster(*command, "--db", db, stdin=document(), umask=0).code == 0
    assert stat.S_IMODE(db.stat().st_mode) == 0o700
    files = list(db.iterdir())
    assert db / "data.mdb" in files
    assert {stat.S_IMODE(f.stat().st_mode) for f in files} == {0o600}


@pytest.mark.parametrize("command", EVERY.values(), ids=EVERY)
def test_a_directory_that_holds_something_else_is_left_alone(muster, tmp_path, command):
    other = tmp_path / "home"
    other.mkdir()
    (other / "thesis.txt").write_text("chapter 1")
    error = assert_one_line_error(muster(*command, "--db", other, stdin=document()))
    assert str(other) in error
    assert [f.name for f in other.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("command", EVERY.values(), ids=EVERY)
def test_a_file_in_the_place_of_the_directory_is_an_error(muster, tmp_path, command):
    file = tmp_path / "file"
    file.write_text("x")
    assert str(file) in assert_one_line_error(muster(*command, "--db", file, stdin=document()))
    assert file.read_text() == "x"


@pytest.mark.parametrize("command", EVERY.values(), ids=EVERY)
@pytest.mark.parametrize("size", ["half", "a page", "a few bytes"])
def test_a_truncated_data_file_is_an_error(muster, db, command, size):
    data = db / "data.mdb"
    whole = data.stat().st_size
    os.truncate(data, {"half": whole // 2, "a page": 4096, "a few bytes": 100}[size])
    left = data.read_bytes()
    assert_one_line_error(muster(*command, "--db", db, stdin=document()))
    assert data.read_bytes() == left


@pytest.mark.parametrize("command", EVERY.values(), ids=EVERY)
def test_a_foreign_data_file_is_an_error(muster, db, command):
    data = db / "data.mdb"
    foreign = b"SQLite format 3\0" + bytes(range(256)) * 200
    data.write_bytes(foreign)
    assert_one_line_error(muster(*command, "--db", db, stdin=document()))
    assert data.read_bytes() == foreign


@pytest.fixture
def as_nobody():
    """Arguments that make run() give root's privileges away."""
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")

    def give_up():
        os.setgid(65534)
        os.setuid(65534)

    try:
        usable = run("--version", preexec_fn=give_up).code == 0
    except OSError:
        usable = False
    if not usable:
        pytest.skip("the command is in a place that others may not read")
    return {"preexec_fn": give_up}


@pytest.fixture
def open_directory():
    """A directory that everybody may look into; pytest's own are private."""
    path = Path(tempfile.mkdtemp(prefix="muster-cli-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.mark.parametrize("command", EVERY.values(), ids=EVERY)
def test_a_store_without_permission_is_an_error(muster, open_directory, as_nobody, command):
    db = open_directory / "db"
    assert_ok(muster("import", "-", "--db", db, stdin=document()))
    error = assert_one_line_error(muster(*command, "--db", db, stdin=document(), **as_nobody))
    assert str(db) in error


@pytest.mark.parametrize("command", WRITERS.values(), ids=WRITERS)
def test_a_place_without_permission_is_an_error(muster, open_directory, as_nobody, command):
    db = open_directory / "db"
    assert_one_line_error(muster(*command, "--db", db, stdin=document(), **as_nobody))
    assert not db.exists()


def test_the_store_may_be_used_by_two_processes(muster, db):
    held = run("export", "--db", db)
    assert held.code == 0
    assert_ok(muster("disable", "host", "10.0.0.1", "--db", db))
    assert run("export", "--db", db).out != held.out
