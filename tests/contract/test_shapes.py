"""GET /v1/shapes."""

import itertools
import random

import pytest
from wire import change, get, ids, put, rows, shape, success


def test_no_shapes(catalog):
    assert get(catalog, "/v1/shapes").body == success(
        '{"data":[],"pagination":{"total":0,"limit":50,"offset":0,"count":0}}'
    )


def test_fields_in_order(catalog):
    put(catalog, shape("s-1", vcpu=2, mem_mib=512, default_disk_mib=1))
    assert get(catalog, "/v1/shapes").body == success(
        '{"data":[{"id":"s-1","vcpu":2,"mem_mib":512,"default_disk_mib":1}],'
        '"pagination":{"total":1,"limit":50,"offset":0,"count":1}}'
    )


def test_quota_follows_the_disk_where_there_is_one(catalog):
    put(catalog, shape("a", cpu_quota_pct=25), shape("b"))
    assert get(catalog, "/v1/shapes").body == success(
        '{"data":['
        '{"id":"a","vcpu":1,"mem_mib":1024,"default_disk_mib":10240,"cpu_quota_pct":25},'
        '{"id":"b","vcpu":1,"mem_mib":1024,"default_disk_mib":10240}],'
        '"pagination":{"total":2,"limit":50,"offset":0,"count":2}}'
    )


def test_largest_numbers_are_written_as_integers(catalog):
    put(catalog, shape("a", 65535, 2147483647, 9007199254740991, cpu_quota_pct=6553500))
    assert (
        b'{"id":"a","vcpu":65535,"mem_mib":2147483647,'
        b'"default_disk_mib":9007199254740991,"cpu_quota_pct":6553500}'
    ) in get(catalog, "/v1/shapes").body


def test_order_is_by_vcpu_then_memory_then_disk_then_id(catalog):
    numbers = list(itertools.product([1, 2, 300], [5, 256, 65536], [0, 9, 2**40], "ab"))
    entries = [
        shape(f"{id}-{vcpu}-{mem}-{disk}", vcpu, mem, disk) for vcpu, mem, disk, id in numbers
    ]
    expected = [entry.id for entry in entries]
    random.Random(1).shuffle(entries)
    put(catalog, *entries)
    assert ids(catalog, "/v1/shapes?limit=500") == expected


def test_ties_are_in_order_of_id_bytewise(catalog):
    names = ["a", "s-9", "s-10", "S-9", "s", "é", "z", "~", "s-1", "s-1 1"]
    names += ["\uffff", "\U00010000"]  # in bytes in this order, in UTF-16 not
    put(catalog, *map(shape, names))
    assert ids(catalog, "/v1/shapes") == sorted(names, key=str.encode)


def test_a_quota_is_no_part_of_the_order(catalog):
    put(catalog, shape("a", cpu_quota_pct=100), shape("b", cpu_quota_pct=10), shape("c"))
    assert ids(catalog, "/v1/shapes") == ["a", "b", "c"]


def test_a_shape_that_changes_its_size_moves(catalog):
    put(catalog, shape("a", vcpu=1), shape("b", vcpu=2))
    put(catalog, shape("a", vcpu=3))
    assert ids(catalog, "/v1/shapes") == ["b", "a"]
    assert rows(catalog, "/v1/shapes")[1]["vcpu"] == 3


def test_disabled_shapes_are_left_out_of_total_too(catalog):
    put(catalog, shape("a"), shape("b", disabled=True), shape("c"))
    assert get(catalog, "/v1/shapes").body == success(
        '{"data":[{"id":"a","vcpu":1,"mem_mib":1024,"default_disk_mib":10240},'
        '{"id":"c","vcpu":1,"mem_mib":1024,"default_disk_mib":10240}],'
        '"pagination":{"total":2,"limit":50,"offset":0,"count":2}}'
    )


def test_disabled_shapes_count_for_no_offset(catalog):
    put(catalog, shape("a", disabled=True), shape("b"), shape("c"))
    assert ids(catalog, "/v1/shapes?limit=1&offset=1") == ["c"]


@pytest.mark.parametrize("disabled, expected", [(True, ["b"]), (False, ["a", "b"])])
def test_a_shape_is_hidden_and_shown_again(catalog, disabled, expected):
    put(catalog, shape("a", disabled=not disabled), shape("b"))
    change(catalog, "set_disabled", "shapes", "a", disabled)
    assert ids(catalog, "/v1/shapes") == expected


def test_a_shape_that_was_deleted_is_gone(catalog):
    put(catalog, shape("a"), shape("b"))
    change(catalog, "delete_shape", "a")
    assert ids(catalog, "/v1/shapes") == ["b"]
