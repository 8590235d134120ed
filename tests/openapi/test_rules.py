"""Each schema and each header of the OpenAPI document refuses what breaks a rule."""

import copy
import json
from pathlib import Path

import openapi
import pytest

DOCUMENT = openapi.document()
CONTRACT = Path(__file__).resolve().parents[2] / "data/contract"

OPTIONAL = {"cpu_quota_pct", "rootfses", "entries", "description", "deprecated", "successor"}
FREE_TEXT = {"id", "name", "description", "successor", "default", "user_id", "message", "reason"}

INT32 = 2147483647
SAFE = 9007199254740991
RANGES = {  # of each number of a success
    "vcpu": (1, 65535), "mem_mib": (1, INT32), "default_disk_mib": (0, SAFE),
    "cpu_quota_pct": (1, 6553500), "free_mib": (0, INT32), "vm_count": (0, INT32),
    "running": (0, INT32), "paused": (0, INT32), "other": (0, INT32), "total": (0, SAFE),
    "limit": (1, 500), "offset": (0, SAFE), "count": (0, 500),
}

HEADERS = {  # what each header of the document may be, and what not
    "ETag": (['"h1-2-3-4"', '"!"'], ['h1', '""', 'W/"h1"', '"a b"', '"a""b"']),
    "Revalidate": (["no-cache"], ["no-store", "No-Cache", "no-cache, no-store", ""]),
    "NoStore": (["no-store"], ["no-cache", ""]),
    "Content-Length": ([2, 100000], [1, 0, -1, "2"]),
    "Allow": (["GET, HEAD"], ["GET,HEAD", "HEAD, GET", "GET", ""]),
    "WWW-Authenticate": (["ApiKey"], ["Bearer", "apikey", ""]),
    "Retry-After": ([1], [0, 2, "1"]),
}


def bodies():
    """(place, example, schema) of every example of an answer, one of each body."""
    answers = {"404": DOCUMENT.tree["paths"]["x-other-paths"]}
    for path, item in DOCUMENT.paths.items():
        for status, response in item["get"]["responses"].items():
            answers[f"{path} {status}"] = response
    for place, response in answers.items():
        for media_type in DOCUMENT.resolve(response).get("content", {}).values():
            for name, example in media_type["examples"].items():
                yield pytest.param(example["value"], media_type["schema"],
                                   id=f"{place}: {name}")


def places(value, keys=()):
    """The keys that lead to each value within one."""
    parts = value.items() if isinstance(value, dict) else enumerate(value)
    for key, part in parts:
        yield (*keys, key)
        if isinstance(part, (dict, list)):
            yield from places(part, (*keys, key))


def changed(value, keys, change):
    """A copy in which `change(the innermost container, its key)` was made."""
    value = copy.deepcopy(value)
    container = value
    for key in keys[:-1]:
        container = container[key]
    change(container, keys[-1])
    return value


def with_value(value, keys, new):
    return changed(value, keys, lambda container, key: container.__setitem__(key, new))


def at(value, keys):
    for key in keys:
        value = value[key]
    return value


def is_allowed(value, schema):
    return not DOCUMENT.errors(value, schema)


@pytest.mark.parametrize(("example", "schema"), bodies())
def test_a_key_may_be_absent_only_where_it_is_optional(example, schema):
    for keys in places(example):
        if isinstance(keys[-1], str):
            without = changed(example, keys, lambda container, key: container.pop(key))
            # Entries without anything to say beside the names are left out as a whole.
            says = at(example, keys[:-1]) if "entries" in keys[:-1] else {}
            if len(says) == 2:
                continue
            assert is_allowed(without, schema) == (keys[-1] in OPTIONAL), keys


@pytest.mark.parametrize(("example", "schema"), bodies())
def test_no_value_may_be_null_or_of_another_type(example, schema):
    for keys in places(example):
        for other in (None, {}, 1.5, "" if not isinstance(at(example, keys), str) else 0):
            assert not is_allowed(with_value(example, keys, other), schema), (keys, other)


@pytest.mark.parametrize(("example", "schema"), bodies())
def test_no_object_has_a_further_key(example, schema):
    for keys in [(), *places(example)]:
        if isinstance(at(example, keys), dict):
            assert not is_allowed(with_value(example, (*keys, "more"), 1), schema), keys


@pytest.mark.parametrize(("example", "schema"), bodies())
def test_a_text_that_is_not_free_has_no_other_words(example, schema):
    for keys in places(example):
        is_free = keys[-1] in FREE_TEXT or "rootfs" in keys or "rootfses" in keys
        if isinstance(at(example, keys), str) and not is_free or keys == ("data", "message"):
            assert not is_allowed(with_value(example, keys, "other"), schema), keys


