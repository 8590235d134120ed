"""A tag changes if and only if the bytes of some answer can have changed."""

import os
import shutil
import subprocess
import sys

import muster
import pytest
from wire import LISTS, change, etags, get, host, put, rootfs, shape


def fill(catalog):
    put(
        catalog,
        shape("s-1"),
        shape("s-2", vcpu=2),
        shape("s-hidden", disabled=True),
        rootfs("a", default=True),
        rootfs("b", description="B"),
        rootfs("off", description="off", disabled=True, successor="b"),
        rootfs("unused"),
        rootfs("hidden-host-only"),
        host("h-1", rootfses=["a", "custom", "off"]),
        host("h-2", rootfses=["b"]),
        host("h-hidden", rootfses=["hidden-host-only", "b"], disabled=True),
        muster.User(id="usr_01K", api_keys=["sk_test_0123"]),
    )


@pytest.fixture
def full(catalog):
    fill(catalog)
    return catalog


def bodies(catalog):
    return {target: get(catalog, target + "?limit=500").body for target in LISTS}


def filled_batch(*calls):
    batch = muster.WriteBatch()
    for method, *arguments in calls:
        getattr(batch, method)(*arguments)
    return batch


# What is done, and which lists get another tag.
CHANGES = {
    "nothing": ([], ""),
    "the same shape": ([("put_shape", shape("s-1"))], ""),
    "the same rootfs": ([("put_rootfs", rootfs("b", description="B"))], ""),
    "the same host": ([("put_host", host("h-1", rootfses=["a", "custom", "off"]))], ""),
    "there and back in one batch": (
        [
            ("put_host", host("h-2", "dead")),
            ("set_default_rootfs", "b"),
            ("delete_shape", "s-1"),
            ("put_shape", shape("s-1")),
            ("set_default_rootfs", "a"),
            ("put_host", host("h-2", rootfses=["b"])),
        ],
        "",
    ),
    "a new shape": ([("put_shape", shape("s-3"))], "shapes"),
    "a quota": ([("put_shape", shape("s-1", cpu_quota_pct=100))], "shapes"),
    "a shape deleted": ([("delete_shape", "s-2")], "shapes"),
    "a shape hidden": ([("set_disabled", "shapes", "s-2")], "shapes"),
    "a shape shown": ([("set_disabled", "shapes", "s-hidden", False)], "shapes"),
    "a new hidden shape": ([("put_shape", shape("s-4", disabled=True))], ""),
    "a hidden shape changed": ([("put_shape", shape("s-hidden", vcpu=9, disabled=True))], ""),
    "a hidden shape deleted": ([("delete_shape", "s-hidden")], ""),
    "an unknown shape deleted": ([("delete_shape", "s-unknown")], ""),
    "a new host": ([("put_host", host("h-3"))], "hosts"),
    "free memory": (
        [("put_host", host("h-1", free_mib=1, rootfses=["a", "custom", "off"]))],
        "hosts",
    ),
    "a status": ([("set_host_status", "h-1", "draining")], "hosts"),
    "the status that it has": ([("set_host_status", "h-1", "active")], ""),
    "another order of rootfses": (
        [("put_host", host("h-1", rootfses=["custom", "a", "off"]))],
        "hosts",
    ),
    "a disabled name less": ([("put_host", host("h-1", rootfses=["a", "custom"]))], ""),
    "a disabled name elsewhere": (
        [("put_host", host("h-1", rootfses=["off", "a", "custom"]))],
        "",
    ),
    "a host hidden": ([("set_disabled", "hosts", "h-1")], "hosts"),
    "a host shown": ([("set_disabled", "hosts", "h-hidden", False)], "hosts"),
    "a host that is shown, shown": ([("set_disabled", "hosts", "h-1", False)], ""),
    "a new hidden host": ([("put_host", host("h-9", disabled=True))], ""),
    "a hidden host changed": ([("put_host", host("h-hidden", "dead", disabled=True))], ""),
    "a hidden host drained": ([("set_host_status", "h-hidden", "draining")], ""),
    "a hidden host deleted": ([("delete_host", "h-hidden")], ""),
    "a new rootfs": ([("put_rootfs", rootfs("c"))], "rootfs"),
    "a new rootfs that a host has already": ([("put_rootfs", rootfs("custom"))], "rootfs"),
    "a new disabled rootfs": ([("put_rootfs", rootfs("c", disabled=True))], ""),
    "a new disabled rootfs that a host has": (
        [("put_rootfs", rootfs("custom", disabled=True))],
        "hosts",
    ),
    "a description": ([("put_rootfs", rootfs("b", description="B2"))], "rootfs"),
    "a description of a disabled one": (
        [("put_rootfs", rootfs("off", description="x", disabled=True))],
        "",
    ),
    "deprecation of a disabled one": (
        [("put_rootfs", rootfs("off", deprecated=True, disabled=True))],
        "",
    ),
    "a successor that is not shown": ([("put_rootfs", rootfs("unused", successor="off"))], ""),
    "another default": ([("set_default_rootfs", "b")], "rootfs"),
    "the default that it is": ([("set_default_rootfs", "a")], ""),
    "the mark gone where the default stays": ([("put_rootfs", rootfs("a"))], ""),
    "the mark on a disabled one whose successor is another": (
        [("set_default_rootfs", "off")],
        "rootfs",
    ),
    "a rootfs disabled that no host names": ([("set_disabled", "rootfs", "unused")], "rootfs"),
    "a rootfs disabled that a hidden host names": (
        [("set_disabled", "rootfs", "hidden-host-only")],
        "rootfs",
    ),
    "a rootfs disabled that a host names": ([("set_disabled", "rootfs", "b")], "rootfs hosts"),
    "a rootfs enabled that a host names": (
        [("set_disabled", "rootfs", "off", False)],
        "rootfs hosts",
    ),
    "a rootfs deleted that a host names": ([("delete_rootfs", "b")], "rootfs"),
    "a disabled rootfs deleted that a host names": ([("delete_rootfs", "off")], "hosts"),
    "a user": ([("put_user", "usr_2")], ""),
    "a user deleted": ([("delete_user", "usr_01K")], ""),
    "a key": ([("create_api_key", "usr_01K")], ""),
    "a replacement by less": (
        [("replace", "shapes"), ("put_shape", shape("s-1"))],
        "shapes",
    ),
    "a replacement by the same that is shown": (
        [
            ("replace", "shapes"),
            ("put_shape", shape("s-1")),
            ("put_shape", shape("s-2", vcpu=2)),
        ],
        "",
    ),
}


