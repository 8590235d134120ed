"""GET /v1/rootfs."""

import pytest
from wire import change, data, get, put, rootfs, success


def names(catalog):
    return data(catalog, "/v1/rootfs")["rootfs"]


def default(catalog):
    return data(catalog, "/v1/rootfs")["default"]


def entries(catalog):
    return data(catalog, "/v1/rootfs").get("entries")


def test_no_rootfs(catalog):
    assert get(catalog, "/v1/rootfs").body == success('{"rootfs":[],"default":""}')


def test_names_are_in_bytewise_order(catalog):
    given = ["node:9", "node:10", "Node", "zig", "é", "~", "\U00010000", "\uffff", "a b", "a"]
    put(catalog, *map(rootfs, given))
    assert names(catalog) == sorted(given, key=str.encode)


def test_disabled_names_are_left_out(catalog):
    put(catalog, rootfs("a"), rootfs("b", disabled=True, description="gone"), rootfs("c"))
    assert get(catalog, "/v1/rootfs").body == success('{"rootfs":["a","c"],"default":"a"}')


def test_all_disabled(catalog):
    put(catalog, rootfs("a", disabled=True, default=True), rootfs("b", disabled=True))
    assert get(catalog, "/v1/rootfs").body == success('{"rootfs":[],"default":""}')


# --- default ---


def test_default_is_the_marked_one(catalog):
    put(catalog, rootfs("a"), rootfs("b", default=True), rootfs("c"))
    assert default(catalog) == "b"


def test_default_may_be_deprecated_where_it_is_marked(catalog):
    put(catalog, rootfs("a"), rootfs("b", default=True, deprecated=True, successor="a"))
    assert default(catalog) == "b"


def test_marking_one_moves_the_mark(catalog):
    put(catalog, rootfs("a", default=True), rootfs("b"))
    put(catalog, rootfs("b", default=True))
    assert default(catalog) == "b"
    change(catalog, "set_default_rootfs", "a")
    assert default(catalog) == "a"
    assert [r.name for r in catalog.snapshot().all_rootfs() if r.default] == ["a"]


def test_no_mark_means_the_first_that_is_not_deprecated(catalog):
    put(catalog, rootfs("a", deprecated=True), rootfs("c"), rootfs("b", disabled=True))
    assert default(catalog) == "c"


def test_no_mark_and_all_deprecated_means_the_first(catalog):
    put(catalog, rootfs("b", deprecated=True), rootfs("a", deprecated=True))
    assert default(catalog) == "a"


def test_disabled_default_gives_way_to_its_successor(catalog):
    put(
        catalog,
        rootfs("a"),
        rootfs("old", default=True, disabled=True, successor="new"),
        rootfs("new"),
    )
    assert default(catalog) == "new"


def test_successor_may_be_deprecated(catalog):
    put(
        catalog,
        rootfs("a"),
        rootfs("old", default=True, disabled=True, successor="new"),
        rootfs("new", deprecated=True),
    )
    assert default(catalog) == "new"


def test_successors_are_followed_through_disabled_ones(catalog):
    put(
        catalog,
        rootfs("a"),
        rootfs("v1", default=True, disabled=True, successor="v2"),
        rootfs("v2", disabled=True, successor="v3"),
        rootfs("v3", disabled=True, successor="v4"),
        rootfs("v4", successor="v5"),
        rootfs("v5"),
    )
    assert default(catalog) == "v4"


def test_a_long_chain_of_successors(catalog):
    chain = [
        rootfs(f"v{i:04d}", disabled=True, successor=f"v{i + 1:04d}") for i in range(1000)
    ]
    chain[0].default = True
    put(catalog, rootfs("a"), *chain, rootfs("v1000"))
    assert default(catalog) == "v1000"


@pytest.mark.parametrize("successor", ["nowhere", "old", "older"])
def test_a_missing_name_or_a_cycle_ends_the_search(catalog, successor):
    put(
        catalog,
        rootfs("a", deprecated=True),
        rootfs("b"),
        rootfs("old", default=True, disabled=True, successor=successor),
        rootfs("older", disabled=True, successor="old"),
    )
    assert default(catalog) == "b"


