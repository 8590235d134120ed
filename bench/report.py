"""docs/benchmarks.md and its plots, generated from results.json.

    report.py RESULTS DOCS

The same results give the same bytes.
"""

import pathlib
import sys

import bounds
import over_http
import summary
from results import MissingScenario, Results
from units import count_text, table, time_text

TEXT = pathlib.Path(__file__).with_name("report.md")

PAGE_PEERS = {
    "muster_spans": "Muster, body left where it lies",
    "muster": "Muster, body copied out",
    "memcpy": "memcpy of the finished answer",
    "vector_of_strings": "`std::vector` of rows, append",
    "lmdb_json": "LMDB, rows kept as JSON",
    "lmdb_rapidjson": "LMDB, binary rows, RapidJSON",
    "sqlite": "SQLite, RapidJSON",
    "rocksdb": "RocksDB, rows kept as JSON",
    "go_memdb": "go-memdb, encoding/json",
}
SNAPSHOT_PEERS = {
    "muster": "Muster, store on disk",
    "muster_in_memory": "Muster, store in memory",
    "lmdb_renew": "LMDB, renewed read transaction",
    "atomic_shared_ptr": "`std::atomic<std::shared_ptr>`",
    "locked_shared_ptr": "`std::shared_ptr` under a mutex",
    "bare_pointer": "bare atomic pointer, never freed",
}
WHOAMI_PEERS = {
    "muster": "Muster", "lmdb": "LMDB, binary rows, RapidJSON", "sqlite": "SQLite, RapidJSON",
}
# What is written, as rounds of Muster and a peer: the scenario and its parameters, the
# field that has Muster's rate, its ratio, the peer, and what the row is.
_CALLERS = ("durable", {"hosts": 100000, "callers": 64, "peer": "sqlite"})


def _one_caller(batch):
    return ("durable", {"hosts": 100000, "callers": 1, "batch": batch, "peer": "lmdb"})


WRITES = [
    (_CALLERS, "muster_per_s", "over_peer", "SQLite, WAL, `synchronous=FULL`",
     "64 threads wait for an update each, durable"),
    (_CALLERS, "async_per_s", "async_over_peer", "SQLite, the same 64 threads",
     "one thread with 1,000 updates under way, durable"),
    (_one_caller(1), "muster_per_s", "over_peer", "LMDB, binary rows",
     "one thread, an update at a time, durable"),
    (_one_caller(1000), "muster_per_s", "over_peer", "LMDB, binary rows",
     "one thread, 1,000 updates a batch, durable"),
    (("relaxed", {"hosts": 100000, "peer": "lmdb_nosync"}), "muster_per_s", "over_peer",
     "LMDB, `MDB_NOSYNC`", "one thread, an update at a time, relaxed"),
    (("events", {"sandboxes": 1000000, "batch": 100, "peer": "lmdb_nosync"}), "muster_per_s",
     "over_peer", "LMDB, `MDB_NOSYNC`, two puts", "sandbox events, 100 a batch, relaxed"),
]
DURABILITIES = {"durable": "durable updates", "relaxed": "relaxed updates"}
POSITIONS = {"first": "first", "middle": "middle", "last": "last", "random": "random"}
WRITERS = {"none": "nobody writes", "1000": "1,000 a second", "full": "full speed"}


def plain(labels):
    return {peer: label.replace("`", "") for peer, label in labels.items()}


