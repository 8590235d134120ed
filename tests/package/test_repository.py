"""What holds for every file that is under version control."""

import os
import re
import subprocess
from pathlib import Path

TOP = Path(os.environ["MUSTER_SOURCE_DIR"])
MAX_LINES = 500
SOURCES = {".h", ".c", ".cc", ".py", ".pyi", ".mjs", ".sh", ".cmake"}

# Written so that this file does not match itself.
REGISTRY = re.compile(
    r"registry[.]npmjs|registry[.]yarnpkg|pypi[.]org|pythonhosted[.]org|deb[.]debian[.]org"
    r"|security[.]debian|crates[.]io|proxy[.]golang|conan[.]io",
    re.IGNORECASE,
)
MACHINE = re.compile(r"(?<![\w.~/-])/(home|root|Users|work|mnt)/\w")


def files():
    """Path and text of each file; those that are not text are left out."""
    # Whoever owns the checkout: nothing of the repository is run here.
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z"],
        cwd=TOP, check=True, capture_output=True, text=True,
    ).stdout
    for name in listed.split("\0"):
        path = TOP / name
        if name and path.is_file():
            try:
                yield name, path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                pass


def lines_matching(pattern):
    return [
        f"{name}:{number}: {line.strip()[:100]}"
        for name, text in files()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def test_there_are_files():
    assert "engine/include/muster/catalog.h" in dict(files())


def test_no_source_file_is_longer_than_a_reader_can_hold():
    long = {
        name: text.count("\n")
        for name, text in files()
        if Path(name).suffix in SOURCES and text.count("\n") > MAX_LINES
    }
    assert long == {}


def test_no_file_names_a_package_registry():
    assert lines_matching(REGISTRY) == []


def test_no_file_names_a_place_on_one_machine():
    assert lines_matching(MACHINE) == []


def test_every_text_file_ends_with_a_newline():
    # The golden answers of the contract are bytes, and have none.
    bare = [
        name for name, text in files()
        if text and not text.endswith("\n") and not name.startswith("data/contract/")
    ]
    assert bare == []


def test_no_line_ends_with_white_space():
    sources = re.compile(r"[ \t]+$")
    found = [
        f"{name}:{number}"
        for name, text in files()
        if Path(name).suffix in SOURCES
        for number, line in enumerate(text.split("\n"), 1)
        if sources.search(line)
    ]
    assert found == []
