"""muster backup, compact, status."""

import json
import os
import shutil
import signal
import subprocess

import pytest

from conftest import BINARY, assert_ok, assert_one_line_error, run


def export(muster, db):
    return json.loads(assert_ok(muster("export", "--db", db)).out)


@pytest.fixture
def large_db(db):
    """A store of some size, most of which is free."""
    hosts = [{"id": f"host-{i}", "status": "active", "free_mib": i, "vm_count": 0}
             for i in range(5000)]
    assert_ok(run("import", "-", "--db", db, stdin=json.dumps({"hosts": hosts})))
    assert_ok(run("import", "-", "--replace", "--db", db,
                  stdin=json.dumps({"hosts": hosts[:10]})))
    return db


@pytest.fixture
def user_of(db):
    """Starts a server that has the store open, and returns it."""
    servers = []

    def start(path=db):
        server = subprocess.Popen(
            [BINARY, "serve", "--db", path, "--listen", "127.0.0.1:0"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        servers.append(server)
        server.stderr.readline() if not server.stdout.peek(1) else server.stdout.readline()
        return server

    yield start
    for server in servers:
        server.send_signal(signal.SIGKILL)
        server.wait()


def test_a_backup_is_a_store_with_the_same_contents(muster, db, tmp_path):
    assert assert_ok(muster("backup", tmp_path / "a/b", "--db", db)).out == ""
    assert export(muster, tmp_path / "a/b") == export(muster, db)
    assert_ok(muster("check", "--db", tmp_path / "a/b"))


def test_a_backup_into_an_empty_directory(muster, db, tmp_path):
    (tmp_path / "empty").mkdir()
    assert_ok(muster("backup", tmp_path / "empty", "--db", db))
    assert os.listdir(tmp_path / "empty") == ["data.mdb"]
    assert os.stat(tmp_path / "empty/data.mdb").st_mode & 0o777 == 0o600


def test_a_backup_overwrites_nothing(muster, db, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full/file").write_text("mine")
    error = assert_one_line_error(muster("backup", tmp_path / "full", "--db", db))
    assert "holds something" in error
    assert os.listdir(tmp_path / "full") == ["file"]
    assert_ok(muster("backup", tmp_path / "copy", "--db", db))
    assert_one_line_error(muster("backup", tmp_path / "copy", "--db", db))


def test_a_backup_of_no_store_makes_nothing(muster, no_db, tmp_path):
    assert_one_line_error(muster("backup", tmp_path / "copy", "--db", no_db))
    assert not (tmp_path / "copy").exists()


def test_a_backup_to_standard_output_is_the_data_file(muster, db, tmp_path):
    (tmp_path / "copy").mkdir()
    with open(tmp_path / "copy/data.mdb", "wb") as out:
        done = muster("backup", "-", "--db", db, stdout=out)
    assert done.code == 0, done
    assert export(muster, tmp_path / "copy") == export(muster, db)


def test_a_backup_through_a_pipe(muster, large_db, tmp_path):
    (tmp_path / "copy").mkdir()
    command = f'"{BINARY}" backup - --db "{large_db}" | cat > "{tmp_path}/copy/data.mdb"'
    subprocess.run(["sh", "-c", command], check=True, timeout=60)
    assert export(muster, tmp_path / "copy") == export(muster, large_db)


def test_a_backup_whose_reader_goes_away_fails(large_db):
    with open("/dev/full", "wb") as full:
        done = run("backup", "-", "--db", large_db, stdout=full)
    assert done.code == 1
    assert "the disk is full" in done.err


def test_a_backup_is_made_while_a_server_has_the_store_open(muster, db, tmp_path, user_of):
    user_of()
    assert_ok(muster("backup", tmp_path / "copy", "--db", db))
    assert export(muster, tmp_path / "copy") == export(muster, db)


def test_a_backup_leaves_out_what_is_free(muster, large_db, tmp_path):
    assert_ok(muster("backup", tmp_path / "copy", "--db", large_db))
    before = (large_db / "data.mdb").stat().st_size
    assert (tmp_path / "copy/data.mdb").stat().st_size < before / 2


def test_compact_makes_the_file_smaller_and_keeps_all(muster, large_db):
    before = export(muster, large_db)
    size = (large_db / "data.mdb").stat().st_size
    out = assert_ok(muster("compact", "--db", large_db)).out
    after = (large_db / "data.mdb").stat().st_size
    assert out == f"compacted {large_db}: {size} -> {after} bytes\n"
    assert after < size / 2
    assert export(muster, large_db) == before
    assert_ok(muster("check", "--db", large_db))


def test_compact_keeps_the_mode_of_the_file(muster, db):
    os.chmod(db / "data.mdb", 0o640)
    assert_ok(muster("compact", "--db", db))
    assert os.stat(db / "data.mdb").st_mode & 0o777 == 0o640
    assert sorted(os.listdir(db)) == ["data.mdb", "lock.mdb", "muster.lock"]


def test_compact_is_refused_while_others_have_the_store_open(muster, db, user_of):
    user_of()
    inode = (db / "data.mdb").stat().st_ino
    error = assert_one_line_error(muster("compact", "--db", db))
    assert "is open in another process: stop that one first" in error
    assert (db / "data.mdb").stat().st_ino == inode


def test_compact_that_is_killed_leaves_a_store(muster, large_db, tmp_path):
    expected = export(muster, large_db)
    for round_number in range(25):
        copy = tmp_path / f"copy-{round_number}"
        shutil.copytree(large_db, copy)
        process = subprocess.Popen([BINARY, "compact", "--db", copy],
                                   stdout=subprocess.DEVNULL)
        try:
            process.wait(timeout=round_number * 0.001)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert export(muster, copy) == expected
        assert_ok(muster("compact", "--db", copy))
        assert export(muster, copy) == expected


def test_status_says_what_there_is(muster, db):
    lines = assert_ok(muster("status", "--db", db)).out.splitlines()
    assert lines[0] == "format 3, version 1"
    assert lines[1].startswith("file   ")
    assert lines[2].endswith("of 4096 bytes")
    assert "others do not have it open" in lines
    assert "hosts            4        1" in lines


def test_status_as_json(muster, db):
    status = assert_ok(muster("status", "--json", "--db", db)).json()
    assert status["file_bytes"] == (db / "data.mdb").stat().st_size
    assert status["map_bytes"] >= status["file_bytes"]
    assert (status["pages_used"] + status["pages_free"]) * status["page_bytes"] <= \
        status["file_bytes"]
    assert status["version"] == 1
    assert status["lists"]["shapes"] == {"records": 3, "version": 1}
    assert status["lists"]["api_keys"]["records"] == 1
    assert status["log_entries"] > 0
    assert not status["open_elsewhere"]


def test_status_tells_free_pages(muster, large_db):
    assert assert_ok(muster("status", "--json", "--db", large_db)).json()["pages_free"] > 50
    assert_ok(muster("compact", "--db", large_db))
    assert assert_ok(muster("status", "--json", "--db", large_db)).json()["pages_free"] == 0


def test_status_tells_of_others(muster, db, user_of):
    user_of()
    assert assert_ok(muster("status", "--json", "--db", db)).json()["open_elsewhere"]
    assert "others have it open" in assert_ok(muster("status", "--db", db)).out


@pytest.mark.parametrize("command", ["compact", "status", "check"])
def test_where_there_is_no_store(muster, no_db, command):
    assert "no store at" in assert_one_line_error(muster(command, "--db", no_db))
    assert not no_db.exists()