@pytest.mark.parametrize("calls, changed", CHANGES.values(), ids=CHANGES.keys())
def test_tags_change_if_and_only_if_bytes_do(full, calls, changed):
    tags_before, bodies_before = etags(full), bodies(full)
    full.apply(filled_batch(*calls))
    tags_after, bodies_after = etags(full), bodies(full)
    expected = {"/v1/" + name for name in changed.split()}
    assert {t for t in LISTS if bodies_before[t] != bodies_after[t]} == expected
    assert {t for t in LISTS if tags_before[t] != tags_after[t]} == expected


def test_stats_change_no_tag(full):
    before = etags(full)
    change(full, "set_user_stats", "usr_01K", running=1, total=1)
    assert etags(full) == before


def test_a_batch_that_fails_changes_no_tag(full):
    before = etags(full)
    batch = muster.WriteBatch()
    batch.put_host(host("h-3"))
    batch.set_host_status("h-unknown", "dead")
    with pytest.raises(muster.NotFound):
        full.apply(batch)
    assert etags(full) == before


def test_importing_what_was_exported_changes_no_tag(full):
    before = etags(full)
    text = full.export_document()
    full.import_document(text)
    full.import_document(text, replace=True)
    assert etags(full) == before


def test_a_change_on_any_page_changes_the_one_tag(catalog):
    put(catalog, *(host(f"h{i:04d}") for i in range(1200)))
    for name in ("h0000", "h0600", "h1199"):
        before = etags(catalog)["/v1/hosts"]
        change(catalog, "set_host_status", name, "dead")
        tags = {
            get(catalog, f"/v1/hosts?limit={limit}&offset={offset}").headers["ETag"]
            for limit in (1, 500)
            for offset in (0, 599, 1199, 1200, 10**9)
        }
        assert len(tags) == 1
        assert tags != {before}


