"""docs/openapi.html is what docs/openapi.yaml gives, and stands by itself."""

import html.parser
from pathlib import Path

import openapi
import pytest
import render_openapi

DOCS = Path(__file__).resolve().parents[2] / "docs"
VOID = {"meta", "br", "hr", "img", "link", "input"}


class Page(html.parser.HTMLParser):
    """What the tests ask of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.ids, self.targets, self.open, self.faults = set(), [], [], [], []
        self.texts = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.tags.add(tag)
        self.ids += [given["id"]] if "id" in given else []
        self.targets += [given[name] for name in ("href", "src") if name in given]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> at line {self.getpos()[0]}")

    def handle_data(self, data):
        self.texts.append(data)


@pytest.fixture(scope="module")
def text():
    return (DOCS / "openapi.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(text):
    return Page(text)


def test_the_page_is_what_the_document_gives(text):
    rendered = render_openapi.render(openapi.document().tree)
    assert text == rendered, "docs/openapi.html is out of date: make docs"


def test_the_page_is_well_formed(page):
    assert (page.open, page.faults) == ([], [])
    assert {"header", "nav", "main", "section", "h1", "h2", "table", "th"} <= page.tags


def test_the_page_loads_nothing_and_links_to_nothing_outside(page):
    assert page.tags.isdisjoint({"script", "link", "img", "iframe"})
    assert len(page.targets) > 50
    outside = [target for target in page.targets
               if not target.startswith("#") and not (DOCS / target).is_file()]
    assert outside == []


def test_each_link_within_the_page_has_its_one_place(page):
    assert len(set(page.ids)) == len(page.ids)
    assert {t[1:] for t in page.targets if t.startswith("#")} - set(page.ids) == set()


def test_the_page_shows_every_path_parameter_and_example(page):
    texts = "\n".join(page.texts)
    tree = openapi.document().tree
    shown = [f"GET {path}" for path in openapi.document().paths]
    shown += [parameter["name"] for parameter in tree["components"]["parameters"].values()]
    shown += list(tree["components"]["schemas"])
    for place in [tree["components"]["responses"], openapi.document().paths]:
        shown += [render_openapi.compact(value) for value in values(place)]
    assert len(shown) > 50
    assert [what for what in shown if what not in texts] == []


def values(node):
    """The value of every example below a node."""
    if isinstance(node, dict):
        for key, part in node.items():
            if key == "examples":
                yield from (example["value"] for example in part.values())
            else:
                yield from values(part)
