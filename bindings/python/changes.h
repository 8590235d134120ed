// What Catalog.changes() gives: an iterator over the feed, page by page.
#ifndef MUSTER_BINDINGS_PYTHON_CHANGES_H_
#define MUSTER_BINDINGS_PYTHON_CHANGES_H_

#include <pybind11/pybind11.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "muster/feed.h"
#include "shared_catalog.h"

namespace muster::python {

namespace py = pybind11;

// How long a call may take; nothing: for ever.
using Timeout = std::optional<std::chrono::milliseconds>;

// None, or an int of at least 0; InvalidArgument that names `what` otherwise.
Timeout ToTimeout(py::handle value, const char* what);

// Runs `wait(Catalog&, Deadline)` in short turns, between which signals are handled and
// close() goes ahead, until it is other than DeadlineExceeded or the time is up.
template <typename Wait>
absl::Status WaitInTurns(SharedCatalog& catalog, const Timeout& timeout, const Wait& wait) {
  constexpr std::chrono::milliseconds kTurn{100};
  const Deadline begin = std::chrono::steady_clock::now();
  for (;;) {
    const Deadline turn = std::chrono::steady_clock::now() + kTurn;
    const bool last = timeout && begin + *timeout <= turn;
    const Deadline deadline = last ? begin + *timeout : turn;
    absl::Status status = catalog.Use([&](Catalog& open) { return wait(open, deadline); });
    if (last || !absl::IsDeadlineExceeded(status)) return status;
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
  }
}

// Used by one thread at a time, with the GIL.
class PyChanges {
 public:
  // Reads the first page. `wait`: how long to wait for more at the end of the feed.
  PyChanges(std::shared_ptr<SharedCatalog> catalog, std::string after, size_t page_size,
            Timeout wait);

  // The next change, or StopIteration.
  py::object Next();

  // The cursor to go on from for who has taken in what Next() gave so far.
  const std::string& cursor() const { return cursor_; }

 private:
  void ReadPage();

  const std::shared_ptr<SharedCatalog> catalog_;
  const size_t page_size_;
  const Timeout wait_;
  std::string cursor_;
  ChangesPage page_;
  size_t at_ = 0;
};

void DefineChanges(py::module_& module);

}  // namespace muster::python

#endif  // MUSTER_BINDINGS_PYTHON_CHANGES_H_
