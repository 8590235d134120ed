"""What an import changes, and what it leaves."""

import io

import muster
import pytest
from wire import API_KEY, document, get, host, ids, load, put, put_user, rootfs, shape


def names(entries):
    return [getattr(entry, "id", None) or entry.name for entry in entries]


def hosts_of(*ids):
    return [{"id": id, "status": "active", "free_mib": 0, "vm_count": 0} for id in ids]


def shapes_of(*ids):
    return [{"id": id, "vcpu": 1, "mem_mib": 1, "default_disk_mib": 0} for id in ids]


def test_import_adds(catalog):
    put(catalog, host("a"))
    load(catalog, hosts=hosts_of("b"))
    assert ids(catalog, "/v1/hosts") == ["a", "b"]


def test_import_replaces_an_entry_whole(catalog):
    put(
        catalog,
        shape("s", vcpu=4, cpu_quota_pct=50, disabled=True),
        rootfs("r", description="x", deprecated=True, successor="y", default=True),
        rootfs("q", disabled=True),
        host("h", "dead", rootfses=["r"], disabled=True),
    )
    names = [{"name": "r"}, {"name": "q"}]
    load(catalog, shapes=shapes_of("s"), rootfs=names, hosts=hosts_of("h"))
    snapshot = catalog.snapshot()
    assert snapshot.all_shapes() == [shape("s", 1, 1, 0)]
    assert snapshot.all_rootfs() == [rootfs("q"), rootfs("r")]
    assert snapshot.all_hosts() == [host("h", free_mib=0)]


def test_absent_keys_and_stats_leave_what_is_there(catalog):
    put_user(catalog, running=1, total=9)
    load(catalog, users=[{"id": "usr_01K"}])
    assert catalog.find_user_by_api_key(API_KEY) == "usr_01K"
    assert catalog.user_stats("usr_01K") == muster.UserStats(running=1, total=9)


def test_given_keys_become_all_of_the_users_keys(catalog):
    put_user(catalog, total=9)
    load(catalog, users=[{"id": "usr_01K", "api_keys": ["sk_new_0000"]}])
    assert catalog.find_user_by_api_key("sk_new_0000") == "usr_01K"
    with pytest.raises(muster.NotFound):
        catalog.find_user_by_api_key(API_KEY)
    assert catalog.user_stats("usr_01K").total == 9


def test_an_empty_list_of_keys_removes_all(catalog):
    put_user(catalog)
    load(catalog, users=[{"id": "usr_01K", "api_keys": []}])
    assert catalog.api_keys() == []
    assert get(catalog, "/v1/whoami", {"X-Api-Key": API_KEY}).status == 401


def test_a_key_that_stays_keeps_its_label_and_time(catalog):
    put_user(catalog)
    batch = muster.WriteBatch()
    batch.add_api_key("usr_01K", "sk_labelled_0", "laptop")
    catalog.apply(batch)
    before = [info for info in catalog.api_keys() if info.label]
    load(catalog, users=[{"id": "usr_01K", "api_keys": ["sk_labelled_0"]}])
    assert catalog.api_keys() == before


def test_given_stats_are_replaced_whole(catalog):
    put_user(catalog, running=1, paused=1, total=9)
    load(catalog, users=[{"id": "usr_01K", "stats": {"total": 3}}])
    assert catalog.user_stats("usr_01K") == muster.UserStats(total=3)


def test_marking_one_default_moves_the_mark(catalog):
    put(catalog, rootfs("a", default=True), rootfs("b"))
    load(catalog, rootfs=[{"name": "b", "default": True}])
    assert [r.name for r in catalog.snapshot().all_rootfs() if r.default] == ["b"]


def test_a_document_without_a_default_leaves_the_mark(catalog):
    put(catalog, rootfs("a", default=True))
    load(catalog, rootfs=[{"name": "b"}])
    assert [r.name for r in catalog.snapshot().all_rootfs() if r.default] == ["a"]


def test_import_is_one_version(catalog):
    load(catalog, shapes=shapes_of("s"), hosts=hosts_of("a", "b"), rootfs=[{"name": "r"}])
    assert catalog.snapshot().version == 1


def test_import_of_the_same_is_no_version(catalog):
    lists = {"shapes": shapes_of("s"), "users": [{"id": "u", "api_keys": ["sk_same_0000"]}]}
    load(catalog, **lists)
    load(catalog, **lists)
    assert catalog.snapshot().version == 1


def test_a_fault_at_the_end_changes_nothing(catalog):
    put(catalog, host("a"))
    before = catalog.export_document()
    text = document(hosts=hosts_of("b", "c"), shapes=shapes_of("s"))
    for broken in (text[:-1], text[:-2], text + "x", text[:-2] + ",null]}"):
        for replace in (False, True):
            with pytest.raises(muster.InvalidArgument):
                catalog.import_document(broken, replace=replace)
    assert catalog.export_document() == before
    assert catalog.snapshot().version == 1


