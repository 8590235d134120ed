"""The form of a catalog document: keys, types, and text that is not JSON."""

import io

import muster
import pytest
from test_document_fields import LEAST, error_of
from wire import document

KNOWN = {
    "shapes": "id, vcpu, mem_mib, default_disk_mib, cpu_quota_pct, disabled",
    "rootfs": "name, description, deprecated, successor, default, disabled",
    "hosts": "id, status, free_mib, vm_count, rootfses, disabled",
    "users": "id, api_keys, stats",
}


@pytest.mark.parametrize("text", ["{}", " \n\t\r{ } \n", '{"users":[],"shapes":[ ]}'])
def test_every_key_is_optional(catalog, text):
    catalog.import_document(text)
    assert catalog.snapshot().version == 0


def test_lists_come_in_any_order(catalog):
    lists = {list: [LEAST[list]] for list in ["users", "hosts", "rootfs", "shapes"]}
    catalog.import_document(document(**lists))
    assert catalog.snapshot().find_shape("s")
    assert catalog.find_user("u")


def test_fields_come_in_any_order(catalog):
    catalog.import_document(
        document(
            shapes=[dict(reversed(LEAST["shapes"].items()))],
            rootfs=[{"default": True, "name": "r"}],
        )
    )
    assert catalog.snapshot().find_shape("s").mem_mib == 1


@pytest.mark.parametrize("list", LEAST)
def test_unknown_key_of_an_entry(catalog, list):
    for key, place in [("colour", "colour"), ("Id", "Id"), ("", ""), ("a/b~c", "a~1b~0c")]:
        for value in (1, None, {"deep": [1]}):
            line = error_of(catalog, document(**{list: [LEAST[list], {key: value}]}))
            assert line.startswith(f"/{list}/1/{place}: unknown key"), line
            assert KNOWN[list] in line


def test_unknown_key_of_the_document(catalog):
    line = error_of(catalog, document(hosts=[], images=[]))
    assert line.startswith("/images: unknown key")
    assert "shapes, rootfs, hosts, users" in line


def test_unknown_key_of_stats(catalog):
    line = error_of(catalog, document(users=[{"id": "u", "stats": {"total": 1, "failed": 1}}]))
    assert line.startswith("/users/0/stats/failed: unknown key")
    assert "running, paused, other, total" in line


def test_unknown_key_is_shown_in_one_short_line(catalog):
    line = error_of(catalog, document(**{"a\nb\x7f" + "x" * 100000: []}))
    assert line.isprintable()
    assert len(line) < 300


@pytest.mark.parametrize(
    "text, place",
    [
        ('{"shapes":[],"hosts":[],"shapes":[]}', "/shapes"),
        ('{"shapes":[{"id":"s","vcpu":1,"id":"s"}]}', "/shapes/0/id"),
        ('{"shapes":[{"id":"s","vcpu":1,"v\\u0063pu":1}]}', "/shapes/0/vcpu"),
        ('{"rootfs":[{"name":"a","default":true,"default":true}]}', "/rootfs/0/default"),
        ('{"hosts":[{"id":"h","rootfses":[],"rootfses":[]}]}', "/hosts/0/rootfses"),
        ('{"users":[{"id":"u","stats":{},"stats":{}}]}', "/users/0/stats"),
        ('{"users":[{"id":"u","stats":{"total":1,"total":1}}]}', "/users/0/stats/total"),
    ],
)
def test_a_key_twice_in_one_object(catalog, text, place):
    assert error_of(catalog, text) == f"{place}: must not be given more than once"


@pytest.mark.parametrize("text", ["[]", "null", "true", "1", '"{}"', "[{}]"])
def test_the_document_is_an_object(catalog, text):
    assert error_of(catalog, text) == "the document: must be an object"


@pytest.mark.parametrize("list", LEAST)
@pytest.mark.parametrize("value", [None, {}, 1, "x", True])
def test_a_list_is_an_array(catalog, list, value):
    assert error_of(catalog, document(**{list: value})) == f"/{list}: must be an array"


