"""muster check: whatever is damaged, there is a report."""

import fcntl
import json
import os
import random
import shutil
import signal
import struct
import subprocess
from pathlib import Path

import pytest

from conftest import BINARY, assert_ok

PAGE = 4096


def check(muster, db, *options):
    return muster("check", "--db", db, *options)


def assert_report(result):
    """Sound or damaged, but said so, in words."""
    assert result.code in (0, 1), result
    if result.code == 1:
        assert result.err.startswith("muster: "), result
        assert result.err.count("\n") == 1, result


def overwrite(path, offset, new):
    with open(path, "r+b") as file:
        file.seek(offset)
        file.write(new)


def flip(path, offset, bit=0):
    with open(path, "r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ (1 << bit)]))


def flip_in_every(db, text):
    """Flips a bit of the text wherever it stands in the data file."""
    data = (db / "data.mdb").read_bytes()
    at = data.find(text)
    assert at >= 0
    while at >= 0:
        flip(db / "data.mdb", at + len(text) - 1)
        at = data.find(text, at + 1)


def test_a_change_log_that_was_cut_within_a_version_is_sound(muster, tmp_path):
    db = tmp_path / "db"
    for vm_count, hosts in ((0, 3000), (1, 1000)):
        document = {"hosts": [{"id": f"10.0.0.{i}", "status": "active", "free_mib": 1,
                               "vm_count": vm_count, "rootfses": []} for i in range(hosts)]}
        assert_ok(muster("import", "-", "--db", db, stdin=json.dumps(document).encode()))
    assert assert_ok(check(muster, db)).out == f"{db} is sound\n"


def test_a_sound_store_is_sound(muster, db):
    assert assert_ok(check(muster, db)).out == f"{db} is sound\n"
    report = assert_ok(check(muster, db, "--json")).json()
    assert report["sound"] is True
    assert report["findings"] == []
    assert report["records"] > 10


def test_check_changes_nothing(muster, db):
    before = (db / "data.mdb").read_bytes()
    assert_ok(check(muster, db))
    assert (db / "data.mdb").read_bytes() == before


def test_a_flipped_bit_in_a_record_is_found_and_named(muster, db):
    flip_in_every(db, b"two\nlines\x1b[31m")
    result = check(muster, db)
    assert result.code == 1
    assert "a record of rootfs is damaged: node\n" in result.out
    assert "is damaged, " in result.err
    report = check(muster, db, "--json").json()
    assert report["sound"] is False
    assert report["finding_count"] == len(report["findings"]) >= 2  # and the count is wrong


def test_what_is_damaged_of_an_api_key_is_not_shown(muster, db):
    data = (db / "data.mdb").read_bytes()
    at = data.find(b"cdef")  # the hint
    while at >= 0:
        flip(db / "data.mdb", at)
        at = data.find(b"cdef", at + 1)
    result = check(muster, db)
    assert result.code == 1
    assert "a record of api_keys is damaged" in result.out


def test_a_data_file_that_is_none_is_reported(muster, db):
    overwrite(db / "data.mdb", 0, os.urandom(2 * PAGE))
    assert_report(check(muster, db))
    assert check(muster, db).code == 1


def test_a_data_file_that_is_cut_short_is_reported(muster, db):
    os.truncate(db / "data.mdb", (db / "data.mdb").stat().st_size // 2)
    assert check(muster, db).code == 1
    assert_report(check(muster, db))


def test_damaged_pages_of_a_table_are_found_and_the_rest_is_read(muster, db):
    """Makes a leaf of hosts one that is not where it says it is."""
    data = (db / "data.mdb").read_bytes()
    pages = [page for page in range(2, len(data) // PAGE)
             if b"10.0.0.1" in data[page * PAGE:(page + 1) * PAGE]
             and b"10.0.0.4" in data[page * PAGE:(page + 1) * PAGE]]
    assert pages
    for page in pages:
        flip(db / "data.mdb", page * PAGE)
    result = check(muster, db)
    assert result.code == 1
    assert "the pages of hosts are damaged\n" in result.out


@pytest.mark.parametrize("seed", range(4))
def test_any_byte_of_any_page_header_may_be_anything(muster, db, tmp_path, seed):
    chance = random.Random(seed)
    page_count = (db / "data.mdb").stat().st_size // PAGE
    codes = set()
    for round_number in range(30):
        copy = tmp_path / f"copy-{round_number}"
        copy.mkdir()
        shutil.copy(db / "data.mdb", copy / "data.mdb")
        for _ in range(chance.randint(1, 8)):
            page = chance.randrange(page_count)
            # The header, and the offsets of the first nodes behind it.
            offset = page * PAGE + chance.randrange(40)
            overwrite(copy / "data.mdb", offset, bytes([chance.randrange(256)]))
        result = check(muster, copy)
        assert_report(result)
        codes.add(result.code)
    assert 1 in codes


def test_pages_of_another_kind_are_reported(muster, db):
    page_count = (db / "data.mdb").stat().st_size // PAGE
    for page in range(2, page_count):
        overwrite(db / "data.mdb", page * PAGE + 10, b"\xff\xff")
    result = check(muster, db)
    assert result.code == 1
    assert_report(result)


@pytest.fixture
def gate(db):
    """Holds what every process that opens the store waits for."""
    with open(db / "muster.lock", "r+b") as file:
        # struct flock: type, whence, start, length, pid
        lock = struct.pack("hhqqixxxx", fcntl.F_WRLCK, os.SEEK_SET, 1 << 34, 1, 0)
        fcntl.fcntl(file, fcntl.F_OFD_SETLK, lock)
        yield


def test_a_walk_that_stands_still_is_reported(muster, db, gate):
    result = check(muster, db, "--silence-s", "1")
    assert result.code == 1
    assert "the walk came no further at opening" in result.out
    assert_report(result)


def test_a_walk_that_is_killed_is_reported(db, gate):
    process = subprocess.Popen([BINARY, "check", "--db", db], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    children = f"/proc/{process.pid}/task/{process.pid}/children"
    while not (child := Path(children).read_text().split()):
        assert process.poll() is None
    os.kill(int(child[0]), signal.SIGKILL)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert b"the walk ended at opening by signal 9" in out
    assert err.count(b"\n") == 1