def test_a_cycle_that_the_default_only_leads_into_ends_the_search(catalog):
    put(
        catalog,
        rootfs("z"),
        rootfs("v1", default=True, disabled=True, successor="v2"),
        rootfs("v2", disabled=True, successor="v3"),
        rootfs("v3", disabled=True, successor="v2"),
    )
    assert default(catalog) == "z"


def test_the_end_of_the_chain_ends_the_search(catalog):
    put(
        catalog,
        rootfs("b"),
        rootfs("v1", default=True, disabled=True, successor="v2"),
        rootfs("v2", disabled=True),
    )
    assert default(catalog) == "b"


def test_default_follows_every_change(catalog):
    put(catalog, rootfs("a"), rootfs("b", default=True, successor="c"), rootfs("c"))
    seen = [default(catalog)]
    for step in (
        ("set_disabled", "rootfs", "b"),
        ("delete_rootfs", "c"),
        ("set_disabled", "rootfs", "b", False),
        ("delete_rootfs", "b"),
        ("delete_rootfs", "a"),
    ):
        change(catalog, *step)
        seen.append(default(catalog))
    assert seen == ["b", "c", "a", "b", "a", ""]


# --- entries ---


def test_no_entries_where_there_is_nothing_but_names(catalog):
    put(catalog, rootfs("a", default=True), rootfs("b", description=""))
    assert get(catalog, "/v1/rootfs").body == success('{"rootfs":["a","b"],"default":"a"}')


def test_entries_name_every_enabled_one_in_order(catalog):
    put(
        catalog,
        rootfs("node:22", default=True),
        rootfs("node", description="Node.js 20", deprecated=True, successor="node:22"),
        rootfs("a"),
        rootfs("hidden", description="not shown", disabled=True),
    )
    assert get(catalog, "/v1/rootfs").body == success(
        '{"rootfs":["a","node","node:22"],"default":"node:22","entries":['
        '{"name":"a"},'
        '{"name":"node","description":"Node.js 20","deprecated":true,"successor":"node:22"},'
        '{"name":"node:22"}]}'
    )


@pytest.mark.parametrize(
    "more, shown",
    [
        ({"description": "x"}, '"description":"x"'),
        ({"deprecated": True}, '"deprecated":true'),
        ({"successor": "b"}, '"successor":"b"'),
    ],
)
def test_one_key_beside_the_name_is_enough_for_entries(catalog, more, shown):
    put(catalog, rootfs("a", **more), rootfs("b"))
    assert get(catalog, "/v1/rootfs").body == success(
        '{"rootfs":["a","b"],"default":"%s","entries":[{"name":"a",%s},{"name":"b"}]}'
        % ("b" if "deprecated" in more else "a", shown)
    )


def test_a_disabled_rootfs_gives_no_entries(catalog):
    put(catalog, rootfs("a"), rootfs("b", description="x", deprecated=True, disabled=True))
    assert entries(catalog) is None


@pytest.mark.parametrize("other", [[], [rootfs("b", disabled=True)]])
def test_a_successor_that_is_unknown_or_disabled_is_left_out(catalog, other):
    put(catalog, rootfs("a", description="x", successor="b"), *other)
    assert entries(catalog) == [{"name": "a", "description": "x"}]


@pytest.mark.parametrize("other", [[], [rootfs("b", disabled=True)]])
def test_a_successor_that_is_left_out_gives_no_entries(catalog, other):
    put(catalog, rootfs("a", successor="b"), *other)
    assert entries(catalog) is None


def test_a_successor_comes_back_when_it_is_enabled(catalog):
    put(catalog, rootfs("a", successor="b"), rootfs("b", disabled=True))
    change(catalog, "set_disabled", "rootfs", "b", False)
    assert entries(catalog) == [{"name": "a", "successor": "b"}, {"name": "b"}]


def test_the_mark_and_disabled_are_not_shown(catalog):
    put(catalog, rootfs("a", default=True, description="x"))
    assert entries(catalog) == [{"name": "a", "description": "x"}]


def test_an_entry_may_be_its_own_successor(catalog):
    put(catalog, rootfs("a", successor="a"))
    assert entries(catalog) == [{"name": "a", "successor": "a"}]
