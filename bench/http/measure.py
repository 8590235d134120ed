"""Measures HTTP servers in turn and writes http.json into PROGRAMS; with --only, which
is for looking into one, http-only.json.

    measure.py [--rounds N] [--seconds S] [--only NAME]… PROGRAMS

The server has the one core and wrk the other. Each round asks every server, in
random order but a group beside each other, and gives each group its ratios.
"""

import argparse
import datetime
import json
import pathlib
import random
import re
import shutil
import subprocess
import sys
import time

import check
from servers import ServerFault, groups, make_servers
from site_data import Site

HERE = pathlib.Path(__file__).resolve().parent
SERVER_CORE, LOAD_CORE = 1, 0
CONNECTIONS = 64  # kConnections of site.h


def load(server, site, seconds):
    """One run of wrk; what it printed, with the server's time on the processor."""
    before = server.cpu_ns()
    done = subprocess.run(
        ["taskset", "-c", str(LOAD_CORE), "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s",
         "-s", HERE / "wrk.lua", f"http://127.0.0.1:{server.port}/", "--", site.targets],
        stdout=subprocess.PIPE, text=True, check=True)
    cpu_ns = server.cpu_ns() - before
    return measured(server.name, json.loads(done.stdout.splitlines()[-1]), cpu_ns)


def measured(name, said, cpu_ns):
    """The numbers of a run, in Google Benchmark's form."""
    if said["errors"] or not said["requests"]:
        raise ServerFault(f"{name}: {said['errors']} errors in {said['requests']} requests")
    wall_ns = said["duration_us"] * 1e3
    return {
        "run_name": f"http/server:{name}", "run_type": "iteration", "threads": 1,
        "real_time": wall_ns / said["requests"], "cpu_time": cpu_ns / said["requests"],
        "time_unit": "ns", "per_s": said["requests"] / (wall_ns / 1e9),
        "p99_us": said["p99_us"], "busy": cpu_ns / wall_ns,
        "bytes": said["bytes"] / said["requests"],
    }


def compare(ours, peer):
    """Puts the ratios of a round beside our numbers."""
    ours["over_peer"] = ours["per_s"] / peer["per_s"]
    ours["cpu_over_peer"] = ours["cpu_time"] / peer["cpu_time"]
    ours["p99_over_peer"] = ours["p99_us"] / peer["p99_us"]


def run_round(servers, wanted, site, seconds):
    runs = []
    for group in random.sample(wanted, len(wanted)):
        by_name = {}
        for name in random.sample(group, len(group)):
            with servers[name] as server:
                by_name[name] = load(server, site, seconds)
        compare(*(by_name[name] for name in group[:2]))
        runs += by_name.values()
    return runs


def version(*command):
    """The first number of what a program says about itself."""
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"\d+(\.\d+)+", said.stdout + said.stderr)
    return found.group() if found else ""


def context(arguments):
    return {
        "http_date": datetime.datetime.now(datetime.timezone.utc).isoformat("T", "seconds"),
        "http_rounds": arguments.rounds, "http_seconds": arguments.seconds,
        "http_connections": CONNECTIONS,
        "nginx_version": version("nginx", "-v"), "wrk_version": version("wrk", "-v"),
    }


def measure(arguments, site):
    site.make(arguments.programs)
    servers = make_servers(arguments.programs, site, SERVER_CORE)
    wanted = [group for group in groups(servers) if group[0] in (arguments.only or servers)]
    for group in wanted:
        check.check_group([servers[name] for name in group], site)
    print("http: every server answers as it must", flush=True)
    runs = []
    for number in range(1, arguments.rounds + 1):
        begin = time.monotonic()
        runs += run_round(servers, wanted, site, arguments.seconds)
        print(f"http, round {number} of {arguments.rounds}: {time.monotonic() - begin:.0f} s",
              flush=True)
    return {"context": context(arguments), "benchmarks": runs}


def main():
    parser = argparse.ArgumentParser(description="measures HTTP servers in turn")
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--only", action="append", help="an adapter, or serve")
    parser.add_argument("programs", type=pathlib.Path)
    arguments = parser.parse_args()
    arguments.programs = arguments.programs.resolve()
    site = Site(arguments.programs / "http-site")
    shutil.rmtree(site.directory, ignore_errors=True)
    try:
        document = measure(arguments, site)
    except (ServerFault, subprocess.CalledProcessError, OSError) as fault:
        sys.exit(f"bench-http: {fault}")
    finally:
        shutil.rmtree(site.directory, ignore_errors=True)
    path = arguments.programs / ("http-only.json" if arguments.only else "http.json")
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