class Report:
    def __init__(self, results):
        self.r = results
        self.page_peers = {
            peer: label for peer, label in PAGE_PEERS.items()
            if peer != "go_memdb" or results.has("pages", hosts=100000, limit=50, at="first",
                                                 peer="go_memdb")
        }

    def page_ns(self, peer, hosts=100000, limit=50, at="random"):
        return self.r.cpu_ns("pages", hosts=hosts, limit=limit, at=at, peer=peer)

    def sizes(self):
        return self.r.values("pages", "hosts", limit=50, at="random", peer="muster")

    # --- Tables ---

    def machine(self):
        c = self.r.context
        caches = {f"L{x['level']}": x["size"] for x in c["caches"] if x["type"] != "Instruction"}
        sizes = ", ".join(f"{level} {size // 1024:,} KiB" for level, size in caches.items())
        go = f", Go {c['go_version'].removeprefix('go')}" if "go_version" in c else ""
        rows = [
            ("processor", f"{c['cpu']}, {c['num_cpus']} cores, {sizes}"),
            ("memory", f"{c['memory_gib']} GiB"),
            ("kernel", c["kernel"]),
            ("compiler", f"{c['compiler']}, `-O2`"),
            ("libraries", f"Google Benchmark {c['benchmark_version']}, "
                          f"{c['lmdb_version'].split(':')[0]}, SQLite {c['sqlite_version']}, "
                          f"RocksDB {c['rocksdb_version']}, Abseil {c['abseil_version']}{go}"),
            ("date", c["date"][:10] + (f"; go-memdb {c['go_date'][:10]}" if go else "")),
        ]
        lines = ["| | |", "| --- | --- |"] + [f"| {name} | {value} |" for name, value in rows]
        return "\n".join(lines)

    def figures(self):
        figures = summary.summarize(self.r)
        all_bounds = bounds.applying(figures, bounds.load_bounds())
        held = bounds.hold(figures, all_bounds)
        rows = [
            (f"`{name}`: {all_bounds[name]['meaning']}", bounds.number(value), bound,
             {True: "yes", False: "**no**", None: ""}[holds])
            for name, value, bound, holds in held
        ]
        notes = [
            f"\n`{name}`: {bound['note']}" for name, bound in all_bounds.items() if "note" in bound
        ]
        return "\n".join([table(("figure", "measured", "bound", "holds"), rows), *notes])

    def positions(self, limit):
        rows = [
            (label, *(time_text(self.page_ns(peer, limit=limit, at=at)) for at in POSITIONS))
            for peer, label in self.page_peers.items()
        ]
        return table((f"{limit} rows of 100,000", *POSITIONS.values()), rows)

    def lengths(self):
        rows = [
            (label, *(time_text(self.page_ns(peer, hosts)) for hosts in self.sizes()))
            for peer, label in self.page_peers.items()
        ]
        return table(("50 rows, random", *map(count_text, self.sizes())), rows)

    def snapshots(self):
        head = ["a call and thread"]
        head += [f"{text}: {threads}" for text in WRITERS.values() for threads in (1, 2)]
        rows = [
            (label, *(
                self.snapshot_text(peer, writer, threads)
                for writer in WRITERS for threads in (1, 2)
            ))
            for peer, label in SNAPSHOT_PEERS.items()
        ]
        return table(head, rows)

    def snapshot_text(self, peer, writer, threads):
        if writer == "full" and not peer.startswith("muster"):
            return ""  # Muster alone is asked for it
        return time_text(self.snapshot_ns(peer, writer, threads))

    def snapshot_ns(self, peer, writer, threads):
        return self.r.cpu_ns("snapshots", writer=writer, peer=peer, threads=threads)

    def published(self):
        rows = []
        for peer in ("muster", "muster_in_memory"):
            rates = [
                self.r.median("published_per_s", "snapshots", writer=writer, peer=peer)
                for writer in ("1000", "full")
            ]
            rows.append((SNAPSHOT_PEERS[peer], *map(count_text, rates)))
        return table(("versions published a second beside one reader", "at 1,000", "full speed"),
                     rows)

    def whoami(self):
        users = self.r.values("whoami", "users", key="known", peer="muster")[-1]
        rows = [
            (label, *(
                time_text(self.r.cpu_ns("whoami", users=users, key=key, peer=peer))
                for key in ("known", "unknown")
            ))
            for peer, label in WHOAMI_PEERS.items()
        ]
        return table((f"one of {users:,} users", "known key", "unknown key"), rows)

    def requests(self):
        rows = [
            ("`GET /v1/hosts` that ends in 304, of 100,000 hosts",
             time_text(self.r.cpu_ns("conditional", hosts=100000, peer="muster"))),
            ("`GET /v1/hosts`, 50 rows, two threads at once",
             time_text(self.r.cpu_ns("pages", hosts=100000, limit=50, at="random",
                                     peer="muster_spans", threads=2))),
        ]
        return table(("request", "a call and thread"), rows)

    def opening(self):
        rows = [
            (f"{hosts:,} hosts", time_text(self.r.real_ns("opening", hosts=hosts, peer="muster")),
             bounds.number(self.r.median("bytes_per_host", "opening", hosts=hosts,
                                         peer="muster")))
            for hosts in self.r.values("opening", "hosts", peer="muster")
        ]
        return table(("a store of", "`Catalog::Open`", "bytes a host"), rows)

    def updates(self):
        peers = {
            "muster": "Muster, durable", "lmdb_json": "LMDB, rows kept as JSON, durable",
            "lmdb_rapidjson": "LMDB, binary rows, durable",
            "sqlite": "SQLite, WAL, `synchronous=FULL`", "rocksdb": "RocksDB, WAL, `sync`",
        }
        if "go_memdb" in self.page_peers:
            peers["go_memdb"] = "go-memdb, in memory, **not** durable"
        rows = [
            (label, *(time_text(self.r.real_ns("updates", hosts=100000, batch=batch, peer=peer))
                      for batch in (1, 1000)))
            for peer, label in peers.items()
        ]
        return table(("a batch, on the wall", "1 host", "1,000 hosts"), rows)

    def write_rates(self):
        """What is written, Muster's rate, the peer's name and rate, and the ratio."""
        for (scenario, parameters), field, ratio, peer, label in WRITES:
            ours, theirs, over = (
                self.r.median(name, scenario, **parameters)
                for name in (field, "peer_per_s", ratio)
            )
            yield label, ours, peer, theirs, over

    def writes(self):
        rows = [
            (label, count_text(ours), count_text(theirs), bounds.number(over), peer)
            for label, ours, peer, theirs, over in self.write_rates()
        ]
        return table(("a second", "Muster", "peer", "ratio", "the peer is"), rows)

    def sizes_of_updates(self):
        rates = [
            self.r.median(field, "relaxed", hosts=1000000, peer="muster_1000")
            for field in ("small_per_s", "large_per_s")
        ]
        return table(("relaxed updates a second", "of 1,000 hosts", "of 1,000,000"),
                     [("Muster, one thread", *map(count_text, rates))])

    def reading(self):
        rows = [
            (label, *(
                time_text(self.r.median(field, "reading", hosts=100000, writer=writer))
                for field in ("idle_ns", "beside_writer_ns")
            ), count_text(self.r.median("updates_per_s", "reading", hosts=100000, writer=writer)))
            for writer, label in DURABILITIES.items()
        ]
        return table(("a page of 50, copied, beside", "nobody writes", "somebody does",
                      "updates a second"), rows)

    # --- Plots ---

    def plot(self, directory):
        import plots  # here, so that the text can be made without Matplotlib

        directory.mkdir(parents=True, exist_ok=True)
        labels = plain(self.page_peers)
        plots.lines(directory / "length.svg", "A page of 50 at random offsets",
                    "hosts in the list",
                    {peer: [(n, self.page_ns(peer, n)) for n in self.sizes()]
                     for peer in self.page_peers}, labels, self.sizes())
        offsets = {100: "100", 1000: "1000", 10000: "10000", 50000: "middle", 99950: "last"}
        plots.lines(directory / "offset.svg", "A page of 50 of 100,000 hosts", "offset",
                    {peer: [(x, self.page_ns(peer, at=at)) for x, at in offsets.items()]
                     for peer in self.page_peers}, labels, [100, 1000, 10000, 100000])
        panels = [
            (heading, {peer: [(t, self.snapshot_ns(peer, writer, t)) for t in (1, 2)]
                       for peer in SNAPSHOT_PEERS})
            for writer, heading in (("none", "nobody writes"),
                                    ("1000", "a writer, 1,000 versions a second"))
        ]
        plots.threads(directory / "threads.svg", "Taking a snapshot and dropping it, CPU time",
                      panels, plain(SNAPSHOT_PEERS))
        plots.rates(directory / "writes.svg", "Updates and events a second", [
            (label, ours, peer.split(",")[0], theirs)
            for label, ours, peer, theirs, _ in self.write_rates()
        ])


def render(results):
    """The page's text."""
    report = Report(results)
    fields = {
        "machine": report.machine(), "figures": report.figures(),
        "positions50": report.positions(50), "positions500": report.positions(500),
        "lengths": report.lengths(), "snapshots": report.snapshots(),
        "published": report.published(), "whoami": report.whoami(),
        "requests": report.requests(),
        "opening": report.opening(), "updates": report.updates(),
        "writes": report.writes(), "sizes_of_updates": report.sizes_of_updates(),
        "reading": report.reading(), "http": over_http.section(results),
    }
    text = TEXT.read_text(encoding="utf-8")
    for name, value in fields.items():
        text = text.replace("{{" + name + "}}", value)
    return text


def write(results, docs):
    if results.context["mode"] != "full":
        raise MissingScenario("these are the results of a quick run: make bench")
    (docs / "benchmarks.md").write_text(render(results), encoding="utf-8")
    Report(results).plot(docs / "benchmarks")


def main():
    try:
        write(Results.load(sys.argv[1]), pathlib.Path(sys.argv[2]))
    except MissingScenario as missing:
        sys.exit(f"report.py: {missing}")


if __name__ == "__main__":
    main()
