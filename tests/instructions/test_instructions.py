"""What a call costs in instructions, which does not depend on the weather.

The counts are kept in counts.json. One that grew by more than a tenth fails. Where
that is meant, or a count has become smaller, refresh the file and commit it:

    MUSTER_REFRESH_COUNTS=1 ctest --test-dir build -R instructions
"""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

KEPT = Path(__file__).with_name("counts.json")
PROGRAM = os.environ["MUSTER_MEASURED"]
CALLS = ["page50", "page500", "snapshot", "whoami", "etag_304"]
ROUNDS = 1000
REFRESH = "MUSTER_REFRESH_COUNTS" in os.environ


def count(call, directory):
    """The instructions of one call, with the loop around it."""
    run = subprocess.run(
        [
            "valgrind", "--tool=callgrind", "--instr-atstart=no", "--collect-atstart=no",
            f"--callgrind-out-file={directory}/out", PROGRAM, call, str(ROUNDS),
        ],
        capture_output=True, text=True,
    )
    assert run.returncode == 0, run.stderr
    collected = re.search(r"Collected *: (\d+)", run.stderr)
    assert collected, run.stderr
    return round(int(collected[1]) / ROUNDS)


@pytest.mark.parametrize("call", CALLS)
def test_a_call_takes_no_more_than_a_tenth_over_what_is_kept(call, tmp_path):
    kept = json.loads(KEPT.read_text())
    counted = count(call, tmp_path)
    print(f"{call}: {counted} instructions, kept: {kept.get(call)}")
    if REFRESH:
        kept[call] = counted
        KEPT.write_text(json.dumps(kept, indent=2, sort_keys=True) + "\n")
        return
    assert counted <= 1.1 * kept[call], (
        f"{call} takes {counted} instructions, {KEPT.name} has {kept[call]}: find what it"
        " does more, or refresh the file as test_instructions.py says"
    )


def test_counting_again_gives_the_same(tmp_path):
    first = count("snapshot", tmp_path)
    assert count("snapshot", tmp_path) == first
