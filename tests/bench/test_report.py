"""docs/benchmarks.md, as it is made from a run."""

import re

import pytest
from report import PAGE_PEERS, SNAPSHOT_PEERS, render, write
from results import MissingScenario, Results
from summary import FIGURES


def test_every_figure_and_every_peer_stands_in_it(document):
    text = render(Results(document))
    assert [name for name in FIGURES if f"`{name}`" not in text] == []
    labels = [*PAGE_PEERS.values(), *SNAPSHOT_PEERS.values()]
    assert [label for label in labels if f"| {label} |" not in text] == []


def test_no_field_is_left_open(document):
    assert "{{" not in render(Results(document))


def test_every_table_has_as_many_cells_in_each_row(document):
    for table in re.findall(r"(?:^\|.*\n)+", render(Results(document)), re.MULTILINE):
        assert len({row.count("|") for row in table.splitlines()}) == 1


def test_it_names_no_place_on_the_machine_and_not_the_machine(document):
    document["context"].update(executable="/srv/bench_pages", host_name="build-host-7")
    text = render(Results(document))
    assert "/srv" not in text
    assert "build-host-7" not in text


def test_without_go_it_is_whole(without):
    text = render(Results(without("peer:go_memdb")))
    assert PAGE_PEERS["go_memdb"] not in text
    assert PAGE_PEERS["sqlite"] in text


def test_a_peer_that_is_missing_is_named(without):
    with pytest.raises(MissingScenario, match="pages/.*peer:rocksdb"):
        render(Results(without("pages", "hosts:1000000", "peer:rocksdb")))


def test_a_quick_run_is_refused(document, tmp_path):
    document["context"]["mode"] = "quick"
    with pytest.raises(MissingScenario, match="quick"):
        write(Results(document), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_same_results_give_the_same_bytes(document, tmp_path):
    pytest.importorskip("matplotlib")
    pages = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write(Results(document), tmp_path / name)
        files = sorted(path for path in (tmp_path / name).rglob("*") if path.is_file())
        pages.append({path.relative_to(tmp_path / name): path.read_bytes() for path in files})
    assert pages[0] == pages[1]
    assert sorted(path.suffix for path in pages[0]) == [".md", ".svg", ".svg", ".svg", ".svg"]
    links = re.findall(r"\]\((benchmarks/.*?)\)", (tmp_path / "one/benchmarks.md").read_text())
    assert sorted(links) == sorted(str(path) for path in pages[0] if path.suffix == ".svg")
