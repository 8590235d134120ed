"""The OpenAPI document says what the golden answers say, and nothing else."""

import json
import re
import types
from pathlib import Path

import jsonschema
import openapi
import pytest

TOP = Path(__file__).resolve().parents[2]
DOCUMENT = openapi.document()
METHODS = ("get", "head")
LISTS = ("/v1/shapes", "/v1/rootfs", "/v1/hosts")


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def responses():
    """(name of the place, response) of each answer that the document has."""
    yield "other paths", DOCUMENT.resolve(DOCUMENT.tree["paths"]["x-other-paths"])
    for path, item in DOCUMENT.paths.items():
        for method, operation in item.items():
            for status, response in operation["responses"].items():
                yield f"{method} {path} {status}", DOCUMENT.resolve(response)


def media_types():
    for place, response in responses():
        for media_type in response.get("content", {}).values():
            if "schema" in media_type:
                yield place, media_type


def examples():
    for place, media_type in media_types():
        for name, example in media_type["examples"].items():
            yield pytest.param(example["value"], media_type["schema"], id=f"{place}: {name}")


def golden_cases():
    for file in sorted((TOP / "data/contract").glob("*.json")):
        for case in json.loads(file.read_text(encoding="utf-8"))["cases"]:
            yield pytest.param(case, id=f"{file.stem}: {case['name']}")


def objects(node):
    """Every object schema below a node."""
    if isinstance(node, dict):
        if "properties" in node:
            yield node
        node = list(node.values())
    if isinstance(node, list):
        for part in node:
            yield from objects(part)


def test_the_document_has_the_six_endpoints_with_get_and_head():
    assert set(DOCUMENT.paths) == {*LISTS, "/v1/whoami", "/healthz", "/readyz"}
    assert {tuple(item) for item in DOCUMENT.paths.values()} == {METHODS}


def test_the_document_has_the_version_of_the_project():
    (version,) = re.findall(r"project\(muster VERSION (\S+)",
                            (TOP / "CMakeLists.txt").read_text(encoding="utf-8"))
    assert DOCUMENT.tree["info"]["version"] == version


@pytest.mark.parametrize("name", DOCUMENT.tree["components"]["schemas"])
def test_each_schema_is_json_schema_of_2020_12(name):
    jsonschema.Draft202012Validator.check_schema(DOCUMENT.tree["components"]["schemas"][name])


def test_no_object_may_have_other_keys_than_the_document_names():
    schemas = list(objects(DOCUMENT.tree["components"]["schemas"]))
    assert len(schemas) > 20
    assert [schema for schema in schemas if schema.get("additionalProperties") is not False] == []
    assert [schema for schema in schemas
            if not schema.get("required", []) or set(schema["required"]) - {*schema["properties"]}
            ] == []


def test_every_answer_with_a_body_has_an_example():
    assert [place for place, media_type in media_types() if not media_type.get("examples")] == []


@pytest.mark.parametrize(("value", "schema"), examples())
def test_each_example_is_what_its_schema_says(value, schema):
    assert DOCUMENT.errors(value, schema) == []


@pytest.mark.parametrize("path", DOCUMENT.paths)
def test_head_has_the_statuses_and_headers_of_get(path):
    get, head = (DOCUMENT.paths[path][method] for method in METHODS)
    assert [*head["responses"], "405"] == sorted([*get["responses"]], key=lambda s: s == "405")
    assert head.get("parameters") == get.get("parameters")
    assert head.get("security") == get.get("security")
    for status in head["responses"]:
        answers = [DOCUMENT.resolve(item["responses"][status]) for item in (get, head)]
        assert answers[0]["headers"] == answers[1]["headers"]
        assert [*answers[0].get("content", {})] == [*answers[1].get("content", {})]


@pytest.mark.parametrize("path", LISTS)
def test_only_lists_have_an_entity_tag_and_304(path):
    for other, item in DOCUMENT.paths.items():
        assert ("304" in item["get"]["responses"]) == (other in LISTS)
    ok = DOCUMENT.response("GET", path, 200)
    assert {"ETag", "Cache-Control"} == DOCUMENT.response("GET", path, 304)["headers"].keys()
    assert {"ETag", "Cache-Control", "Content-Length"} == ok["headers"].keys()


ETAG = '"h1-2-3-4"'


def golden_headers(case, body):
    """All headers of a golden answer: a case names only those it is about."""
    given = {name.lower(): value for name, value in case["response"]["headers"].items()
             if value is not None}
    given = {name: ETAG if "${etag" in value else value for name, value in given.items()}
    if case["response"]["status"] != 304:
        given.setdefault("content-length", str(len(body)))
        given.setdefault("content-type", "application/json")
    path = openapi.TARGET.match(case["request"]["target"])[1]
    is_list = path in LISTS and case["response"]["status"] in (200, 304)
    given.setdefault("cache-control", "no-cache" if is_list else "no-store")
    if is_list:
        given.setdefault("etag", ETAG)
    return given


@pytest.mark.parametrize("case", golden_cases())
def test_each_golden_answer_is_one_of_the_document(case):
    body = case["response"]["body"].encode()
    headers = golden_headers(case, body)
    answer = types.SimpleNamespace(
        status=case["response"]["status"], headers=headers, body=body)
    openapi.check(case["request"]["method"], case["request"]["target"], answer)


def test_each_golden_error_is_an_example_of_the_document():
    shown = {compact(param.values[0]) for param in examples()}
    errors = {case.values[0]["response"]["body"].encode() for case in golden_cases()
              if case.values[0]["response"]["status"] >= 400} - {b""}
    assert len(errors) >= 7
    assert errors - shown == set()


def test_each_fixed_answer_of_the_engine_is_an_example_of_the_document():
    shown = {compact(param.values[0]) for param in examples()}
    fixed = {
        text.encode()
        for name in ("fixed_answers.h", "fixed_answers.cc")
        for text in re.findall(r'R"\((\{.*?\})\)"',
                               (TOP / "engine/http" / name).read_text(encoding="utf-8"))
    }
    assert len(fixed) == 12
    assert fixed - shown == set()
