// The GIL let go of and taken, and calls into Python, up to the interpreter's end.
//
// A daemon thread that asks an ending interpreter for the GIL does not get it.
// CPython before 3.14 ends the thread there, with pthread_exit(): that unwinds the
// stack, so that destructors would count references down without the GIL, and what
// is noexcept would end the process. Here such a thread waits until the process
// ends, as from 3.14 on.
//
// Python code gives the GIL to others and takes it again at any time. So whatever
// may run some is called within OrWaitForEver().
#ifndef MUSTER_BINDINGS_PYTHON_GIL_H_
#define MUSTER_BINDINGS_PYTHON_GIL_H_

#include <pybind11/pybind11.h>

namespace muster::python {

namespace py = pybind11;

[[noreturn]] void WaitForEver();

// `call` uses Python's C interface alone, which throws nothing: what comes is the
// end of the thread.
template <typename Call>
auto OrWaitForEver(const Call& call) {
  try {
    return call();
  } catch (...) {
    WaitForEver();
  }
}

// The object that such a call gives as a new reference; throws what it raised.
template <typename Call>
py::object ObjectOf(const Call& call) {
  PyObject* const object = OrWaitForEver(call);
  if (object == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::object>(object);
}

// Lets go of the GIL, which this thread holds.
class GilReleased {
 public:
  GilReleased();
  ~GilReleased();
  GilReleased(const GilReleased&) = delete;
  GilReleased& operator=(const GilReleased&) = delete;
};

// Holds the GIL where this thread has let go of it, or holds it already. Not for
// threads that are not Python's.
class GilHeld {
 public:
  GilHeld();
  ~GilHeld();
  GilHeld(const GilHeld&) = delete;
  GilHeld& operator=(const GilHeld&) = delete;

 private:
  const bool taken_;
};

}  // namespace muster::python

#endif  // MUSTER_BINDINGS_PYTHON_GIL_H_
