"""muster.Catalog, muster.Snapshot and the exceptions."""

import gc
import os
import pathlib
import re
import subprocess
import sys

import muster
import pytest
from wire import API_KEY, change, get, host, ids, put, put_user, rootfs, shape


def test_the_sample(tmp_path):
    with muster.Catalog.open(tmp_path / "db") as catalog:
        batch = muster.WriteBatch()
        batch.put_host(
            muster.Host(
                id="10.0.0.1", status="active", free_mib=8192, vm_count=0, rootfses=["node"]
            )
        )
        batch.put_shape(
            muster.Shape(id="s-1vcpu-1gb", vcpu=1, mem_mib=1024, default_disk_mib=10240)
        )
        batch.put_rootfs(muster.Rootfs(name="node", description="Node.js 22"))
        batch.set_default_rootfs("node")
        batch.put_user("usr_01K")
        key = batch.create_api_key("usr_01K")
        batch.set_user_stats("usr_01K", running=1, paused=0, other=0, total=4)
        catalog.apply(batch)
        page = catalog.snapshot().hosts(limit=50, offset=0)
        assert (page.items, page.total, page.limit, page.offset) == (
            [host("10.0.0.1", rootfses=["node"])],
            1,
            50,
            0,
        )
        r = catalog.handle("GET", "/v1/whoami", {"X-Api-Key": key})
        assert (r.status, type(r.headers), type(r.body)) == (200, dict, bytes)
        catalog.import_document(catalog.export_document(), replace=False)


def test_version():
    assert re.fullmatch(r"\d+\.\d+\.\d+", muster.__version__)


def test_exceptions_are_errors():
    names = [name for name in muster.__all__ if issubclass_of_error(name)]
    assert {"InvalidArgument", "NotFound", "FailedPrecondition", "Unavailable"} <= set(names)
    assert {"PermissionDenied", "DataLoss", "ResourceExhausted"} <= set(names)
    assert issubclass(muster.InvalidArgument, ValueError)


def issubclass_of_error(name):
    value = getattr(muster, name)
    return isinstance(value, type) and issubclass(value, muster.Error)


def test_message_of_an_exception_is_the_status_message_alone(catalog):
    with pytest.raises(muster.NotFound) as raised:
        change(catalog, "set_host_status", "10.0.0.9", "dead")
    assert str(raised.value) == "unknown host: 10.0.0.9"
    assert raised.value.args == ("unknown host: 10.0.0.9",)


# --- open and close ---


def test_open_takes_any_kind_of_path(tmp_path):
    for path in (tmp_path / "a", str(tmp_path / "b"), os.fsencode(tmp_path / "c")):
        muster.Catalog.open(path).close()
        assert pathlib.Path(os.fsdecode(path)).is_dir()


def test_open_refuses_what_is_no_path(tmp_path):
    with pytest.raises(TypeError):
        muster.Catalog.open(1)
    with pytest.raises(ValueError):
        muster.Catalog.open(str(tmp_path / "a\0b"))
    with pytest.raises(muster.InvalidArgument):
        muster.Catalog.open("")


def test_open_keeps_what_was_applied(tmp_path):
    with muster.Catalog.open(tmp_path) as catalog:
        put(catalog, host("10.0.0.1"))
    with muster.Catalog.open(tmp_path) as catalog:
        assert ids(catalog, "/v1/hosts") == ["10.0.0.1"]


def test_open_need_not_create(tmp_path):
    with pytest.raises(muster.NotFound):
        muster.Catalog.open(tmp_path / "none", create_if_missing=False)
    assert not (tmp_path / "none").exists()


def test_open_twice_in_one_process_is_refused(tmp_path):
    with muster.Catalog.open(tmp_path / "db"):
        with pytest.raises(muster.FailedPrecondition):
            muster.Catalog.open(tmp_path / "db")
    muster.Catalog.open(tmp_path / "db").close()


