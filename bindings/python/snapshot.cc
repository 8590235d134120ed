#include "snapshot.h"

#include <optional>
#include <string>
#include <string_view>

#include "convert.h"
#include "gil.h"
#include "model.h"
#include "muster/snapshot.h"
#include "status.h"

namespace muster::python {
namespace {

constexpr int kPublicLists = 3;  // shapes, rootfs, hosts: those with a version and a tag

// Runs a call of the engine without the GIL. A snapshot is never changed and
// the caller's reference keeps it, so nothing else is needed.
template <typename Call>
auto WithoutGil(Call call) {
  const GilReleased no_gil;
  return call();
}

py::object Shapes(const Snapshot& self, py::object limit, py::object offset) {
  const int64_t most = ToInteger(limit, "limit");
  const int64_t first = ToInteger(offset, "offset");
  return FromModel(WithoutGil([&] { return self.Shapes(most, first); }));
}

py::object Hosts(const Snapshot& self, py::object limit, py::object offset) {
  const int64_t most = ToInteger(limit, "limit");
  const int64_t first = ToInteger(offset, "offset");
  return FromModel(WithoutGil([&] { return self.Hosts(most, first); }));
}

py::object ResolveRootfs(const Snapshot& self, py::object name) {
  if (name.is_none()) {
    return FromModel(ValueOrThrow(WithoutGil([&] { return self.ResolveRootfs(); })));
  }
  const std::string text = ToText(name, "name");
  return FromModel(ValueOrThrow(WithoutGil([&] { return self.ResolveRootfs(text); })));
}

void DefinePages(py::class_<Snapshot>& type) {
  type.def("shapes", Shapes, py::arg("limit") = Snapshot::kDefaultLimit, py::arg("offset") = 0,
           "A page of the shapes as clients see them, in order of size.");
  type.def("hosts", Hosts, py::arg("limit") = Snapshot::kDefaultLimit, py::arg("offset") = 0,
           "A page of the hosts as clients see them, in order of id.");
  type.def(
      "rootfs",
      [](const Snapshot& self) {
        return FromModel(WithoutGil([&] { return self.Rootfses(); }));
      },
      "The rootfs list as clients see it.");
}

void DefineLookUps(py::class_<Snapshot>& type) {
  // `find` is one of Snapshot's Find…() calls.
  const auto define = [&type](const char* method, const char* argument, auto find) {
    type.def(
        method,
        [argument, find](const Snapshot& self, py::object id) {
          const std::string text = ToText(id, argument);
          return FromModel(WithoutGil([&] { return (self.*find)(text); }));
        },
        py::arg(argument), "The entry as it is kept, disabled or not, or None.");
  };
  define("find_shape", "id", &Snapshot::FindShape);
  define("find_rootfs", "name", &Snapshot::FindRootfs);
  define("find_host", "id", &Snapshot::FindHost);
  type.def(
      "resolve_shape",
      [](const Snapshot& self, py::object id) {
        const std::string text = ToText(id, "id");
        return FromModel(ValueOrThrow(WithoutGil([&] { return self.ResolveShape(text); })));
      },
      py::arg("id"),
      "The shape if it may be used. NotFound where it is unknown, FailedPrecondition where "
      "it is disabled.");
  type.def("resolve_rootfs", ResolveRootfs, py::arg("name") = py::none(),
           "The rootfs if it may be used; the default for no name. NotFound where it is "
           "unknown, FailedPrecondition where it is disabled.");
}

void DefineWholeLists(py::class_<Snapshot>& type) {
  // `all` is one of Snapshot's All…() calls.
  const auto define = [&type](const char* method, auto all) {
    type.def(
        method,
        [all](const Snapshot& self) {
          return FromModel(WithoutGil([&] { return (self.*all)(); }));
        },
        "Every entry as it is kept, disabled ones too.");
  };
  define("all_shapes", &Snapshot::AllShapes);
  define("all_rootfs", &Snapshot::AllRootfses);
  define("all_hosts", &Snapshot::AllHosts);
}

void DefineVersions(py::class_<Snapshot>& type) {
  type.def_property_readonly(
      "version", [](const Snapshot& self) { return self.version(); },
      "The version of the last batch that it holds.");
  type.def_property_readonly(
      "cursor", [](const Snapshot& self) { return FromText(self.cursor()); },
      "Where Catalog.changes() goes on to follow this snapshot.");
  type.def(
      "list_version",
      [](const Snapshot& self, py::object list) {
        return self.version(ToList(list, kPublicLists));
      },
      py::arg("list"),
      "The version of the last batch that changed what clients see of a list.");
  type.def(
      "etag",
      [](const Snapshot& self, py::object list) {
        return FromText(self.etag(ToList(list, kPublicLists)));
      },
      py::arg("list"), "The entity tag of a list, with its quotes.");
}

}  // namespace

void DefineSnapshot(py::module_& module) {
  py::class_<Snapshot> type(
      module, "Snapshot",
      "One version of a catalog's lists, that does not change any more.\n\nIt may be kept, "
      "read by several threads at once, and used after the catalog was closed.");
  DefinePages(type);
  DefineLookUps(type);
  DefineWholeLists(type);
  DefineVersions(type);
}

}  // namespace muster::python
