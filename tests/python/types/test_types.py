"""The stubs: sound, true of the package, and enough for the examples."""

import os
import pathlib
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
BINDING = ROOT / "bindings/python"


@pytest.fixture
def stubs(tmp_path):
    """A folder with the stubs alone: of what lies beside them mypy takes nothing."""
    (tmp_path / "stubs/muster").mkdir(parents=True)
    shutil.copy(BINDING / "muster/__init__.pyi", tmp_path / "stubs/muster")
    return tmp_path / "stubs"


def run(stubs, *words):
    done = subprocess.run(
        [sys.executable, "-P", "-m", *words],
        cwd=stubs.parent,
        env={**os.environ, "MYPYPATH": str(stubs)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_stubs_are_true_of_the_package(stubs):
    allowed = pathlib.Path(__file__).with_name("stubtest-allowlist.txt")
    run(stubs, "mypy.stubtest", "muster", "--allowlist", allowed)


def test_stubs_are_sound_and_the_examples_keep_to_them(stubs):
    examples = sorted((BINDING / "examples").glob("*.py"))
    assert len(examples) == 5
    run(stubs, "mypy", "--strict", stubs / "muster/__init__.pyi", *examples)
