"""muster.WriteBatch."""

import muster
import pytest
from wire import API_KEY, host, ids, put, put_user, rootfs, shape


@pytest.fixture
def batch():
    return muster.WriteBatch()


def test_a_batch_counts_its_changes(batch):
    assert (len(batch), batch.size(), batch.empty(), bool(batch)) == (0, 0, True, False)
    batch.put_host(host("h"))
    batch.delete_host("g")
    assert (len(batch), batch.size(), batch.empty(), bool(batch)) == (2, 2, False, True)


def test_an_empty_batch_commits_nothing(catalog, batch):
    catalog.apply(batch)
    assert catalog.snapshot().version == 0


def test_changes_take_effect_in_order(catalog, batch):
    batch.put_host(host("h"))
    batch.delete_host("h")
    batch.put_host(host("h", "dead"))
    batch.put_host(host("g"))
    batch.delete_host("g")
    catalog.apply(batch)
    assert catalog.snapshot().all_hosts() == [host("h", "dead")]


def test_a_batch_may_be_applied_again(catalog, batch):
    batch.put_host(host("h"))
    catalog.apply(batch)
    put(catalog, host("h", "dead"))
    catalog.apply(batch)
    assert catalog.snapshot().all_hosts() == [host("h")]


def test_a_fault_is_raised_at_once_and_kept(catalog, batch):
    batch.put_host(host("good"))
    with pytest.raises(muster.InvalidArgument) as first:
        batch.put_host(host("bad", free_mib=-1))
    assert str(first.value) == "/hosts/1/free_mib: must be an integer from 0 to 2147483647"
    assert batch.status().args == first.value.args
    assert isinstance(batch.status(), muster.InvalidArgument)
    for call in (
        lambda: batch.put_host(host("other")),
        lambda: batch.create_api_key("usr_01K"),
        lambda: catalog.apply(batch),
    ):
        with pytest.raises(muster.InvalidArgument) as again:
            call()
        assert again.value.args == first.value.args
    assert ids(catalog, "/v1/hosts") == []


def test_a_cleared_batch_is_as_new(catalog, batch):
    with pytest.raises(muster.InvalidArgument):
        batch.put_host(host(""))
    batch.clear()
    assert batch.status() is None
    assert batch.empty()
    batch.put_host(host("h"))
    catalog.apply(batch)
    assert ids(catalog, "/v1/hosts") == ["h"]


def test_a_batch_that_fails_changes_nothing(catalog, batch):
    put_user(catalog)
    before = catalog.export_document()
    batch.put_host(host("h"))
    batch.put_shape(shape("s"))
    batch.delete_user("usr_01K")
    batch.set_default_rootfs("unknown")
    with pytest.raises(muster.NotFound, match="unknown rootfs: unknown"):
        catalog.apply(batch)
    assert catalog.export_document() == before
    assert catalog.find_user_by_api_key(API_KEY) == "usr_01K"


@pytest.mark.parametrize(
    "call, message",
    [
        (("set_disabled", "shapes", "x"), "unknown shape: x"),
        (("set_disabled", "rootfs", "x"), "unknown rootfs: x"),
        (("set_disabled", "hosts", "x"), "unknown host: x"),
        (("set_host_status", "x", "dead"), "unknown host: x"),
        (("set_default_rootfs", "x"), "unknown rootfs: x"),
        (("set_user_stats", "x"), "unknown user: x"),
        (("create_api_key", "x"), "unknown user: x"),
        (("add_api_key", "x", "sk_00000000"), "unknown user: x"),
    ],
)
def test_what_is_named_must_be_there(catalog, batch, call, message):
    getattr(batch, call[0])(*call[1:])
    with pytest.raises(muster.NotFound) as raised:
        catalog.apply(batch)
    assert str(raised.value) == message


