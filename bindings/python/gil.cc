#include "gil.h"

#include <unistd.h>

#include <utility>

namespace muster::python {
namespace {

// Of a thread that has let go of the GIL; null while it holds it. PyGILState_Ensure()
// would look it up, but not once the interpreter has ended.
thread_local PyThreadState* released = nullptr;

void LetGo() { released = PyEval_SaveThread(); }

void Take() {
  OrWaitForEver([] { PyEval_RestoreThread(std::exchange(released, nullptr)); });
}

}  // namespace

void WaitForEver() {
  for (;;) pause();
}

GilReleased::GilReleased() { LetGo(); }
GilReleased::~GilReleased() { Take(); }

GilHeld::GilHeld() : taken_(released != nullptr) {
  if (taken_) Take();
}

GilHeld::~GilHeld() {
  if (taken_) LetGo();
}

}  // namespace muster::python
