"""summary.json: the figures that Muster is held to, a flat object.

    summary.py RESULTS SUMMARY
"""

import json
import sys

import over_http
from results import MissingScenario, Results

_RANDOM = {"limit": 50, "at": "random"}


def _page(results, peer, hosts=100000, limit=50, at="random"):
    return results.cpu_ns("pages", hosts=hosts, limit=limit, at=at, peer=peer)


def _largest(results, scenario, parameter, **others):
    found = results.values(scenario, parameter, **others)
    if not found:
        raise MissingScenario(f"no results for {scenario} of any number of {parameter}")
    return found[-1]


def _over_memcpy(limit):
    return lambda r: _page(r, "muster", limit=limit) / _page(r, "memcpy", limit=limit)


def _over_muster(peer, at):
    """A peer's time until its answer can be sent, over that of Muster."""
    return lambda r: _page(r, peer, at=at) / _page(r, "muster_spans", at=at)


def _large_over_small(results):
    hosts = _largest(results, "pages", "hosts", peer="muster_spans", **_RANDOM)
    return _page(results, "muster_spans", hosts) / _page(results, "muster_spans", 1000)


def _snapshot(threads):
    """The dearest of those beside a writer."""
    return lambda r: max(
        r.cpu_ns("snapshots", writer=writer, peer=peer, threads=threads)
        for writer in ("1000", "full")
        for peer in ("muster", "muster_in_memory")
    )


def _whoami(results):
    users = _largest(results, "whoami", "users", key="known", peer="muster")
    return results.cpu_ns("whoami", users=users, key="known", peer="muster")


_CALLERS = {"hosts": 100000, "callers": 64, "peer": "sqlite"}


def _round(field, scenario, **parameters):
    """The median over the rounds of a number that was measured in each."""
    return lambda r: r.median(field, scenario, **parameters)


def _one_caller(batch):
    return _round("over_peer", "durable", hosts=100000, callers=1, batch=batch, peer="lmdb")


def _reading(results):
    """The dearer of the two ways to write."""
    return max(
        results.median("over_idle", "reading", hosts=100000, writer=writer)
        for writer in ("durable", "relaxed")
    )


FIGURES = {
    "page50_copy_over_memcpy": _over_memcpy(50),
    "page500_copy_over_memcpy": _over_memcpy(500),
    "page50_spans_ns": lambda r: _page(r, "muster_spans"),
    "page500_spans_ns": lambda r: _page(r, "muster_spans", limit=500),
    "page50_1M_over_1k": _large_over_small,
    "sqlite_over_muster_first": _over_muster("sqlite", "first"),
    "sqlite_over_muster_deep": _over_muster("sqlite", "middle"),
    "lmdb_rapidjson_over_muster_first": _over_muster("lmdb_rapidjson", "first"),
    "snapshot_ns_1": _snapshot(1),
    "snapshot_ns_2": _snapshot(2),
    "whoami_ns": _whoami,
    "etag_304_ns": lambda r: r.cpu_ns("conditional", hosts=100000, peer="muster"),
    "open_1m_hosts_s": lambda r: r.real_ns("opening", hosts=1000000, peer="muster") / 1e9,
    "bytes_per_host": lambda r: r.median(
        "bytes_per_host", "opening", hosts=1000000, peer="muster"
    ),
    "durable_updates_64_callers_over_sqlite": _round("over_peer", "durable", **_CALLERS),
    "durable_updates_64_callers_per_s": _round("muster_per_s", "durable", **_CALLERS),
    "durable_async_over_sqlite": _round("async_over_peer", "durable", **_CALLERS),
    "durable_batch1000_over_lmdb": _one_caller(1000),
    "durable_single_over_lmdb": _one_caller(1),
    "relaxed_single_over_lmdb_nosync": _round(
        "over_peer", "relaxed", hosts=100000, peer="lmdb_nosync"
    ),
    "events_over_lmdb_puts": _round(
        "over_peer", "events", sandboxes=1000000, batch=100, peer="lmdb_nosync"
    ),
    "read_under_write_over_idle": _reading,
    "update_1M_over_1k": _round(
        "large_over_small", "relaxed", hosts=1000000, peer="muster_1000"
    ),
    **over_http.FIGURES,
}


def measured_figures(results):
    """The figures of `make bench-http` stand beside the others where that has run, and
    alone where only that has."""
    if not results.measured("http"):
        return {name: figure for name, figure in FIGURES.items()
                if name not in over_http.FIGURES}
    return FIGURES if results.measured("pages") else over_http.FIGURES


def summarize(results):
    """Name to number, for every name; MissingScenario says what is not there."""
    summary = {}
    for name, figure in measured_figures(results).items():
        try:
            summary[name] = float(f"{figure(results):.4g}")
        except MissingScenario as missing:
            raise MissingScenario(f"{name}: {missing}") from None
    return summary


def main():
    try:
        summary = summarize(Results.load(sys.argv[1]))
    except MissingScenario as missing:
        sys.exit(f"summary.py: {missing}")
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        json.dump(summary, file, indent=2)
        file.write("\n")


if __name__ == "__main__":
    main()
