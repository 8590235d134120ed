"""Holds every answer that the suite reads against docs/openapi.yaml.

A header that the document names must be there where it says so, and nowhere else. Of
others there are only those that a server has of itself.
"""

import functools
import json
import pathlib
import re

import jsonschema
import yaml

PATH = pathlib.Path(__file__).resolve().parents[2] / "docs/openapi.yaml"
TARGET = re.compile(r"(?:https?://[^/?]*)?([^?]*)", re.IGNORECASE)  # its path
JSON = "application/json"
SERVERS_OWN = {"date", "server", "connection", "keep-alive"}


def check(method, target, answer, not_found="muster"):
    """Raises AssertionError, with the place in the answer and the rule, where the
    document does not have this answer to `method target` (as it was sent, but for
    the mount prefix). `answer` has status, headers (by name, in lower case) and body,
    which is b"" on HEAD and 304; `not_found` is who answers other paths, "muster" or
    "host"."""
    path = TARGET.match(target)[1]
    if path not in document().paths and not_found == "host":
        return
    document().check(method, path, answer.status, answer.headers, answer.body)


@functools.cache
def document():
    return Document()


def _pattern(validator, pattern, instance, schema):
    """In a JSON Schema `$` is the end of the text; in Python also before a last newline."""
    if isinstance(instance, str) and not re.search(re.sub(r"\$$", r"\\Z", pattern), instance):
        yield jsonschema.ValidationError(f"{instance!r} does not match {pattern!r}")


def _properties(validator, properties, instance, schema):
    """As in JSON Schema, and in the order that the schema gives."""
    yield from jsonschema.Draft202012Validator.VALIDATORS["properties"](
        validator, properties, instance, schema)
    if isinstance(instance, dict):
        expected = [name for name in properties if name in instance]
        found = [name for name in instance if name in properties]
        if found != expected:
            yield jsonschema.ValidationError(f"the keys are {found}, in order {expected}")


_Validator = jsonschema.validators.extend(
    jsonschema.Draft202012Validator, {"pattern": _pattern, "properties": _properties})


def _no_float(text):
    raise AssertionError(f"{text} is not written as an integer")


def _no_repeats(pairs):
    names = [name for name, _ in pairs]
    assert len(set(names)) == len(names), f"a key twice in {names}"
    return dict(pairs)


def parse_compact_json(body: bytes):
    """The value of a body: strict UTF-8, no white space, no key twice, integers only."""
    value = json.loads(body.decode("utf-8"), parse_float=_no_float, parse_constant=_no_float,
                       object_pairs_hook=_no_repeats)
    bare = re.sub(rb'"(?:[^"\\]|\\.)*"', b'""', body)
    assert not re.search(rb"\s", bare), "white space between the tokens"
    return value


class Document:
    """The OpenAPI document, to ask for what it says of an answer."""

    def __init__(self, path: pathlib.Path = PATH):
        self.tree = yaml.safe_load(path.read_text(encoding="utf-8"))
        self.paths = {p: item for p, item in self.tree["paths"].items() if p.startswith("/")}
        self._resolver = jsonschema.RefResolver.from_schema(self.tree)
        self._good_bodies = set()  # each with its place

    def resolve(self, node):
        """What a `$ref` of this document points to; another node is itself."""
        while "$ref" in node:
            target = self.tree
            for step in node["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            node = target
        return node

    def response(self, method: str, path: str, status: int):
        """What the document says of this answer; None where it has no such answer."""
        if path not in self.paths:
            return self.resolve(self.tree["paths"]["x-other-paths"]) if status == 404 else None
        # 405 stands with GET, and is every other method's only answer.
        reads = method in ("GET", "HEAD")
        if reads == (status == 405):
            return None
        operation = self.paths[path][method.lower() if reads else "get"]
        response = operation["responses"].get(str(status))
        return response and self.resolve(response)

    def errors(self, value, schema):
        """Each rule of `schema` that `value` breaks, as "place: rule"."""
        found = _Validator(schema, resolver=self._resolver).iter_errors(value)
        return ["/" + "/".join(map(str, error.absolute_path)) + ": " + error.message[:500]
                for error in found]

    def check(self, method, path, status, headers, body):
        """As check(), with the answer in its parts; `path` without the query."""
        where = f"{method} {path} {status}"
        response = self.response(method, path, status)
        assert response is not None, f"{where}: the document has no such answer"
        self._check_headers(where, response, headers)
        if method == "HEAD" or "content" not in response:
            assert body == b"", f"{where}: a body of {len(body)} bytes, where there is none"
            return
        length = headers["content-length"]
        assert int(length) == len(body), f"{where}: {len(body)} bytes, Content-Length {length}"
        # The same bytes come again and again.
        if (where, body) not in self._good_bodies:
            value = parse_compact_json(body)
            errors = self.errors(value, response["content"][JSON]["schema"])
            assert not errors, f"{where}: {errors[0]}"
            self._good_bodies.add((where, body))

    def _check_headers(self, where, response, headers):
        expected = {name.lower(): self.resolve(header)
                    for name, header in response.get("headers", {}).items()}
        if "content" in response:  # which is how OpenAPI has it, not as a header
            expected["content-type"] = {"required": True, "schema": {"const": JSON}}
        for name, header in expected.items():
            assert name in headers or not header.get("required"), f"{where}: without {name}"
        for name in headers.keys() - SERVERS_OWN:
            text = headers[name]
            assert name in expected, f"{where}: {name}: {text}, which the document has not"
            errors = self._header_errors(text, expected[name]["schema"])
            assert not errors, f"{where}: {name}{errors[0]}"

    def _header_errors(self, text, schema):
        if schema.get("type") != "integer":
            return self.errors(text, schema)
        if not re.fullmatch("0|[1-9][0-9]*", text):
            return [f": {text!r} is not a number"]
        return self.errors(int(text), schema)
