"""Renders openapi.yaml, beside this file, as the page openapi.html."""

import http
import json
import pathlib
import re

import jinja2
import yaml
from markupsafe import Markup, escape

DOCS = pathlib.Path(__file__).resolve().parent
METHODS = ("get", "head")

# The words for what a schema asks of a value; {} is the keyword's.
RULES = {
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} of them",
    "maxItems": "at most {} of them",
    "default": "default {}",
}


def prose(text):
    """Text with `code` in it as HTML."""
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(text))))


def paragraphs(text):
    return Markup("\n").join(
        Markup("<p>{}</p>").format(prose(part.strip())) for part in text.split("\n\n"))


def code(value):
    """A value as it is on the wire."""
    text = value if isinstance(value, str) and value else compact(value)
    return Markup("<code>{}</code>").format(text)


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def anchor(text):
    """The fragment of a path or a name on the page."""
    return re.sub("[^A-Za-z0-9]+", "-", text).strip("-")


def ref_name(node):
    """The last part of a `$ref`; "" where there is none."""
    return node.get("$ref", "").rpartition("/")[2]


def schema_rule(schema):
    """What a schema asks of a value, in a line of HTML."""
    if name := ref_name(schema):
        return Markup('<a href="#{}">{}</a>').format(anchor(name), name)
    if "const" in schema:
        return code(schema["const"])
    if "enum" in schema:
        return Markup(", ").join(map(code, schema["enum"]))
    for keyword in ("oneOf", "anyOf"):
        if keyword in schema:
            return Markup(" or ").join(map(schema_rule, schema[keyword]))
    parts = [escape(schema["type"])]
    if "items" in schema:
        parts = [Markup("array of {}").format(schema_rule(schema["items"]))]
    if "minimum" in schema and "maximum" in schema:
        parts[0] += " from {} to {}".format(schema["minimum"], schema["maximum"])
    elif "minimum" in schema:
        parts[0] += f" of at least {schema['minimum']}"
    for keyword, words in RULES.items():
        if keyword in schema:
            is_one = keyword in ("minLength", "minItems") and schema[keyword] == 1
            parts.append(escape("not empty" if is_one else words.format(schema[keyword])))
    if schema.get("uniqueItems"):
        parts.append(escape("no repeats"))
    if "pattern" in schema:
        parts.append(Markup("matches {}").format(code(schema["pattern"])))
    return Markup(", ").join(parts)


def fields(schema, prefix=""):
    """(name, schema, is it required) of each field; those of an object within by path."""
    for name, field in schema.get("properties", {}).items():
        yield prefix + name, field, name in schema["required"]
        yield from fields(field, f"{prefix}{name}.")


def render(tree):
    """The page of an OpenAPI document, as text."""
    paths = {path: item for path, item in tree["paths"].items() if path.startswith("/")}

    def resolve(node):
        while "$ref" in node:
            target = tree
            for step in node["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            node = target
        return node

    def shared():
        """(name, statuses, response) of each answer that endpoints share. What HEAD
        gets is left out: it is what GET gets, without the body."""
        responses = [("404", tree["paths"]["x-other-paths"])]
        for item in paths.values():
            responses += item["get"]["responses"].items()
        for name, response in tree["components"]["responses"].items():
            statuses = sorted({status for status, used in responses if ref_name(used) == name})
            if statuses:
                yield name, statuses, response

    def credentials(operation):
        """"no", "yes", or that an option asks for one."""
        asked = operation.get("security", tree["security"])
        if not asked:
            return "no"
        return "no (an option asks for one)" if {} in asked else "yes"

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(DOCS), autoescape=True, trim_blocks=True,
        lstrip_blocks=True, undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    environment.filters.update(
        anchor=anchor, compact=compact, paragraphs=paragraphs, prose=prose, ref_name=ref_name,
        resolve=resolve, rule=schema_rule)
    return environment.get_template("openapi.html.j2").render(
        tree=tree, paths=paths, shared=shared, fields=fields, credentials=credentials,
        phrase=lambda status: http.HTTPStatus(int(status)).phrase)


def main():
    tree = yaml.safe_load((DOCS / "openapi.yaml").read_text(encoding="utf-8"))
    (DOCS / "openapi.html").write_text(render(tree), encoding="utf-8")


if __name__ == "__main__":
    main()
