// The catalog document from and to Python's bytes, texts and files.
#ifndef MUSTER_BINDINGS_PYTHON_DOCUMENT_H_
#define MUSTER_BINDINGS_PYTHON_DOCUMENT_H_

#include <pybind11/pybind11.h>

#include "shared_catalog.h"

namespace muster::python {

namespace py = pybind11;

// `document` is a str, an object with a buffer (bytes, bytearray, …), or a
// binary file, which is read piece by piece. What its read() raises is raised
// here, and nothing was imported.
void ImportDocument(SharedCatalog& catalog, py::object document, bool replace,
                    bool with_sandboxes);

py::bytes ExportDocument(SharedCatalog& catalog);

}  // namespace muster::python

#endif  // MUSTER_BINDINGS_PYTHON_DOCUMENT_H_
