"""The scripts of bench/, and a full run that was recorded, a repetition each."""

import copy
import json
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
BENCH = HERE.parents[1] / "bench"
sys.path[:0] = [str(BENCH), str(BENCH / "http")]

RECORDED = json.loads((HERE / "results.json").read_text(encoding="utf-8"))


@pytest.fixture
def document():
    """results.json as the test may change it."""
    return copy.deepcopy(RECORDED)


def runs_of(document, *parts):
    """The runs whose names have all of these parts."""
    return [
        run for run in document["benchmarks"]
        if all(part in run["run_name"].split("/") for part in parts)
    ]


@pytest.fixture
def without(document):
    """A function that takes runs out of results.json."""

    def remove(*parts):
        gone = runs_of(document, *parts)
        assert gone, f"the recorded run has no {parts}"
        document["benchmarks"] = [run for run in document["benchmarks"] if run not in gone]
        return document

    return remove
