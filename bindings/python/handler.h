// muster.Handler: requests and answers as values of Python's.
#ifndef MUSTER_BINDINGS_PYTHON_HANDLER_H_
#define MUSTER_BINDINGS_PYTHON_HANDLER_H_

#include <pybind11/pybind11.h>

#include <memory>

#include "muster/http.h"
#include "shared_catalog.h"

namespace muster::python {

namespace py = pybind11;

// The answer of `handler`, which borrows what `catalog` holds, or None where
// the path is not ours. A null `catalog`: that of a handler without one.
py::object Handle(SharedCatalog* catalog, const Handler& handler, py::handle method,
                  py::handle target, py::handle headers, py::handle user_id);

// A function of Python's as the engine's readiness check: an exception or a str
// is the reason for not being ready.
std::function<absl::Status()> ToReadinessCheck(py::handle callable);

void DefineHandler(py::module_& module);

}  // namespace muster::python

#endif  // MUSTER_BINDINGS_PYTHON_HANDLER_H_
