"""The module's value classes, and what happens to values that C++ cannot hold."""

import pickle

import muster
import pytest
from wire import host, put, rootfs, shape

BIG = 2**70


@pytest.fixture
def batch():
    return muster.WriteBatch()


def test_values_compare_by_content():
    assert shape("s") == shape("s")
    assert shape("s") != shape("s", vcpu=2)
    assert host("h", rootfses=["a"]) == host("h", rootfses=["a"])
    assert rootfs("r") != rootfs("r", default=True)
    assert muster.UserStats(total=1) == muster.UserStats(total=1)


def test_values_show_their_content():
    assert repr(shape("s", cpu_quota_pct=5)) == (
        "Shape(id='s', vcpu=1, mem_mib=1024, default_disk_mib=10240, cpu_quota_pct=5, "
        "disabled=False)"
    )
    assert repr(muster.UserStats(running=1, total=2)) == (
        "UserStats(running=1, paused=0, other=0, total=2)"
    )


def test_a_user_does_not_show_its_keys():
    user = muster.User(id="u", api_keys=["sk_secret_00"])
    assert "sk_secret" not in repr(user)
    assert "sk_secret" not in str(user)


def test_values_have_no_other_attributes():
    with pytest.raises(AttributeError):
        host("h").free_mb = 1
    with pytest.raises(TypeError):
        muster.Host(id="h", status="active", free_mb=1, vm_count=0)


def test_required_fields_are_required():
    with pytest.raises(TypeError):
        muster.Shape(id="s", vcpu=1, mem_mib=1)


def test_values_can_be_pickled():
    for value in (shape("s"), host("h", rootfses=["a"]), muster.User(id="u")):
        assert pickle.loads(pickle.dumps(value)) == value


def test_values_come_back_as_they_were_put(catalog):
    entries = [
        shape("s", 2, 3, 4, cpu_quota_pct=5, disabled=True),
        rootfs("r", description="d", deprecated=True, successor="x", default=True),
        host("h", "dead", 1, 2, rootfses=["b", "a"], disabled=True),
    ]
    put(catalog, *entries)
    snapshot = catalog.snapshot()
    assert [
        snapshot.find_shape("s"),
        snapshot.find_rootfs("r"),
        snapshot.find_host("h"),
    ] == entries


def test_what_is_read_can_be_changed_and_put_again(catalog):
    put(catalog, host("h", rootfses=["a"]))
    changed = catalog.snapshot().find_host("h")
    changed.rootfses.append("b")
    changed.vm_count += 1
    put(catalog, changed)
    assert catalog.snapshot().find_host("h") == host("h", vm_count=1, rootfses=["a", "b"])


@pytest.mark.parametrize("number", [BIG, -BIG, 2**63, -(2**63) - 1, 2147483648, -1])
def test_integers_of_any_size_break_the_rule_by_its_own_words(batch, number):
    with pytest.raises(muster.InvalidArgument) as raised:
        batch.put_host(host("h", free_mib=number))
    assert str(raised.value) == (
        "/hosts/0/free_mib: must be an integer from 0 to 2147483647"
    )
    with pytest.raises(muster.InvalidArgument):
        muster.WriteBatch().put_shape(shape("s", default_disk_mib=number - 2**54))
    with pytest.raises(muster.InvalidArgument):
        muster.WriteBatch().set_user_stats("u", total=number)


@pytest.mark.parametrize("number", [1.0, "1", None, True, b"1", [1]])
def test_what_is_no_integer_is_a_type_error(batch, number):
    with pytest.raises(TypeError, match="free_mib must be an int, not "):
        batch.put_host(host("h", free_mib=number))
    assert batch.status() is None


def test_anything_with_an_index_is_an_integer(catalog):
    class Index:
        def __index__(self):
            return 7

    put(catalog, host("h", free_mib=Index()))
    assert catalog.snapshot().find_host("h").free_mib == 7


@pytest.mark.parametrize("value", [0, 1, "true", None])
def test_what_is_no_boolean_is_a_type_error(batch, value):
    with pytest.raises(TypeError, match="disabled must be a bool, not "):
        batch.put_host(host("h", disabled=value))


@pytest.mark.parametrize("value", [0, b"h", None, ["h"]])
def test_what_is_no_text_is_a_type_error(batch, value):
    with pytest.raises(TypeError, match="id must be a str, not "):
        batch.put_host(host(value))


@pytest.mark.parametrize("value", ["node", 1, None, [1], [b"node"]])
def test_what_is_no_list_of_texts_is_a_type_error(batch, value):
    with pytest.raises(TypeError, match="rootfses must be a list of str, not "):
        batch.put_host(host("h", rootfses=value))


@pytest.mark.parametrize("value", [None, {}, "h", shape("s")])
def test_a_value_of_another_class_is_a_type_error(batch, value):
    with pytest.raises(TypeError, match="host must be a muster.Host, not "):
        batch.put_host(value)


def test_rootfses_may_be_any_iterable(catalog):
    put(catalog, host("a", rootfses=("x", "y")), host("b", rootfses=iter(["z"])))
    assert [h.rootfses for h in catalog.snapshot().all_hosts()] == [["x", "y"], ["z"]]


@pytest.mark.parametrize("text", ["a\ud800", "\udcff", "\ud83d\ude00"])
def test_surrogates_break_the_rule_by_its_own_words(batch, text):
    with pytest.raises(muster.InvalidArgument) as raised:
        batch.put_rootfs(rootfs("r", description=text))
    assert str(raised.value) == (
        "/rootfs/0/description: must be a string of up to 4096 bytes of UTF-8"
    )


@pytest.mark.parametrize("text", ["\ud800", "a\udcff"])
def test_surrogates_are_found_nowhere(catalog, text):
    assert catalog.find_user(text) is None
    assert catalog.snapshot().find_host(text) is None
    assert catalog.handle("GET", "/" + text) is None
    assert catalog.handle("GET", "/v1/whoami", {"X-Api-Key": text}).status == 401
    with pytest.raises(muster.InvalidArgument):
        muster.WriteBatch().delete_host(text)
    with pytest.raises(muster.InvalidArgument):
        catalog.import_document('{"' + text + '": []}')


@pytest.mark.parametrize("text", ["a\0b", "\0", "é𝄞\u2028"])
def test_text_keeps_every_character(catalog, text):
    put(catalog, rootfs("r", description=text))
    assert catalog.snapshot().find_rootfs("r").description == text


@pytest.mark.parametrize("status", ["Active", "", "unknown", "\ud800"])
def test_an_unknown_status_breaks_the_rule_by_its_own_words(batch, status):
    with pytest.raises(muster.InvalidArgument) as raised:
        batch.put_host(host("h", status))
    assert str(raised.value) == (
        '/hosts/0/status: must be "active", "draining" or "dead"'
    )