@pytest.mark.parametrize(("example", "schema"), bodies())
def test_a_free_text_is_empty_only_where_there_is_no_default(example, schema):
    for keys in places(example):
        if isinstance(at(example, keys), str):
            allowed = is_allowed(with_value(example, keys, ""), schema)
            assert allowed == (keys[-1] == "default"), keys


@pytest.mark.parametrize(("example", "schema"), bodies())
def test_a_flag_has_one_value(example, schema):
    for keys in places(example):
        if isinstance(at(example, keys), bool):
            assert not is_allowed(with_value(example, keys, not at(example, keys)), schema), keys


@pytest.mark.parametrize(("example", "schema"), bodies())
def test_a_number_is_in_its_range(example, schema):
    for keys in places(example):
        number = at(example, keys)
        if isinstance(number, int) and not isinstance(number, bool):
            low, high = RANGES.get(keys[-1], (number, number))  # a code: that one
            if "stats" in keys:
                high = INT32
            for value in (low - 1, low, high, high + 1):
                allowed = is_allowed(with_value(example, keys, value), schema)
                assert allowed == (low <= value <= high), (keys, value)


def test_lists_and_texts_have_their_longest():
    host = {"id": "h", "status": "dead", "free_mib": 0, "vm_count": 0}
    entry = {"name": "n", "description": "d"}
    shape = {"id": "s", "vcpu": 1, "mem_mib": 1, "default_disk_mib": 0}
    counts = {"total": 501, "limit": 500, "offset": 0, "count": 500}
    refs = {name: {"$ref": f"#/components/schemas/{name}"}
            for name in DOCUMENT.tree["components"]["schemas"]}
    for length, allowed in ((256, True), (257, False)):
        names = [str(i) for i in range(length)]
        assert is_allowed({**host, "rootfses": names}, refs["Host"]) == allowed
    for length, allowed in ((4096, True), (4097, False)):
        assert is_allowed({**entry, "description": "d" * length}, refs["RootfsEntry"]) == allowed
    for length, allowed in ((500, True), (501, False)):
        for item, body in ((shape, "ShapesBody"), (host, "HostsBody")):
            data = {"data": [item] * length, "pagination": counts}
            assert is_allowed({"status": "success", "data": data}, refs[body]) == allowed


@pytest.mark.parametrize("name", DOCUMENT.tree["components"]["headers"])
def test_a_header_has_its_values_and_no_others(name):
    right, wrong = HEADERS[name]
    header = DOCUMENT.tree["components"]["headers"][name]
    assert header["required"] is True
    assert [value for value in right if not is_allowed(value, header["schema"])] == []
    assert [value for value in wrong if is_allowed(value, header["schema"])] == []


# Requests -----------------------------------------------------------------------

def golden():
    for file in sorted(CONTRACT.glob("*.json")):
        yield from json.loads(file.read_text(encoding="utf-8"))["cases"]


@pytest.mark.parametrize("name", ["limit", "offset"])
def test_a_number_that_the_document_allows_is_what_the_golden_answers_take(name):
    schema = DOCUMENT.tree["components"]["parameters"][name]["schema"]
    seen = set()
    for case in golden():
        path, _, query = case["request"]["target"].partition("?")
        parameter, _, value = query.partition("=")
        status = case["response"]["status"]
        is_number = value.removeprefix("-").isdecimal()
        if parameter == name and is_number and path != "/v1/rootfs" and status in (200, 400):
            is_taken = status == 200
            assert is_allowed(int(value), schema) == is_taken, case["request"]["target"]
            seen.add(is_taken)
    assert seen == {True, False}


def test_the_credentials_of_the_document_are_those_of_the_golden_answers():
    schemes = DOCUMENT.tree["components"]["securitySchemes"]
    named = [scheme.get("name", "Authorization") for scheme in schemes.values()]
    used = {name for case in golden() for name, _ in case["request"].get("headers", [])
            if case["request"]["target"] == "/v1/whoami" and case["response"]["status"] == 200}
    assert used & {"X-Auth-Token", "X-Access-Token", "Authorization", "X-Api-Key"} == {*named}
    whoami = DOCUMENT.paths["/v1/whoami"]["get"]["security"]
    assert whoami == [{scheme: []} for scheme in schemes]
    assert DOCUMENT.paths["/v1/hosts"]["get"]["security"] == [{}, *whoami]