def test_what_is_deleted_need_not_be_there(catalog, batch):
    batch.delete_shape("x")
    batch.delete_rootfs("x")
    batch.delete_host("x")
    batch.delete_user("x")
    catalog.apply(batch)
    assert catalog.snapshot().version == 0


def test_replace_leaves_only_what_the_batch_puts(catalog, batch):
    put(catalog, host("a"), host("b"), rootfs("r"))
    batch.put_host(host("c"))
    batch.replace("hosts")
    batch.put_host(host("a"))
    catalog.apply(batch)
    assert ids(catalog, "/v1/hosts") == ["a", "c"]
    assert catalog.snapshot().find_rootfs("r")


@pytest.mark.parametrize("method", ["replace", "set_disabled"])
@pytest.mark.parametrize("name", ["", "Hosts", "api_keys", "host", "\ud800"])
def test_a_list_must_be_known(batch, method, name):
    with pytest.raises(muster.InvalidArgument, match="list: must be "):
        getattr(batch, method)(name, *(["x"] if method == "set_disabled" else []))
    assert batch.status() is None


def test_users_cannot_be_disabled(batch):
    with pytest.raises(muster.InvalidArgument):
        batch.set_disabled("users", "usr_01K")


def test_put_user_takes_an_id_or_a_user(catalog, batch):
    batch.put_user("a")
    batch.put_user("b", stats=muster.UserStats(total=1), api_keys=["sk_b_000000"])
    batch.put_user(muster.User(id="c", stats=muster.UserStats(total=2)))
    catalog.apply(batch)
    assert [catalog.user_stats(id).total for id in "abc"] == [0, 1, 2]
    assert catalog.find_user_by_api_key("sk_b_000000") == "b"
    with pytest.raises(TypeError):
        batch.put_user(muster.User(id="c"), stats=muster.UserStats())
    for wrong in (None, 1, b"a"):
        with pytest.raises(TypeError):
            batch.put_user(wrong)


def test_put_user_leaves_what_is_none(catalog, batch):
    put_user(catalog, total=3)
    batch.put_user("usr_01K")
    catalog.apply(batch)
    assert catalog.user_stats("usr_01K").total == 3
    assert catalog.find_user_by_api_key(API_KEY) == "usr_01K"


def test_delete_user_takes_keys_and_counts_along(catalog, batch):
    put_user(catalog, total=3)
    batch.delete_user("usr_01K")
    catalog.apply(batch)
    assert catalog.find_user("usr_01K") is None
    assert catalog.api_keys() == []
    put(catalog, muster.User(id="usr_01K"))
    assert catalog.user_stats("usr_01K") == muster.UserStats()


def test_a_key_of_another_user_is_refused(catalog, batch):
    put_user(catalog)
    batch.put_user("other")
    batch.add_api_key("other", API_KEY)
    with pytest.raises(muster.FailedPrecondition) as raised:
        catalog.apply(batch)
    assert API_KEY not in str(raised.value)
    assert catalog.find_user("other") is None


@pytest.mark.parametrize("label", ["x" * 256, "a\nb", "\ud800", "\x7f"])
def test_label_is_refused_past_its_bounds(batch, label):
    with pytest.raises(muster.InvalidArgument, match="label: must be a string of up to 255"):
        batch.create_api_key("u", label)


@pytest.mark.parametrize("key", ["", "short", "with space", "with,comma", "é" * 8, "x" * 513])
def test_a_key_that_cannot_be_is_refused_and_not_shown(batch, key):
    for method, arguments in (("add_api_key", ["u", key]), ("revoke_api_key", [key])):
        with pytest.raises(muster.InvalidArgument) as raised:
            getattr(muster.WriteBatch(), method)(*arguments)
        assert not key or key not in str(raised.value)


def test_stats_break_their_rule_by_its_own_words(batch):
    with pytest.raises(muster.InvalidArgument) as raised:
        batch.set_user_stats("u", running=2, total=1)
    assert str(raised.value) == (
        "/users/u/stats: running + paused + other must not be more than total"
    )
