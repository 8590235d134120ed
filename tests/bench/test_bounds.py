"""summary.json against bounds.json."""

import json
import subprocess
import sys

from bounds import hold, load_bounds
from conftest import BENCH

WITHIN = {
    name: bound.get("at_least", bound.get("at_most", 1)) for name, bound in load_bounds().items()
}


def run(tmp_path, summary):
    path = tmp_path / "summary.json"
    path.write_text(json.dumps(summary))
    command = [sys.executable, "-B", BENCH / "bounds.py", path]
    return subprocess.run(command, capture_output=True, text=True)


def broken(summary):
    return [name for name, _, _, holds in hold(summary, load_bounds()) if holds is False]


def test_a_bound_itself_is_within():
    assert broken(WITHIN) == []


def test_too_much_is_out_of_bounds():
    assert broken({**WITHIN, "whoami_ns": 601}) == ["whoami_ns"]


def test_too_little_is_out_of_bounds():
    assert broken({**WITHIN, "sqlite_over_muster_first": 99}) == ["sqlite_over_muster_first"]


def test_a_bound_may_be_a_multiple_of_another_figure():
    summary = {**WITHIN, "page50_spans_ns": 100, "page500_spans_ns": 200}
    assert broken(summary) == []
    assert broken({**summary, "page500_spans_ns": 201}) == ["page500_spans_ns"]


def test_each_figure_is_printed_and_a_broken_bound_is_no_error(tmp_path):
    done = run(tmp_path, {**WITHIN, "etag_304_ns": 81})
    lines = done.stdout.splitlines()
    assert done.returncode == 0
    assert [line.split()[0] for line in lines[:-1]] == list(load_bounds())
    assert [line.split()[0] for line in lines if line.endswith("NOT")] == ["etag_304_ns"]
    assert lines[-1] == "37 of 38 figures are within their bounds"


def test_a_figure_without_a_bound_is_shown_and_not_counted(tmp_path):
    name = "durable_updates_64_callers_per_s"
    assert not load_bounds()[name].keys() - {"meaning"}
    lines = run(tmp_path, {**WITHIN, name: 12345}).stdout.splitlines()
    assert [line.split() for line in lines if line.startswith(name)] == [[name, "12,345"]]
    assert lines[-1] == "38 of 38 figures are within their bounds"


def test_a_figure_that_is_missing_is_an_error(tmp_path):
    summary = dict(WITHIN)
    del summary["bytes_per_host"]
    done = run(tmp_path, summary)
    assert done.returncode != 0
    assert "lacks bytes_per_host" in done.stderr
