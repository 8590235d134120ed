// muster.WriteBatch.
//
// Python's threads take turns through the GIL, but apply() lets go of it while
// the engine reads the batch. A batch that is being applied therefore refuses
// changes; it may be applied by several threads at once.
//
// Each call raises the fault that it finds. The batch keeps it, as in C++: what
// comes later raises it again, and so does apply().
#ifndef MUSTER_BINDINGS_PYTHON_BATCH_H_
#define MUSTER_BINDINGS_PYTHON_BATCH_H_

#include <pybind11/pybind11.h>

#include "muster/write_batch.h"

namespace muster::python {

namespace py = pybind11;

class PyWriteBatch {
 public:
  // The batch, for changing. FailedPrecondition while it is being applied.
  WriteBatch& Change();

  const WriteBatch& batch() const { return batch_; }

  // Keeps the batch from being changed. Made and destroyed under the GIL.
  class Applying {
   public:
    explicit Applying(PyWriteBatch& owner) : owner_(owner) { ++owner_.applying_; }
    ~Applying() { --owner_.applying_; }
    Applying(const Applying&) = delete;
    Applying& operator=(const Applying&) = delete;

   private:
    PyWriteBatch& owner_;
  };

 private:
  WriteBatch batch_;
  int applying_ = 0;
};

void DefineWriteBatch(py::module_& module);

}  // namespace muster::python

#endif  // MUSTER_BINDINGS_PYTHON_BATCH_H_
