"""Runs the benchmarks and writes results.json and summary.json; after a full run
also docs/benchmarks.md.

    run.py [--quick | --go | --http] PROGRAMS

PROGRAMS is the folder that has the programs bench_*; everything but the document
is written there.
"""

import argparse
import json
import pathlib
import platform
import shutil
import subprocess
import sys
import time

import bounds
import report
import summary
from results import MissingScenario, Results, merge

ROOT = pathlib.Path(__file__).resolve().parents[1]

# For each scenario seconds a repetition and how many repetitions: in full, and
# in quick mode.
SCENARIOS = {
    "pages": ((0.05, 7), (0.03, 5)),
    "snapshots": ((0.2, 5), (0.1, 5)),
    "whoami": ((0.2, 9), (0.1, 7)),
    "conditional": ((0.2, 9), (0.1, 7)),
    "opening": ((0, 5), (0, 3)),
    "updates": ((0.3, 5), None),
    # Each repetition is a round of some seconds, as the programs have them.
    "durable": ((0, 7), (0, 5)),
    "relaxed": ((0, 7), (0, 5)),
    "events": ((0, 5), (0, 5)),
    "reading": ((0, 7), (0, 5)),
}
GO_SIZES = (1000, 10000, 100000, 1000000)


def machine():
    """What the machine is, without its name."""

    def first(path, key, default=""):
        with open(path, encoding="utf-8") as file:
            found = (line.split(":")[1].strip() for line in file if line.startswith(key))
            return next(found, default)

    return {
        "cpu": first("/proc/cpuinfo", "model name", platform.machine()),
        "memory_gib": round(int(first("/proc/meminfo", "MemTotal").split()[0]) / 2**20),
        "kernel": f"{platform.system()} {platform.release()}",
    }


def read(path):
    if not path.exists():
        raise MissingScenario(f"there is no {path.name}: make bench")
    return json.loads(path.read_text(encoding="utf-8"))


def write(path, document):
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def run(command):
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"{done.stderr}\nbench: {pathlib.Path(command[0]).name} failed")


def run_scenario(programs, scenario, seconds, repetitions, quick):
    part = programs / f"{scenario}.json"
    part.unlink(missing_ok=True)
    stores = programs / "stores"
    begin = time.monotonic()
    run([
        programs / f"bench_{scenario}", f"--directory={stores}",
        *(["--quick"] if quick else []),
        f"--benchmark_min_time={seconds}", f"--benchmark_repetitions={repetitions}",
        "--benchmark_enable_random_interleaving=true",
        f"--benchmark_out={part}", "--benchmark_out_format=json",
    ])
    shutil.rmtree(stores)
    print(f"{scenario}: {time.monotonic() - begin:.0f} s", flush=True)


def run_go(programs):
    """A process for each length of list, so that no collector walks another's."""
    begin = time.monotonic()
    rows = programs / "hosts.jsonl"
    part = programs / "go-part.json"
    parts = []
    for size in GO_SIZES:
        with open(rows, "wb") as file:
            subprocess.run([programs / "bench_rows", str(size)], stdout=file, check=True)
        run([programs / "bench_go", part, rows])
        parts.append(read(part))
    rows.unlink()
    part.unlink()
    write(programs / "go.json", merge(parts))
    print(f"go-memdb: {time.monotonic() - begin:.0f} s", flush=True)


def run_http(programs):
    """Says by itself how far it is."""
    begin = time.monotonic()
    measure = ROOT / "bench" / "http" / "measure.py"
    if subprocess.run([sys.executable, "-B", measure, programs], check=False).returncode:
        sys.exit(1)
    print(f"http: {time.monotonic() - begin:.0f} s", flush=True)


def parts_of(programs, mode):
    """What belongs together: the scenarios of a run in that mode, or none of them, and
    what the servers and go-memdb came to if that was ever measured here."""
    parts = []
    if mode:
        names = [name for name, modes in SCENARIOS.items() if modes[mode == "quick"]]
        parts = [read(programs / f"{name}.json") for name in names]
    http = programs / "http.json"
    if http.exists():
        parts.append(read(http))
    go = programs / "go.json"
    if go.exists() and mode == "full":
        part = read(go)
        part["context"]["go_date"] = part["context"].pop("date")
        parts.append(part)
    return parts


def merge_parts(programs, mode):
    """results.json."""
    document = merge(parts_of(programs, mode))
    for key in ("executable", "host_name"):
        document["context"].pop(key, None)
    document["context"].update(machine())
    write(programs / "results.json", document)
    return Results(document)


def write_summary(programs, results):
    figures = summary.summarize(results)
    write(programs / "summary.json", figures)
    bounds.show(figures)


def mode_of(programs):
    """How the scenarios were run last: "full", "quick", or "" for not at all."""
    pages = programs / "pages.json"
    return read(pages)["context"]["mode"] if pages.exists() else ""


def measure(arguments, programs):
    """Measures what is asked for; the mode of the run that it belongs to."""
    if arguments.http:
        run_http(programs)
        return mode_of(programs)
    if arguments.go:
        run_go(programs)
        return mode_of(programs)
    for scenario, modes in SCENARIOS.items():
        if modes[arguments.quick]:
            run_scenario(programs, scenario, *modes[arguments.quick], arguments.quick)
    return "quick" if arguments.quick else "full"


def main():
    parser = argparse.ArgumentParser(description="runs the benchmarks")
    parser.add_argument("--quick", action="store_true", help="all figures in two minutes")
    parser.add_argument("--go", action="store_true", help="only the peer in Go")
    parser.add_argument("--http", action="store_true", help="only the HTTP servers")
    parser.add_argument("programs", type=pathlib.Path)
    arguments = parser.parse_args()
    programs = arguments.programs.resolve()
    mode = measure(arguments, programs)
    if arguments.go and mode != "full":
        print("go-memdb is kept until `make bench` has measured the others")
        return
    try:
        results = merge_parts(programs, mode)
        if mode == "full":
            report.write(results, ROOT / "docs")
        elif arguments.http:
            print("docs/benchmarks.md gets it when `make bench` has measured the others")
        write_summary(programs, results)
    except MissingScenario as missing:
        sys.exit(f"bench: {missing}")


if __name__ == "__main__":
    main()
