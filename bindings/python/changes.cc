#include "changes.h"

#include <utility>

#include "absl/status/status.h"
#include "convert.h"
#include "model.h"
#include "status.h"

namespace muster::python {

Timeout ToTimeout(py::handle value, const char* what) {
  if (value.is_none()) return std::nullopt;
  // Beyond a century is for ever, and adds up to no moment that a clock has.
  constexpr int64_t kCenturyMs = int64_t{100} * 366 * 24 * 3600 * 1000;
  const int64_t ms = ToInteger(value, what);
  if (ms < 0) {
    throw StatusError(absl::InvalidArgumentError(std::string(what) + ": must not be negative"));
  }
  if (ms > kCenturyMs) return std::nullopt;
  return std::chrono::milliseconds(ms);
}

PyChanges::PyChanges(std::shared_ptr<SharedCatalog> catalog, std::string after,
                     size_t page_size, Timeout wait)
    : catalog_(std::move(catalog)),
      page_size_(page_size),
      wait_(wait),
      cursor_(std::move(after)) {
  page_.next = cursor_;
  ReadPage();
}

void PyChanges::ReadPage() {
  page_ = ValueOrThrow(
      catalog_->Use([&](Catalog& open) { return open.Changes(page_.next, page_size_); }));
  at_ = 0;
  if (page_.changes.empty()) cursor_ = page_.next;
}

py::object PyChanges::Next() {
  while (at_ == page_.changes.size()) {
    if (page_.at_end) {
      const absl::Status status =
          WaitInTurns(*catalog_, wait_, [&](Catalog& open, Deadline deadline) {
            return open.WaitForChange(page_.next, deadline);
          });
      if (absl::IsDeadlineExceeded(status)) throw py::stop_iteration();
      ThrowIfError(status);
    }
    ReadPage();
  }
  cursor_ = page_.CursorAfter(at_);
  return FromModel(page_.changes[at_++], cursor_);
}

void DefineChanges(py::module_& module) {
  py::class_<PyChanges>(module, "Changes",
                        "An iterator over the feed of changes: see Catalog.changes().")
      .def("__iter__", [](py::object self) { return self; })
      .def("__next__", &PyChanges::Next)
      .def_property_readonly(
          "cursor", [](const PyChanges& self) { return FromText(self.cursor()); },
          "Where to go on from, once the changes given so far are taken in.");
}

}  // namespace muster::python
