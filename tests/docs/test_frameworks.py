"""An adapter's folder, its row in docs/embedding.md and the README agree."""

import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = sorted(path.parent for path in ROOT.glob("bindings/http/*/CMakeLists.txt"))
ROW = re.compile(r"^\| [^|]+ \| `muster_(\w+)\.h`, `muster::http_\1` \| ([^|]*) \|$", re.MULTILINE)

each_adapter = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


def read(path):
    return (ROOT / path).read_text(encoding="utf-8")


def rows():
    """What stands of each adapter in the table: the words of its differences."""
    return {name: re.findall(r"`([a-z0-9-]+)`", words)
            for name, words in ROW.findall(read("docs/embedding.md"))}


def differences(folder):
    """Those that the suite expects."""
    call = re.search(r"\bDIFFERENCES\s+([a-z0-9\s-]+)", read(folder / "CMakeLists.txt"))
    return call[1].split() if call else []


def test_there_are_adapters():
    assert len(FOLDERS) >= 7


@each_adapter
def test_the_table_of_frameworks_has_each_with_its_differences(folder):
    assert rows()[folder.name] == sorted(differences(folder))


@each_adapter
def test_the_checklist_of_each_names_its_differences(folder):
    checklist = read(folder / f"muster_{folder.name}.h").partition("#ifndef")[0]
    assert [word for word in differences(folder) if word not in checklist] == []


@each_adapter
def test_the_readme_shows_the_example_of_each(folder):
    assert f"(bindings/http/{folder.name}/example.cc)" in read("README.md")


@each_adapter
def test_an_example_is_short_enough_to_be_read_as_documentation(folder):
    assert len(read(folder / "example.cc").splitlines()) <= 60


def test_the_table_has_no_others():
    assert sorted(rows()) == [folder.name for folder in FOLDERS]
