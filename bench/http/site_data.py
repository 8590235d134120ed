"""What is asked for and what must come: pages of 50 of 100,000 hosts at random
offsets, made of the rows without Muster."""

import json
import pathlib
import random
import subprocess

HOSTS = 100000
LIMIT = 50
REQUESTS = 4096


def page(rows, offset):
    """The body of the answer, as bytes."""
    some = rows[offset:offset + LIMIT]
    return (
        b'{"status":"success","data":{"data":[' + b",".join(some) + b'],"pagination":'
        + json.dumps({"total": len(rows), "limit": LIMIT, "offset": offset,
                      "count": len(some)}, separators=(",", ":")).encode() + b"}}"
    )


def target(offset):
    return f"/v1/hosts?limit={LIMIT}&offset={offset}"


def mean_page(rows, offsets):
    """Of the pages asked for, the one whose length is nearest to their mean: what a
    constant has to be in order to send as many bytes."""
    lengths = [len(page(rows, offset)) for offset in offsets]
    mean = sum(lengths) / len(lengths)
    nearest = min(range(len(offsets)), key=lambda i: (abs(lengths[i] - mean), offsets[i]))
    return page(rows, offsets[nearest])


class Site:
    """The store, the constant, and the targets, each a path in a directory."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.store = self.directory / "store"
        self.constant = self.directory / "page.json"
        self.targets = self.directory / "targets.txt"
        self.rows = []
        self.offsets = []

    def take(self, rows):
        """The rows as bytes, and offsets that are the same in every run."""
        self.rows = rows
        self.offsets = random.Random(50).choices(range(len(rows) - LIMIT + 1), k=REQUESTS)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.constant.write_bytes(mean_page(rows, self.offsets))
        self.targets.write_text("".join(target(x) + "\n" for x in self.offsets))

    def make(self, programs):
        """All of it, from the data set that the other benchmarks have."""
        rows = subprocess.run([programs / "bench_rows", str(HOSTS)], check=True,
                              stdout=subprocess.PIPE).stdout
        self.take(rows.splitlines())
        document = self.directory / "catalog.json"
        document.write_bytes(b'{"hosts":[' + b",".join(self.rows) + b"]}")
        subprocess.run([programs.parent / "muster", "import", document, "--db", self.store],
                       check=True)
        document.unlink()

    def expected(self, offset):
        return page(self.rows, offset)
