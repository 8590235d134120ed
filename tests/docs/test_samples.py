"""What the README and the guides show is what happens."""

import os
import pathlib
import re
import shlex
import signal
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from samples import samples  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
MUSTER = pathlib.Path(os.environ.get("MUSTER_BIN", ROOT / "build/muster")).resolve()
PROGRAMS = pathlib.Path(os.environ.get("MUSTER_SAMPLES", ROOT / "build/tests/docs")).resolve()
ALL = samples(ROOT)


def of_kind(kind):
    chosen = [sample for sample in ALL if sample.kind == kind]
    return pytest.mark.parametrize("sample", chosen, ids=[sample.name for sample in chosen])


# A sanitizer's runtime is preloaded for Python and its module; programs bring
# their own, and curl wants none.
PROGRAM_ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "LD_PRELOAD"}


def run(command, directory, environment=PROGRAM_ENVIRONMENT):
    done = subprocess.run(
        command, cwd=directory, env=environment, capture_output=True, text=True, timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def store(tmp_path):
    """A folder whose var/db holds the project's own catalog."""
    run([MUSTER, "import", "--db", "var/db", ROOT / "data/catalog.json"], tmp_path)
    return tmp_path


@pytest.fixture
def server(store):
    """`muster serve` over that store; its address."""
    process = subprocess.Popen(
        [MUSTER, "serve", "--db", "var/db", "--listen", "127.0.0.1:0"],
        cwd=store, env=PROGRAM_ENVIRONMENT, stdout=subprocess.PIPE, text=True,
    )
    try:
        yield process.stdout.readline().split()[-1]
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0


def session(text):
    """The commands of a console session, each with what follows it."""
    for block in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, output = block.partition("\n")
        yield command, output.strip()


def test_there_are_samples_of_every_kind():
    assert {sample.kind for sample in ALL} == {"run", "curl", "shell", "compile"}


@of_kind("run")
def test_a_program_prints_what_stands_beside_it(sample, tmp_path):
    if sample.language == "python":
        output = run([sys.executable, "-c", sample.text], tmp_path, os.environ)
    else:
        output = run([PROGRAMS / sample.name], tmp_path)
    assert output == sample.output


@of_kind("compile")
def test_a_fragment_was_compiled(sample):
    assert (PROGRAMS / f"{sample.name}.cc").read_text(encoding="utf-8") == sample.text


@of_kind("curl")
def test_the_curl_session_gives_what_it_prints(sample, server):
    for command, output in session(sample.text):
        words = shlex.split(command.replace("http://127.0.0.1:8080", server))
        assert run(words, None) == output, command


@of_kind("shell")
def test_the_shell_session_gives_what_it_prints(sample, store):
    for command, output in session(sample.text):
        words = shlex.split(command.replace("build/muster", str(MUSTER)))
        assert run(words, store).strip() == output, command
