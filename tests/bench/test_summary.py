"""The figures of summary.json, and where they come from."""

import json
import subprocess
import sys

import pytest
from bounds import load_bounds
from conftest import BENCH, runs_of
from results import MissingScenario, Results
from summary import FIGURES, summarize


def summary_of(document):
    return summarize(Results(document))


def test_every_figure_is_computed_and_has_a_bound(document):
    summary = summary_of(document)
    assert list(summary) == list(FIGURES)
    assert set(summary) == set(load_bounds())
    assert all(value > 0 for value in summary.values())


def test_a_ratio_is_that_of_two_benchmarks(document):
    (copied,) = runs_of(document, "hosts:100000", "limit:50", "at:random", "peer:muster")
    (memcpy,) = runs_of(document, "hosts:100000", "limit:50", "at:random", "peer:memcpy")
    copied["cpu_time"], memcpy["cpu_time"] = 300, 120
    assert summary_of(document)["page50_copy_over_memcpy"] == 2.5


def test_the_median_of_the_repetitions_counts(document):
    (run,) = runs_of(document, "conditional")
    for time in (1, 2, 1000):
        document["benchmarks"].append({**run, "cpu_time": time})
    document["benchmarks"].remove(run)
    assert summary_of(document)["etag_304_ns"] == 2


def test_aggregates_are_not_taken_for_repetitions(document):
    (run,) = runs_of(document, "conditional")
    run["cpu_time"] = 50
    document["benchmarks"].append({**run, "run_type": "aggregate", "cpu_time": 9})
    assert summary_of(document)["etag_304_ns"] == 50


def test_a_unit_of_time_is_minded(document):
    (run,) = runs_of(document, "opening", "hosts:1000000")
    run["real_time"], run["time_unit"] = 700, "ms"
    assert summary_of(document)["open_1m_hosts_s"] == 0.7


def test_the_dearest_writer_counts_for_a_snapshot(document):
    for run in runs_of(document, "snapshots"):
        run["cpu_time"] = 5
    for run in runs_of(document, "snapshots", "writer:full", "peer:muster"):
        run["cpu_time"] = 10 + run["threads"]
    summary = summary_of(document)
    assert (summary["snapshot_ns_1"], summary["snapshot_ns_2"]) == (11, 12)


def test_the_dearer_writer_counts_for_a_page(document):
    (durable,) = runs_of(document, "reading", "writer:durable")
    (relaxed,) = runs_of(document, "reading", "writer:relaxed")
    durable["over_idle"], relaxed["over_idle"] = 1.1, 1.3
    assert summary_of(document)["read_under_write_over_idle"] == 1.3
    durable["over_idle"] = 1.4
    assert summary_of(document)["read_under_write_over_idle"] == 1.4


def test_what_is_written_in_turn_has_a_ratio_for_each_round(document):
    (run,) = runs_of(document, "durable", "batch:1")
    for ratio in (0.2, 0.8, 0.9):
        document["benchmarks"].append({**run, "over_peer": ratio})
    document["benchmarks"].remove(run)
    assert summary_of(document)["durable_single_over_lmdb"] == 0.8


def test_a_shorter_longest_list_stands_in_for_a_million(document):
    for run in runs_of(document, "pages", "hosts:1000000"):
        run["run_name"] = run["run_name"].replace("hosts:1000000", "hosts:200000")
    for at, time in (("hosts:1000", 100), ("hosts:200000", 150)):
        (run,) = runs_of(document, at, "limit:50", "at:random", "peer:muster_spans")
        run["cpu_time"] = time
    assert summary_of(document)["page50_1M_over_1k"] == 1.5


@pytest.mark.parametrize("parts, figure", [
    (("pages", "at:middle", "peer:sqlite"), "sqlite_over_muster_deep"),
    (("pages", "peer:memcpy", "limit:500"), "page500_copy_over_memcpy"),
    (("snapshots", "threads:2"), "snapshot_ns_2"),
    (("whoami",), "whoami_ns"),
    (("conditional",), "etag_304_ns"),
    (("opening",), "open_1m_hosts_s"),
    (("durable", "batch:1000"), "durable_batch1000_over_lmdb"),
    (("relaxed", "hosts:1000000"), "update_1M_over_1k"),
    (("events",), "events_over_lmdb_puts"),
    (("reading", "writer:relaxed"), "read_under_write_over_idle"),
])
def test_what_was_not_measured_is_named(without, parts, figure):
    with pytest.raises(MissingScenario, match=f"^{figure}: no results for {parts[0]}"):
        summary_of(without(*parts))


def test_a_benchmark_that_failed_is_named(document):
    (run,) = runs_of(document, "conditional")
    run.update(error_occurred=True, error_message="it broke")
    with pytest.raises(MissingScenario, match="conditional.* failed: it broke"):
        Results(document)


def test_the_program_writes_a_flat_object(tmp_path, document):
    (tmp_path / "results.json").write_text(json.dumps(document))
    command = [sys.executable, "-B", BENCH / "summary.py", "results.json", "summary.json"]
    subprocess.run(command, cwd=tmp_path, check=True)
    assert json.loads((tmp_path / "summary.json").read_text()) == summary_of(document)