def test_open_refuses_a_file(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(muster.InvalidArgument):
        muster.Catalog.open(tmp_path / "file")


def test_durabilities(tmp_path):
    for durability in ("durable", "relaxed"):
        muster.Catalog.open(tmp_path / "db", durability=durability).close()
    for durability in ("none", "", "Durable"):
        with pytest.raises(muster.InvalidArgument, match='must be "durable" or "relaxed"'):
            muster.Catalog.open(tmp_path / "db", durability=durability)
    with pytest.raises(muster.InvalidArgument, match="flush_interval_ms"):
        muster.Catalog.open(tmp_path / "db", durability="relaxed", flush_interval_ms=0)


READ_HOSTS = """
import sys, muster
with muster.Catalog.open(sys.argv[1]) as catalog:
    print(catalog.snapshot().hosts().total)
    try:
        catalog.import_document(b'{"hosts": []}', replace=True)
    except muster.FailedPrecondition as refused:
        print("only writer" in str(refused))
"""


def test_a_relaxed_catalog_is_seen_by_others_once_it_is_flushed_and_writes_alone(tmp_path):
    with muster.Catalog.open(
        tmp_path / "db", durability="relaxed", flush_interval_ms=3_600_000
    ) as catalog:
        put(catalog, host("a"))
        catalog.flush()
        put(catalog, host("b"))
        assert catalog.snapshot().hosts().total == 2
        other = subprocess.run(
            [sys.executable, "-c", READ_HOSTS, str(tmp_path / "db")],
            capture_output=True,
            check=True,
            text=True,
        )
        assert other.stdout.split() == ["1", "True"]


def test_versions_can_be_required():
    with muster.Catalog.in_memory() as catalog:
        put(catalog, host("a"))
        read = catalog.snapshot().find_host("a")
        assert read.version == 1
        change(catalog, "set_host_status", "a", "draining")
        batch = muster.WriteBatch()
        batch.require_version("hosts", "a", read.version)
        batch.delete_host("a")
        with pytest.raises(muster.Aborted, match="the host a is of version 2, not 1"):
            catalog.apply(batch)
        batch = muster.WriteBatch()
        batch.require_version("hosts", None, catalog.snapshot().list_version("hosts"))
        batch.require_version("users", "nobody", catalog.user_version("nobody"))
        batch.delete_host("a")
        catalog.apply(batch)
        assert catalog.snapshot().find_host("a") is None


def test_map_size(tmp_path):
    muster.Catalog.open(tmp_path / "db", map_size_bytes=1 << 20).close()
    for size in (0, -1, -(2**70), 1000):
        with pytest.raises(muster.InvalidArgument):
            muster.Catalog.open(tmp_path / "other", map_size_bytes=size)
        with pytest.raises(muster.InvalidArgument):
            muster.Catalog.open(tmp_path / "other", max_map_size_bytes=size)


def test_a_store_that_is_full_says_so(tmp_path):
    with muster.Catalog.open(tmp_path / "db", max_map_size_bytes=1 << 20) as catalog:
        put(catalog, host("first"))
        with pytest.raises(muster.ResourceExhausted):
            put(catalog, *(rootfs(f"r{i:03d}", description="x" * 4096) for i in range(400)))
        assert ids(catalog, "/v1/hosts") == ["first"]
        assert catalog.snapshot().all_rootfs() == []
        change(catalog, "delete_host", "first")


def test_a_catalog_cannot_be_made_otherwise():
    for type in (muster.Catalog, muster.Snapshot, muster.Handler):
        with pytest.raises(TypeError):
            type()


def test_use_after_close_is_a_failed_precondition(catalog):
    put_user(catalog)
    catalog.close()
    for call in (
        lambda: put(catalog, host("h")),
        lambda: catalog.catch_up(),
        lambda: catalog.find_user("usr_01K"),
        lambda: catalog.user_stats("usr_01K"),
        lambda: catalog.find_user_by_api_key(API_KEY),
        lambda: catalog.api_keys(),
        lambda: catalog.import_document('{"hosts":[],"users":[{"id":"u"}]}'),
        lambda: catalog.export_document(),
    ):
        with pytest.raises(muster.FailedPrecondition, match="closed"):
            call()
    with pytest.raises(muster.Unavailable):
        catalog.check_ready()


def test_snapshots_go_on_after_close(catalog):
    put(catalog, host("h"))
    snapshot = catalog.snapshot()
    catalog.close()
    assert snapshot.hosts().items == [host("h")]
    assert catalog.snapshot().hosts().items == [host("h")]


def test_a_snapshot_outlives_its_catalog(tmp_path):
    catalog = muster.Catalog.open(tmp_path)
    put(catalog, host("h"))
    snapshot = catalog.snapshot()
    del catalog
    gc.collect()
    assert snapshot.hosts().items == [host("h")]
    muster.Catalog.open(tmp_path).close()


def test_closing_twice_is_no_error(catalog):
    catalog.close()
    catalog.close()


def test_with_closes_also_after_an_exception(tmp_path):
    with pytest.raises(ZeroDivisionError):
        with muster.Catalog.open(tmp_path) as catalog:
            1 / 0
    with pytest.raises(muster.FailedPrecondition):
        catalog.catch_up()


def test_a_catalog_that_is_dropped_is_closed(tmp_path):
    catalog = muster.Catalog.open(tmp_path)
    del catalog
    gc.collect()
    muster.Catalog.open(tmp_path).close()


def test_identity_cache_size(tmp_path):
    for size in (0, 1 << 20):
        with muster.Catalog.open(tmp_path / "db", identity_cache_bytes=size) as catalog:
            put_user(catalog)
            for _ in range(2):
                assert catalog.find_user_by_api_key(API_KEY) == "usr_01K"
    with pytest.raises(muster.InvalidArgument, match="identity_cache_bytes"):
        muster.Catalog.open(tmp_path / "db", identity_cache_bytes=-1)


def test_the_interpreter_may_end_with_a_catalog_open(tmp_path):
    program = (
        "import muster, sys\n"
        "catalog = muster.Catalog.open(sys.argv[1])\n"
        "handler = catalog.handler(readiness_check=lambda: catalog)\n"
        "snapshot = catalog.snapshot()\n"
        "batch = muster.WriteBatch()\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, tmp_path], stderr=subprocess.PIPE, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, b"")


# --- users and keys ---


def test_find_user(catalog):
    put_user(catalog, running=1, total=2)
    assert catalog.find_user("usr_01K") == muster.User(
        id="usr_01K", stats=muster.UserStats(running=1, total=2)
    )
    assert catalog.find_user("usr_unknown") is None


def test_user_stats(catalog):
    put_user(catalog, total=2)
    assert catalog.user_stats("usr_01K") == muster.UserStats(total=2)
    assert catalog.user_stats("usr_unknown") == muster.UserStats()


def test_find_user_by_api_key(catalog):
    put_user(catalog)
    assert catalog.find_user_by_api_key(API_KEY) == "usr_01K"
    with pytest.raises(muster.NotFound) as raised:
        catalog.find_user_by_api_key("sk_unknown_key")
    assert "sk_unknown_key" not in str(raised.value)


def test_api_keys_are_listed_without_the_keys(catalog):
    put_user(catalog, api_key="sk_imported_short")
    batch = muster.WriteBatch()
    key = batch.create_api_key("usr_01K", label="lap top é")
    batch.add_api_key("usr_01K", "x" * 31 + "a")
    batch.add_api_key("usr_01K", "x" * 30 + "a")
    batch.put_user("usr_2", api_keys=["sk_of_another_user"])
    catalog.apply(batch)
    infos = catalog.api_keys("usr_01K")
    hints = {info.label: info.hint for info in infos if info.label}
    assert hints == {"lap top é": key[-4:]}
    assert sorted(info.hint for info in infos if not info.label) == ["", "", "xxxa"]
    assert len(catalog.api_keys()) == 5
    for info in catalog.api_keys():
        assert re.fullmatch(r"key_[0-9a-f]{32}", info.id)
        assert info.created_unix_ms > 1_600_000_000_000
        assert key not in repr(info)
    assert catalog.api_keys("usr_unknown") == []


def test_a_new_key_has_256_random_bits(catalog):
    put_user(catalog)
    batch = muster.WriteBatch()
    keys = {batch.create_api_key("usr_01K") for _ in range(100)}
    assert len(keys) == 100
    for key in keys:
        assert re.fullmatch(r"sk_[0-9A-Za-z_-]{43}", key)


def test_a_key_is_revoked_by_its_id_or_by_itself(catalog):
    put_user(catalog)
    batch = muster.WriteBatch()
    batch.create_api_key("usr_01K", "by id")
    catalog.apply(batch)
    (by_id,) = [info.id for info in catalog.api_keys() if info.label]
    change(catalog, "revoke_api_key", by_id)
    change(catalog, "revoke_api_key", API_KEY)
    assert catalog.api_keys() == []
    for again in (by_id, API_KEY):
        with pytest.raises(muster.NotFound) as raised:
            change(catalog, "revoke_api_key", again)
        assert API_KEY not in str(raised.value)


# --- snapshots ---


@pytest.fixture
def full(catalog):
    put(
        catalog,
        shape("s-1"),
        shape("s-2", vcpu=2),
        shape("s-off", disabled=True),
        rootfs("a", successor="b"),
        rootfs("b", default=True, description="B"),
        rootfs("off", disabled=True),
        host("h-1", rootfses=["off", "a"]),
        host("h-off", disabled=True),
    )
    return catalog


def test_a_snapshot_does_not_change(full):
    snapshot = full.snapshot()
    change(full, "delete_host", "h-1")
    put(full, shape("s-0"))
    assert [h.id for h in snapshot.hosts().items] == ["h-1"]
    assert snapshot.find_shape("s-0") is None
    assert full.snapshot().hosts().items == []


def test_pages_are_as_clients_see_them(full):
    snapshot = full.snapshot()
    assert [s.id for s in snapshot.shapes().items] == ["s-1", "s-2"]
    assert snapshot.shapes().total == 2
    assert snapshot.shapes(limit=1, offset=1).items == [shape("s-2", vcpu=2)]
    assert snapshot.hosts().items == [host("h-1", rootfses=["a"])]


@pytest.mark.parametrize(
    "limit, offset, used",
    [
        (0, 0, (1, 0)),
        (-5, -5, (1, 0)),
        (501, 7, (500, 7)),
        (2**70, 0, (500, 0)),
        (1, -(2**70), (1, 0)),
    ],
)
def test_limit_and_offset_are_brought_into_their_bounds(full, limit, offset, used):
    page = full.snapshot().shapes(limit, offset)
    assert (page.limit, page.offset) == used
    assert page.total == 2


def test_a_page_past_the_end(full):
    page = full.snapshot().hosts(offset=2**70)
    assert (page.items, page.total) == ([], 1)


def test_rootfs_view(full):
    view = full.snapshot().rootfs()
    assert view.names == ["a", "b"]
    assert view.default == "b"
    assert [(r.name, r.successor, r.description) for r in view.entries] == [
        ("a", "b", ""),
        ("b", "", "B"),
    ]


def test_find_gives_entries_as_they_are_kept(full):
    snapshot = full.snapshot()
    assert snapshot.find_shape("s-off") == shape("s-off", disabled=True)
    assert snapshot.find_rootfs("off") == rootfs("off", disabled=True)
    assert snapshot.find_host("h-1") == host("h-1", rootfses=["off", "a"])
    assert snapshot.find_host("h-9") is None


def test_all_gives_disabled_entries_too(full):
    snapshot = full.snapshot()
    assert [s.id for s in snapshot.all_shapes()] == ["s-1", "s-off", "s-2"]
    assert [r.name for r in snapshot.all_rootfs()] == ["a", "b", "off"]
    assert [h.id for h in snapshot.all_hosts()] == ["h-1", "h-off"]


def test_resolve_gives_what_may_be_used(full):
    snapshot = full.snapshot()
    assert snapshot.resolve_shape("s-1") == shape("s-1")
    assert snapshot.resolve_rootfs("a").name == "a"
    for nothing in ((), (None,), ("",)):
        assert snapshot.resolve_rootfs(*nothing).name == "b"


@pytest.mark.parametrize(
    "method, name, error, message",
    [
        ("resolve_shape", "s-bad", muster.NotFound, "unknown shape: s-bad"),
        ("resolve_shape", "s-off", muster.FailedPrecondition, "disabled shape: s-off"),
        ("resolve_rootfs", "bad", muster.NotFound, "unknown rootfs: bad"),
        ("resolve_rootfs", "off", muster.FailedPrecondition, "disabled rootfs: off"),
    ],
)
def test_resolve_says_what_may_not_be_used(full, method, name, error, message):
    with pytest.raises(error) as raised:
        getattr(full.snapshot(), method)(name)
    assert str(raised.value) == message


def test_resolve_without_any_rootfs(catalog):
    with pytest.raises(muster.FailedPrecondition, match="no rootfs is enabled"):
        catalog.snapshot().resolve_rootfs()


def test_versions_grow_by_one_with_each_change(catalog):
    assert catalog.snapshot().version == 0
    put(catalog, host("h"))
    put(catalog, host("h"))
    put(catalog, shape("s"))
    snapshot = catalog.snapshot()
    assert snapshot.version == 2
    assert (snapshot.list_version("hosts"), snapshot.list_version("shapes")) == (1, 2)


@pytest.mark.parametrize("method", ["etag", "list_version"])
def test_lists_that_are_not_public_have_no_tag(catalog, method):
    for name in ("users", "api_keys", "Hosts", "", "\ud800"):
        with pytest.raises(muster.InvalidArgument):
            getattr(catalog.snapshot(), method)(name)
    with pytest.raises(TypeError):
        getattr(catalog.snapshot(), method)(0)


# --- other processes ---


def test_a_commit_of_another_process_is_seen(tmp_path):
    program = (
        "import muster, sys\n"
        "with muster.Catalog.open(sys.argv[1]) as catalog:\n"
        "    batch = muster.WriteBatch()\n"
        "    batch.put_host(muster.Host(id='h', status='active', free_mib=1, vm_count=0))\n"
        "    catalog.apply(batch)\n"
    )
    with muster.Catalog.open(tmp_path) as catalog:
        subprocess.run([sys.executable, "-c", program, tmp_path], check=True)
        catalog.catch_up()
        assert ids(catalog, "/v1/hosts") == ["h"]


def test_export_of_a_catalog_in_a_directory(tmp_path):
    with muster.Catalog.open(tmp_path) as catalog:
        put_user(catalog)
        put(catalog, host("h"))
        text = catalog.export_document()
        assert isinstance(text, bytes)
        assert get(catalog, "/v1/hosts").status == 200
        assert API_KEY.encode() not in text
