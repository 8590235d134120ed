"""import_document() and export_document() as calls of Python's."""

import io

import muster
import pytest
from wire import document

TEXT = document(rootfs=[{"name": "é"}])


@pytest.mark.parametrize(
    "given",
    [
        TEXT,
        TEXT.encode(),
        bytearray(TEXT.encode()),
        memoryview(TEXT.encode()),
        io.BytesIO(TEXT.encode()),
    ],
)
def test_a_document_is_a_text_or_bytes_or_a_file(catalog, given):
    catalog.import_document(given)
    assert catalog.snapshot().find_rootfs("é")


def test_a_file_in_the_file_system(catalog, tmp_path):
    (tmp_path / "catalog.json").write_bytes(TEXT.encode())
    with open(tmp_path / "catalog.json", "rb") as file:
        catalog.import_document(file, replace=True)
    assert catalog.snapshot().find_rootfs("é")


@pytest.mark.parametrize("given", [None, 1, [], {}, {"rootfs": []}])
def test_a_document_is_nothing_else(catalog, given):
    with pytest.raises(TypeError):
        catalog.import_document(given)


def test_a_file_in_text_mode_is_refused(catalog):
    with pytest.raises(TypeError, match="binary mode"):
        catalog.import_document(io.StringIO(TEXT))


def test_a_closed_file_is_refused(catalog):
    file = io.BytesIO(TEXT.encode())
    file.close()
    with pytest.raises(ValueError, match="closed file"):
        catalog.import_document(file)


class Breaks(io.RawIOBase):
    """A file that gives a text and then raises."""

    def __init__(self, text, error):
        self.text, self.error = text.encode(), error

    def read(self, size):
        if not self.text:
            raise self.error
        piece, self.text = self.text, b""
        return piece


@pytest.mark.parametrize("text", ["", TEXT[:10], TEXT])
@pytest.mark.parametrize("error", [OSError(5, "I/O error"), KeyboardInterrupt(), KeyError("x")])
def test_what_a_file_raises_is_raised_and_nothing_imported(catalog, text, error):
    with pytest.raises(type(error)) as raised:
        catalog.import_document(Breaks(text, error))
    assert raised.value is error
    assert catalog.snapshot().version == 0


def test_export_is_bytes_of_utf8(catalog):
    catalog.import_document(TEXT)
    text = catalog.export_document()
    assert isinstance(text, bytes)
    assert "é" in text.decode()


def test_an_import_in_progress_does_not_keep_the_catalog_open(catalog):
    class Closes(io.RawIOBase):
        def read(self, size):
            catalog.close()
            return b""

    with pytest.raises(muster.Error):
        catalog.import_document(Closes())