def test_a_key_of_another_user_changes_nothing(catalog):
    put_user(catalog)
    before = catalog.export_document()
    with pytest.raises(muster.FailedPrecondition) as raised:
        load(catalog, hosts=hosts_of("a"), users=[{"id": "other", "api_keys": [API_KEY]}])
    assert str(raised.value).startswith("/users/0/api_keys/0: ")
    assert API_KEY not in str(raised.value)
    assert catalog.export_document() == before
    assert catalog.find_user_by_api_key(API_KEY) == "usr_01K"


# --- replace ---


@pytest.fixture
def full(catalog):
    put_user(catalog)
    put(catalog, shape("s"), rootfs("r", default=True), host("a"), host("b", disabled=True))
    return catalog


def everything(catalog):
    snapshot = catalog.snapshot()
    return (
        names(snapshot.all_shapes()),
        names(snapshot.all_rootfs()),
        names(snapshot.all_hosts()),
        catalog.find_user("usr_01K") is not None,
    )


def test_replace_makes_a_list_equal_and_leaves_absent_ones(full):
    load(full, replace=True, hosts=hosts_of("b", "c"))
    assert everything(full) == (["s"], ["r"], ["b", "c"], True)
    assert full.snapshot().find_host("b").disabled is False


def test_replace_with_an_empty_list_empties_it(full):
    load(full, replace=True, shapes=[], rootfs=[])
    assert everything(full) == ([], [], ["a", "b"], True)
    load(full, replace=True, hosts=[], users=[])
    assert everything(full) == ([], [], [], False)


def test_replace_with_nothing_changes_nothing(full):
    version = full.snapshot().version
    load(full, replace=True)
    assert everything(full) == (["s"], ["r"], ["a", "b"], True)
    assert full.snapshot().version == version


def test_without_replace_an_empty_list_changes_nothing(full):
    load(full, shapes=[], rootfs=[], hosts=[], users=[])
    assert everything(full) == (["s"], ["r"], ["a", "b"], True)


def test_replace_removes_users_with_their_keys(full):
    load(full, replace=True, users=[{"id": "usr_2"}])
    assert full.find_user("usr_01K") is None
    assert full.api_keys() == []
    assert get(full, "/v1/whoami", {"X-Api-Key": API_KEY}).status == 401


def test_replace_leaves_keys_and_stats_that_are_absent(full):
    batch = muster.WriteBatch()
    batch.set_user_stats("usr_01K", running=1, total=1)
    full.apply(batch)
    load(full, replace=True, users=[{"id": "usr_01K"}])
    assert full.find_user_by_api_key(API_KEY) == "usr_01K"
    assert full.user_stats("usr_01K").running == 1


def test_replace_may_give_the_key_of_a_user_that_goes_to_another(full):
    load(full, replace=True, users=[{"id": "renamed", "api_keys": [API_KEY]}])
    assert full.find_user_by_api_key(API_KEY) == "renamed"


@pytest.mark.parametrize("order", [1, -1])
def test_a_key_may_move_between_users_of_one_document(full, order):
    users = [{"id": "usr_01K", "api_keys": []}, {"id": "usr_2", "api_keys": [API_KEY]}]
    load(full, users=users[::order])
    assert full.find_user_by_api_key(API_KEY) == "usr_2"


def test_replace_removes_the_mark_with_its_entry(full):
    load(full, replace=True, rootfs=[{"name": "x"}, {"name": "y"}])
    assert [r.default for r in full.snapshot().all_rootfs()] == [False, False]


# --- the text ---


class Pieces(io.RawIOBase):
    """A binary file that gives a few bytes at a time and keeps count."""

    def __init__(self, text, size, before=lambda: None):
        self.rest, self.size, self.before, self.largest = text, size, before, 0

    def read(self, size):
        self.before()
        self.largest = max(self.largest, size)
        piece, self.rest = self.rest[: self.size], self.rest[self.size :]
        return piece


@pytest.mark.parametrize("size", [1, 2, 3, 7, 65536])
def test_a_file_is_read_piece_by_piece(catalog, size):
    text = document(rootfs=[{"name": "é𝄞\n".strip(), "description": "\u2028 x"}]).encode()
    pieces = Pieces(text, size)
    catalog.import_document(pieces)
    assert names(catalog.snapshot().all_rootfs()) == ["é𝄞"]
    assert pieces.largest <= 1 << 20


def test_no_lock_is_held_while_a_document_is_read(catalog):
    count = 0

    def meanwhile():
        nonlocal count
        count += 1
        put(catalog, host(f"meanwhile-{count}"))

    catalog.import_document(Pieces(document(hosts=hosts_of("a")).encode(), 20, meanwhile))
    assert ids(catalog, "/v1/hosts")[0] == "a"
    assert len(ids(catalog, "/v1/hosts")) == count + 1


def test_a_large_document(catalog):
    text = document(hosts=hosts_of(*(f"h{i:06d}" for i in range(20000)))).encode()
    catalog.import_document(io.BytesIO(text), replace=True)
    assert ids(catalog, "/v1/hosts?offset=19999") == ["h019999"]
