"""How `make serve` comes to its first store: data/create-store.sh."""

import os
import subprocess
from pathlib import Path

TOP = Path(os.environ["MUSTER_SOURCE_DIR"])
MUSTER = os.environ["MUSTER_COMMAND"]
DOCUMENT = TOP / "data/catalog.json"


def start(store, document=DOCUMENT):
    return subprocess.Popen(
        ["sh", TOP / "data/create-store.sh", MUSTER, store, document],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )


def create(store, document=DOCUMENT):
    """Exit code and standard error."""
    process = start(store, document)
    _, error = process.communicate()
    return process.returncode, error


def hosts(store):
    shown = subprocess.run(
        [MUSTER, "show", "hosts", "--json", "--db", store], check=True, capture_output=True
    )
    return shown.stdout


def test_a_store_that_is_not_there_gets_the_document(tmp_path):
    store = tmp_path / "var/db"
    assert create(store) == (0, "")
    assert hosts(store).count(b'"id"') > 1
    assert os.listdir(tmp_path / "var") == ["db"]


def test_an_empty_directory_becomes_the_store(tmp_path):
    store = tmp_path / "db"
    store.mkdir()
    assert create(store) == (0, "")
    assert (store / "data.mdb").exists()


def test_a_store_that_is_there_is_left_alone(tmp_path):
    store = tmp_path / "db"
    subprocess.run([MUSTER, "import", "-", "--db", store], input=b"{}", check=True)
    before = hosts(store)
    assert create(store) == (0, "")
    assert hosts(store) == before


def test_of_several_at_once_each_finds_one_whole_store(tmp_path):
    store = tmp_path / "db"
    running = [start(store) for _ in range(3)]
    assert [(p.communicate()[1], p.returncode) for p in running] == [("", 0)] * 3
    assert os.listdir(tmp_path) == ["db"]
    assert hosts(store).count(b'"id"') > 1


def test_a_bad_document_leaves_no_store(tmp_path):
    document = tmp_path / "bad.json"
    document.write_text('{"hosts": [{"id": 7}]}')
    code, error = create(tmp_path / "db", document)
    assert code == 1
    assert "/hosts/0" in error
    assert os.listdir(tmp_path) == ["bad.json"]


def test_another_directory_is_left_as_it_is(tmp_path):
    (tmp_path / "db").mkdir()
    (tmp_path / "db/letter.txt").write_text("mine")
    code, error = create(tmp_path / "db")
    assert (code, error.count("\n")) == (1, 1)
    assert os.listdir(tmp_path / "db") == ["letter.txt"]
    assert os.listdir(tmp_path) == ["db"]
