"""muster import, muster export."""

import json
import os
import pty
import subprocess

import pytest

from conftest import BINARY, DOCUMENT, assert_ok, assert_one_line_error


def exported(muster, db):
    return assert_ok(muster("export", "--db", db)).json()


def ids(entries):
    return [e.get("id") or e["name"] for e in entries]


def test_import_reads_a_file(muster, tmp_path, no_db):
    file = tmp_path / "catalog.json"
    file.write_text(json.dumps(DOCUMENT))
    result = assert_ok(muster("import", file, "--db", no_db))
    assert result.out == ""
    assert len(exported(muster, no_db)["hosts"]) == 4


def test_export_holds_what_was_imported_but_no_keys(muster, db):
    result = assert_ok(muster("export", "--db", db))
    assert "api_keys" not in result.out
    assert "sk_live" not in result.out
    document = result.json()
    assert ids(document["shapes"]) == ["s-1vcpu-256mb", "s-1vcpu-1gb", "s-old"]
    assert ids(document["rootfs"]) == ["devbox:1", "node", "node:22", "secret"]
    assert ids(document["hosts"]) == ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"]
    assert document["users"][0]["stats"]["total"] == 47


def test_an_export_imports_to_an_equal_catalog(muster, db, no_db):
    text = muster("export", "--db", db).out
    assert_ok(muster("import", "-", "--db", no_db, stdin=text))
    assert muster("export", "--db", no_db).out == text


def test_import_adds_and_replace_makes_equal(muster, db):
    one = json.dumps({"hosts": [
        {"id": "10.9.9.9", "status": "active", "free_mib": 1, "vm_count": 1}]})
    assert_ok(muster("import", "-", "--db", db, stdin=one))
    assert len(exported(muster, db)["hosts"]) == 5
    assert_ok(muster("import", "--replace", "-", "--db", db, stdin=one))
    document = exported(muster, db)
    assert ids(document["hosts"]) == ["10.9.9.9"]
    assert len(document["shapes"]) == 3


@pytest.mark.parametrize("text, place", [
    ("", "line 1, column "),
    ("{", "line 1, column "),
    ('{"hosts": [\n  nonsense', "line 2, column "),
    ('{"hosts": [{"id": "h", "status": "active", "free_mib": -1, "vm_count": 0}]}',
     "/hosts/0/free_mib: must be an integer from 0 to 2147483647"),
    ('{"shapes": [{"id": "s", "vcpu": 1.0, "mem_mib": 1, "default_disk_mib": 0}]}',
     "/shapes/0/vcpu: "),
    ('{"users": [{"id": "u", "api_keys": ["sk_secret_with space"]}]}', "/users/0/api_keys/0: "),
    ('{"pets": []}', "/pets: "),
    ("[]", ": "),
    ('{"rootfs": [{"name": "a\\u001b[31m"}]}', "/rootfs/0/name: "),
])
def test_a_malformed_document_changes_nothing(muster, db, text, place):
    before = muster("export", "--db", db).out
    error = assert_one_line_error(muster("import", "--replace", "-", "--db", db, stdin=text))
    assert place in error
    assert "sk_secret" not in error
    assert "\x1b" not in error
    assert muster("export", "--db", db).out == before


def test_a_malformed_document_makes_no_store(muster, no_db):
    assert_one_line_error(muster("import", "-", "--db", no_db, stdin="{"))
    assert not no_db.exists()


def test_a_fault_at_the_end_of_a_document_undoes_its_beginning(muster, db):
    before = muster("export", "--db", db).out
    text = ('{"hosts": [{"id": "10.9.9.9", "status": "active", "free_mib": 1, "vm_count": 1}],'
            ' "shapes": [], "oops": 1}')
    assert_one_line_error(muster("import", "--replace", "-", "--db", db, stdin=text))
    assert muster("export", "--db", db).out == before


@pytest.mark.parametrize("name, why", [
    ("none.json", "No such file or directory"), ("directory", "directory")])
def test_a_document_that_cannot_be_read_is_an_error(muster, tmp_path, no_db, name, why):
    (tmp_path / "directory").mkdir()
    error = assert_one_line_error(muster("import", tmp_path / name, "--db", no_db))
    assert str(tmp_path / name) in error
    assert why in error
    assert not no_db.exists()


def many_hosts(count):
    return json.dumps({"hosts": [
        {"id": f"10.{i >> 16}.{i >> 8 & 255}.{i & 255}", "status": "active", "free_mib": i,
         "vm_count": 0} for i in range(count)]})


def test_a_long_import_shows_its_progress_on_a_terminal_only(muster, tmp_path):
    file = tmp_path / "many.json"
    file.write_text(many_hosts(30000))
    assert_ok(muster("import", file, "--db", tmp_path / "quiet"))

    terminal, stderr = pty.openpty()
    with subprocess.Popen([BINARY, "import", file, "--db", tmp_path / "loud"],
                          stderr=stderr) as process:
        os.close(stderr)
        shown = b""
        while True:
            try:
                shown += os.read(terminal, 65536)
            except OSError:  # the other end is closed
                break
        assert process.wait(60) == 0
    os.close(terminal)
    assert b"read 30000 entries" in shown
    assert shown.endswith(b"\r\x1b[K")


@pytest.mark.parametrize("command", [["export"], ["show", "hosts"], ["key", "list"], ["--help"]],
                         ids=" ".join)
@pytest.mark.parametrize("kind", ["a full disk", "a reader that left"])
def test_output_that_cannot_be_written_is_an_error(muster, db, command, kind):
    if kind == "a full disk":
        out = os.open("/dev/full", os.O_WRONLY)
    else:
        reader, out = os.pipe()
        os.close(reader)
    try:
        if command != ["--help"]:
            command = [*command, "--db", db]
        assert_one_line_error(muster(*command, stdout=out))
    finally:
        os.close(out)