@pytest.mark.parametrize("list", LEAST)
@pytest.mark.parametrize("value", [None, [], 1, "x", True])
def test_an_entry_is_an_object(catalog, list, value):
    line = error_of(catalog, document(**{list: [LEAST[list], value]}))
    assert line == f"/{list}/1: must be an object"


def test_the_first_fault_is_named(catalog):
    line = error_of(catalog, document(shapes=[{"id": "", "vcpu": 0}], hosts=[None]))
    assert line.startswith("/shapes/0/id: ")


@pytest.mark.parametrize(
    "text, place",
    [
        ("", "line 1, column 1"),
        ("  \n ", "line 2, column 2"),
        ("{", "line 1, column 2"),
        ("hello", "line 1, column 1"),
        ("{'shapes':[]}", "line 1, column 2"),
        ('{"shapes":[]', "line 1, column 13"),
        ('{"shapes":[],}', "line 1, column 14"),
        ('{"shapes" []}', "line 1, column 11"),
        ('{"shapes":[]}x', "line 1, column 14"),
        ('{"shapes":[]} {}', "line 1, column 15"),
        ('{"shapes":[]}\n\0', "line 2, column 1"),
        ('{\n  "shapes": [\n    {,\n', "line 3, column 6"),
        ('{"shapes":[{"id":"é" "vcpu":1}]}', "line 1, column 23"),
        ("// no\n{}", "line 1, column 1"),
        ('{"shapes":[{"vcpu":+1}]}', "line 1, column 20"),
        ('{"shapes":[{"vcpu":NaN}]}', "line 1, column 20"),
    ],
)
def test_text_that_is_not_json_is_named_by_line_and_column(catalog, text, place):
    line = error_of(catalog, text)
    assert line.startswith(place + ": "), line
    assert len(line) > len(place) + 5


@pytest.mark.parametrize(
    "inside",
    [
        b"a\xffb",
        b"\xc0\x80",
        b"\xe0\x80\x80",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\xc3",
        b"a\nb",
        b"a\x01b",
        b"\\x41",
        b"\\u00g0",
        b"\\ud800",
        b"\\udc00",
        b"\\ud800\\u0041",
        b"\\ud800x",
    ],
)
def test_text_that_is_not_utf8_or_has_bad_escapes(catalog, inside):
    for text in (
        b'{"rootfs":[{"name":"a","description":"' + inside + b'"}]}',
        b'{"rootfs":[{"name":"a","' + inside + b'":1}]}',
        b'{"' + inside + b'":[]}',
    ):
        line = error_of(catalog, text)
        assert line.startswith(("line 1, column ", "line 2, column ")), line


def test_the_place_is_right_far_into_a_text(catalog):
    lines = ",\n".join('{"name":"r%d"}' % i for i in range(50000))
    line = error_of(catalog, '{"rootfs":[\n' + lines + "\n}")
    assert line.startswith("line 50002, column 1: ")


def test_the_index_is_right_far_into_a_list(catalog):
    entries = [{"name": f"r{i}"} for i in range(50000)] + [{"name": ""}]
    assert error_of(catalog, document(rootfs=entries)).startswith("/rootfs/50000/name: ")


@pytest.mark.parametrize(
    "opening", ["[", '{"a":', '{"shapes":[', '{"users":[{"stats":{"total":']
)
def test_nesting_without_end(catalog, opening):
    assert error_of(catalog, opening * 200000)


def test_one_value_without_end_fills_no_memory(catalog):
    class Endless(io.RawIOBase):
        def __init__(self):
            self.given = 0

        def read(self, size):
            opening = b"" if self.given else b'{"shapes":[{"id":"'
            self.given += size
            return opening + b"x" * (size - len(opening))

    endless = Endless()
    assert error_of(catalog, endless).startswith("line 1, column ")
    assert endless.given < 64 << 20


def test_an_invalid_document_is_one_line_whatever_it_quotes(catalog):
    with pytest.raises(muster.InvalidArgument) as raised:
        catalog.import_document('{"\\n\\u0000\\u001b[31m": 1}')
    assert str(raised.value).isprintable()
