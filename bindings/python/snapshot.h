// muster.Snapshot.
#ifndef MUSTER_BINDINGS_PYTHON_SNAPSHOT_H_
#define MUSTER_BINDINGS_PYTHON_SNAPSHOT_H_

#include <pybind11/pybind11.h>

namespace muster::python {

void DefineSnapshot(pybind11::module_& module);

}  // namespace muster::python

#endif  // MUSTER_BINDINGS_PYTHON_SNAPSHOT_H_
