"""The figures of `make bench-http`, beside the others and alone."""

import json

import run
from bounds import applying, load_bounds
from conftest import runs_of
from over_http import FIGURES, FRAMEWORKS, section
from report import render
from results import Results
from summary import summarize


def only_http(document):
    document["benchmarks"] = runs_of(document, "http")
    return document


def test_every_adapter_has_two_figures_and_the_server_two():
    adapters = {name for name in FIGURES if not name.startswith("http_serve_")}
    assert adapters == {
        f"http_{framework}_{figure}" for framework in FRAMEWORKS
        for figure in ("over_constant", "cpu_over_constant")
    }
    assert FIGURES.keys() - adapters == {
        "http_serve_over_nginx_file", "http_serve_p99_over_nginx_file"
    }


def test_a_figure_is_the_median_of_the_ratios_of_the_rounds(document):
    (one,) = runs_of(document, "server:beast")
    for ratio in (0.5, 0.96, 0.97):
        document["benchmarks"].append({**one, "over_peer": ratio})
    document["benchmarks"].remove(one)
    assert summarize(Results(document))["http_beast_over_constant"] == 0.96


def test_time_on_the_processor_and_latency_have_ratios_of_their_own(document):
    (beast,) = runs_of(document, "server:beast")
    (serve,) = runs_of(document, "server:serve")
    beast["cpu_over_peer"], serve["p99_over_peer"] = 1.07, 0.9
    summary = summarize(Results(document))
    assert summary["http_beast_cpu_over_constant"] == 1.07
    assert summary["http_serve_p99_over_nginx_file"] == 0.9


def test_without_them_the_other_figures_stand(without):
    summary = summarize(Results(without("http")))
    assert not summary.keys() & FIGURES.keys()
    assert summary["whoami_ns"] > 0


def test_alone_they_are_the_whole_summary(document):
    assert summarize(Results(only_http(document))).keys() == FIGURES.keys()


def test_only_the_bounds_of_what_was_measured_apply():
    bounds = load_bounds()
    assert applying({"http_beast_over_constant": 1}, bounds).keys() == FIGURES.keys()
    assert applying({"whoami_ns": 1}, bounds).keys() == bounds.keys() - FIGURES.keys()
    both = {"http_beast_over_constant": 1, "whoami_ns": 1}
    assert applying(both, bounds) == bounds


def test_every_server_has_a_row(document):
    text = section(Results(document))
    for label in FRAMEWORKS.values():
        assert f"| {label}, Muster | " in text
        assert f"| {label}, constant | " in text
    assert "| `muster serve --threads 1` | 84,000 | 950 µs | 11 µs | 98 % |" in text
    assert "| nginx, one worker, file | 71,000 |" in text


def test_the_page_says_so_where_they_were_not_measured(without):
    text = render(Results(without("http")))
    assert "Not measured here yet: `make bench-http`." in text
    assert "http_beast_over_constant" not in text


# What run.py puts together, of files as the programs leave them.


def leave(programs, document, mode):
    """A file for each scenario, as after a run in that mode."""
    for name in run.SCENARIOS:
        runs = [one for one in document["benchmarks"] if one["run_name"].startswith(f"{name}/")]
        part = {"context": {"date": "2026-11-24", "mode": mode}, "benchmarks": runs}
        (programs / f"{name}.json").write_text(json.dumps(part))


def leave_http(programs, document):
    context = {"http_date": "2026-11-25"}
    part = {"context": context, "benchmarks": runs_of(document, "http")}
    (programs / "http.json").write_text(json.dumps(part))


def test_a_run_of_the_others_keeps_them_and_theirs_keeps_the_others(tmp_path, document):
    leave(tmp_path, document, "full")
    leave_http(tmp_path, document)
    for mode in ("full", "quick"):
        summary = summarize(run.merge_parts(tmp_path, mode))
        assert summary.keys() == load_bounds().keys()


def test_the_date_of_the_others_stays_theirs(tmp_path, document):
    leave(tmp_path, document, "full")
    leave_http(tmp_path, document)
    context = run.merge_parts(tmp_path, "full").context
    assert (context["date"], context["http_date"]) == ("2026-11-24", "2026-11-25")


def test_they_need_no_run_of_the_others(tmp_path, document):
    leave_http(tmp_path, document)
    assert run.mode_of(tmp_path) == ""
    assert summarize(run.merge_parts(tmp_path, "")).keys() == FIGURES.keys()


def test_how_the_others_were_run_last_is_known(tmp_path, document):
    leave(tmp_path, document, "quick")
    assert run.mode_of(tmp_path) == "quick"
