// The model's structs and the value classes of muster._model, both ways.
//
// All calls need the GIL. To…() is TypeError for an object of another class, or
// for a field of the wrong type; what a field may hold, WriteBatch checks.
#ifndef MUSTER_BINDINGS_PYTHON_MODEL_H_
#define MUSTER_BINDINGS_PYTHON_MODEL_H_

#include <pybind11/pybind11.h>

#include <optional>
#include <vector>

#include "muster/feed.h"
#include "muster/model.h"
#include "muster/snapshot.h"
#include "muster/write_batch.h"

namespace muster::python {

namespace py = pybind11;

// Looks up the classes; once, when the module is loaded.
void LoadModelClasses();

Shape ToShape(py::handle value);
Rootfs ToRootfs(py::handle value);
Host ToHost(py::handle value);
User ToUser(py::handle value);
UserStats ToUserStats(py::handle value);

// A name that no status has gives a value that no rule allows.
HostStatus ToHostStatus(py::handle name);
SandboxStatus ToSandboxStatus(py::handle name);

py::object FromModel(const Shape& shape);
py::object FromModel(const Rootfs& rootfs);
py::object FromModel(const Host& host);
py::object FromModel(const User& user);
py::object FromModel(const UserStats& stats);
py::object FromModel(const ApiKeyInfo& info);
py::object FromModel(const RootfsView& view);
py::object FromModel(const CatalogChange& change, const std::string& cursor);
py::object FromModel(const Sandbox& sandbox);
py::object FromModel(const Miscount& miscount);
py::object FromModel(const RecountReport& report);
py::object FromModel(const SkippedChange& change);
py::object FromModel(const ApplyReport& report);

template <typename Entry>
py::object FromModel(const std::optional<Entry>& entry) {
  return entry ? FromModel(*entry) : py::none();
}

template <typename Entry>
py::list FromModel(const std::vector<Entry>& entries) {
  py::list items(entries.size());
  for (size_t i = 0; i < entries.size(); ++i) items[i] = FromModel(entries[i]);
  return items;
}

py::object MakePage(py::list items, int64_t total, int64_t limit, int64_t offset);

template <typename Entry>
py::object FromModel(const Page<Entry>& page) {
  return MakePage(FromModel(page.items), page.total, page.limit, page.offset);
}

}  // namespace muster::python

#endif  // MUSTER_BINDINGS_PYTHON_MODEL_H_
