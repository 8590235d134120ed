// muster.Catalog.
#ifndef MUSTER_BINDINGS_PYTHON_CATALOG_H_
#define MUSTER_BINDINGS_PYTHON_CATALOG_H_

#include <pybind11/pybind11.h>

namespace muster::python {

void DefineCatalog(pybind11::module_& module);

}  // namespace muster::python

#endif  // MUSTER_BINDINGS_PYTHON_CATALOG_H_
