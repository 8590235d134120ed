// muster.Response: an answer whose bytes Python copies once, or not at all.
#ifndef MUSTER_BINDINGS_PYTHON_RESPONSE_H_
#define MUSTER_BINDINGS_PYTHON_RESPONSE_H_

#include <pybind11/pybind11.h>

#include "muster/http.h"

namespace muster::python {

namespace py = pybind11;

py::object FromResponse(Response response);

void DefineResponse(py::module_& module);

}  // namespace muster::python

#endif  // MUSTER_BINDINGS_PYTHON_RESPONSE_H_
