"""Export writes what imports to an equal catalog, keys excepted."""

import json

import muster
import pytest
from wire import LISTS, get, host, put, rootfs, shape


def fill(catalog):
    put(
        catalog,
        shape("s-\"é\\", 65535, 2147483647, 9007199254740991, cpu_quota_pct=6553500),
        shape("s-off", cpu_quota_pct=1, disabled=True),
        rootfs("a", description="\0\n\"é𝄞\u2028\x7f", deprecated=True, successor="nowhere"),
        rootfs("b", default=True, disabled=True, successor="a"),
        host("h-1", "draining", 2147483647, 2147483647, rootfses=["z", "a", "𝄞"]),
        host("h-2", "dead", 0, 0, disabled=True),
        muster.User(
            id="usr_1",
            api_keys=["sk_never_exported"],
            stats=muster.UserStats(running=1, paused=2, other=3, total=6),
        ),
        muster.User(id="usr_2"),
    )


def everything(catalog):
    snapshot = catalog.snapshot()
    return (
        snapshot.all_shapes(),
        snapshot.all_rootfs(),
        snapshot.all_hosts(),
        [catalog.find_user(id) for id in ("usr_1", "usr_2")],
        [get(catalog, target).body for target in LISTS],
    )


@pytest.fixture
def full(catalog):
    fill(catalog)
    return catalog


@pytest.mark.parametrize("replace", [False, True])
def test_export_imports_to_an_equal_catalog(full, replace):
    with muster.Catalog.in_memory() as other:
        other.import_document(full.export_document(), replace=replace)
        assert everything(other) == everything(full)
        assert other.export_document() == full.export_document()


def test_export_over_itself_changes_nothing(full):
    version = full.snapshot().version
    full.import_document(full.export_document(), replace=True)
    assert full.snapshot().version == version
    assert full.find_user_by_api_key("sk_never_exported") == "usr_1"


def test_export_makes_a_full_catalog_equal(full):
    with muster.Catalog.in_memory() as other:
        put(other, shape("other"), rootfs("other", default=True), host("other"))
        other.import_document(full.export_document(), replace=True)
        assert everything(other) == everything(full)


def test_keys_are_not_exported(full):
    text = full.export_document()
    assert b"sk_never_exported" not in text
    assert b"api_keys" not in text
    for info in full.api_keys():
        assert info.id.encode() not in text


def test_export_is_one_object_of_four_lists(full):
    exported = json.loads(full.export_document())
    assert list(exported) == ["shapes", "rootfs", "hosts", "users"]
    assert [len(entries) for entries in exported.values()] == [2, 2, 2, 2]


def test_export_of_nothing_empties(catalog):
    with muster.Catalog.in_memory() as other:
        fill(other)
        other.import_document(catalog.export_document(), replace=True)
        assert json.loads(other.export_document()) == {
            "shapes": [],
            "rootfs": [],
            "hosts": [],
            "users": [],
        }


def test_stats_of_zero_are_exported_to_take_the_place_of_others(full):
    batch = muster.WriteBatch()
    batch.set_user_stats("usr_1")
    text = full.export_document()
    full.apply(batch)
    zeros = full.export_document()
    full.import_document(text)
    full.import_document(zeros)
    assert full.user_stats("usr_1") == muster.UserStats()