def test_no_tag_comes_twice_for_other_bytes(catalog):
    seen = {}
    for i in range(50):
        put(catalog, host("h", vm_count=i % 7), rootfs("a", description=str(i % 5)))
        for target, tag in etags(catalog).items():
            body = get(catalog, target).body
            assert seen.setdefault((target, tag), body) == body


def test_two_catalogs_share_no_tag():
    with muster.Catalog.in_memory() as one, muster.Catalog.in_memory() as other:
        put(one, host("10.0.0.1"))
        put(other, host("10.0.0.2"))
        assert etags(one)["/v1/hosts"] != etags(other)["/v1/hosts"]


def test_tag_of_a_snapshot_is_that_of_the_answer(full):
    snapshot = full.snapshot()
    tags = etags(full)
    for name in ("shapes", "rootfs", "hosts"):
        assert snapshot.etag(name) == tags["/v1/" + name]


# --- stores in a directory ---


@pytest.fixture
def directory(tmp_path):
    """A store that was filled and closed."""
    path = tmp_path / "db"
    with muster.Catalog.open(path) as catalog:
        fill(catalog)
    return path


def tags_of(path):
    with muster.Catalog.open(path) as catalog:
        return etags(catalog)


def test_tags_are_the_same_after_a_clean_restart(directory):
    assert tags_of(directory) == tags_of(directory)


def test_tags_go_on_after_a_clean_restart(directory):
    with muster.Catalog.open(directory) as catalog:
        before = etags(catalog)
        change(catalog, "set_host_status", "h-1", "dead")
        after = etags(catalog)
    assert before["/v1/hosts"] != after["/v1/hosts"]
    assert before["/v1/shapes"] == after["/v1/shapes"]
    assert tags_of(directory) == after


def test_tags_are_the_same_in_every_process(directory):
    program = (
        "import muster, sys\n"
        "catalog = muster.Catalog.open(sys.argv[1])\n"
        "snapshot = catalog.snapshot()\n"
        "print(*(snapshot.etag(name) for name in ('shapes', 'rootfs', 'hosts')))\n"
    )
    with muster.Catalog.open(directory) as catalog:
        other = subprocess.run(
            [sys.executable, "-c", program, os.fspath(directory)],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        assert other.stdout.split() == list(etags(catalog).values())


def test_a_copied_store_has_tags_of_its_own(directory, tmp_path):
    original = tags_of(directory)
    copy = tmp_path / "copy"
    shutil.copytree(directory, copy)
    copied = tags_of(copy)
    for target in LISTS:
        assert copied[target] != original[target]
    assert tags_of(copy) == copied
    assert tags_of(directory) == original


def contents(path):
    return {file.name: file.read_bytes() for file in path.iterdir() if file.is_file()}


def test_a_store_put_back_in_place_gives_no_tag_to_other_bytes(directory):
    backup = contents(directory)
    with muster.Catalog.open(directory) as catalog:
        put(catalog, host("h-1", "dead"))
        lost = etags(catalog)["/v1/hosts"]
        lost_body = get(catalog, "/v1/hosts").body
    (directory / "data.mdb").write_bytes(backup["data.mdb"])
    with muster.Catalog.open(directory) as catalog:
        put(catalog, host("h-1", "draining"))
        assert get(catalog, "/v1/hosts").body != lost_body
        assert etags(catalog)["/v1/hosts"] != lost


def test_a_store_restored_from_a_copy_gives_no_tag_to_other_bytes(directory, tmp_path):
    backup = tmp_path / "backup"
    shutil.copytree(directory, backup)
    with muster.Catalog.open(directory) as catalog:
        put(catalog, host("h-1", "dead"))
        lost = etags(catalog)["/v1/hosts"]
    shutil.rmtree(directory)
    shutil.copytree(backup, directory)
    with muster.Catalog.open(directory) as catalog:
        put(catalog, host("h-1", "draining"))
        assert etags(catalog)["/v1/hosts"] != lost
