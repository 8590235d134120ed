#include "catalog.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "batch.h"
#include "changes.h"
#include "convert.h"
#include "document.h"
#include "gil.h"
#include "handler.h"
#include "model.h"
#include "shared_catalog.h"
#include "status.h"

namespace muster::python {
namespace {

using CatalogClass = py::class_<SharedCatalog, std::shared_ptr<SharedCatalog>>;

std::shared_ptr<SharedCatalog> Share(absl::StatusOr<std::unique_ptr<Catalog>> opened) {
  std::unique_ptr<Catalog> catalog = ValueOrThrow(std::move(opened));
  Handler handler = ValueOrThrow(Handler::Create(catalog.get()));
  return std::make_shared<SharedCatalog>(std::move(catalog), std::move(handler));
}

Durability ToDurability(py::handle durability) {
  const std::string text = ToText(durability, "durability");
  if (text == "durable") return Durability::kDurable;
  if (text == "relaxed") return Durability::kRelaxed;
  throw StatusError(
      absl::InvalidArgumentError("durability: must be \"durable\" or \"relaxed\""));
}

size_t ToBytes(py::handle value, const char* name) {
  const int64_t bytes = ToInteger(value, name);
  if (bytes >= 0) return static_cast<size_t>(bytes);
  throw StatusError(absl::InvalidArgumentError(std::string(name) + ": must not be negative"));
}

std::shared_ptr<SharedCatalog> Open(py::object path, py::object durability,
                                    py::object flush_interval_ms, py::object change_log_entries,
                                    bool create_if_missing, py::object map_size_bytes,
                                    py::object max_map_size_bytes,
                                    bool allow_network_file_system,
                                    py::object identity_cache_bytes,
                                    py::object tombstone_retention_ms,
                                    py::object host_timeout_ms) {
  const std::string directory = ToPath(path);
  Options options;
  options.durability = ToDurability(durability);
  options.flush_interval_ms = ToInteger(flush_interval_ms, "flush_interval_ms");
  options.change_log_entries = ToBytes(change_log_entries, "change_log_entries");
  options.create_if_missing = create_if_missing;
  const int64_t size = ToInteger(map_size_bytes, "map_size_bytes");
  options.map_size_bytes = size < 0 ? 0 : static_cast<size_t>(size);
  const int64_t max_size = ToInteger(max_map_size_bytes, "max_map_size_bytes");
  options.max_map_size_bytes = max_size < 0 ? 0 : static_cast<size_t>(max_size);
  options.allow_network_file_system = allow_network_file_system;
  options.identity_cache_bytes = ToBytes(identity_cache_bytes, "identity_cache_bytes");
  options.tombstone_retention_ms = ToInteger(tombstone_retention_ms, "tombstone_retention_ms");
  options.host_timeout_ms = ToInteger(host_timeout_ms, "host_timeout_ms");
  const auto open = [&] {
    const GilReleased no_gil;
    return Catalog::Open(directory, options);
  };
  return Share(open());
}

std::shared_ptr<SharedCatalog> OpenInMemory() { return Share(Catalog::OpenInMemory()); }

void Close(SharedCatalog& self) { ThrowIfError(self.Close()); }

void DefineOpening(CatalogClass& type) {
  type.def_static(
      "open", Open, py::arg("path"), py::kw_only(), py::arg("durability") = "durable",
      py::arg("flush_interval_ms") = Options().flush_interval_ms,
      py::arg("change_log_entries") = Options().change_log_entries,
      py::arg("create_if_missing") = true, py::arg("map_size_bytes") = Options().map_size_bytes,
      py::arg("max_map_size_bytes") = Options().max_map_size_bytes,
      py::arg("allow_network_file_system") = false,
      py::arg("identity_cache_bytes") = Options().identity_cache_bytes,
      py::arg("tombstone_retention_ms") = Options().tombstone_retention_ms,
      py::arg("host_timeout_ms") = Options().host_timeout_ms,
      "Opens the store in a directory. Durable: what was applied outlasts a power cut. "
      "Relaxed: it is visible in this process at once and on disk within "
      "flush_interval_ms; a crash may lose so much, and this process is the only writer. "
      "change_log_entries: the fewest that the log of changes keeps; 0: as many as there "
      "are records. map_size_bytes is the address "
      "space that the store begins with, max_map_size_bytes how far it may grow by itself. "
      "allow_network_file_system: only where its locks and shared maps are known to work. "
      "identity_cache_bytes is the "
      "most that the memory for users and API keys may take. tombstone_retention_ms is how "
      "long what is kept of an ended sandbox is kept; 0: for ever. host_timeout_ms: a host "
      "that "
      "sent no heartbeat for so long is shown dead; 0: never.");
  type.def_static("in_memory", OpenInMemory,
                  "A catalog that lives in memory and ends with the object.");
  type.def("close", Close,
           "Closes the store, once the calls under way have returned. Snapshots go on. "
           "Closing twice is not an error.");
  type.def("__enter__", [](py::object self) { return self; });
  type.def("__exit__", [](SharedCatalog& self, const py::args&) { Close(self); });
}

void DefineReadingAndWriting(CatalogClass& type) {
  type.def(
      "snapshot",
      [](SharedCatalog& self) {
        return self.Use([](Catalog& catalog) { return catalog.snapshot(); });
      },
      "The newest version of the lists that this process knows, after close() the last.");
  type.def(
      "apply",
      [](SharedCatalog& self, PyWriteBatch& batch) {
        const PyWriteBatch::Applying applying(batch);
        ApplyReport report;
        ThrowIfError(
            self.Use([&](Catalog& catalog) { return catalog.Apply(batch.batch(), &report); }));
        return FromModel(report);
      },
      py::arg("batch"),
      "Makes a batch durable and visible to every snapshot taken afterwards, or changes "
      "nothing. Says which version it is, and what was skipped.");
  type.def(
      "flush",
      [](SharedCatalog& self) {
        ThrowIfError(self.Use([](Catalog& catalog) { return catalog.Flush(); }));
      },
      "Returns when all that was applied before is on disk.");
  type.def(
      "catch_up",
      [](SharedCatalog& self) {
        ThrowIfError(self.Use([](Catalog& catalog) { return catalog.CatchUp(); }));
      },
      "Returns when snapshots hold all that any process had committed before the call.");
  type.def(
      "check_ready",
      [](SharedCatalog& self) {
        ThrowIfError(self.Use([](Catalog& catalog) { return catalog.CheckReady(); }));
      },
      "Raises Unavailable, with the reason, unless the store can be read and written now.");
}

PyChanges Changes(std::shared_ptr<SharedCatalog> self, py::object after, py::object page_size,
                  py::object wait_ms) {
  const int64_t most = ToInteger(page_size, "page_size");
  if (most < 1) {
    throw StatusError(absl::InvalidArgumentError("page_size: must be at least 1"));
  }
  return PyChanges(std::move(self), ToText(after, "after"), static_cast<size_t>(most),
                   ToTimeout(wait_ms, "wait_ms"));
}

void DefineFeed(CatalogClass& type) {
  type.def(
      "changes", Changes, py::arg("after") = "", py::kw_only(), py::arg("page_size") = 1000,
      py::arg("wait_ms") = 0,
      "Iterates over the changes committed after a cursor, which is that of a snapshot "
      "or of a change; \"\": the beginning. At the end it waits for wait_ms for more, None: "
      "for ever, and then stops. OutOfRange: begin again with a snapshot.");
  type.def(
      "wait_for_version",
      [](SharedCatalog& self, uint64_t version, py::object timeout_ms) {
        ThrowIfError(WaitInTurns(self, ToTimeout(timeout_ms, "timeout_ms"),
                                 [&](Catalog& catalog, Deadline deadline) {
                                   return catalog.WaitForVersion(version, deadline);
                                 }));
      },
      py::arg("version"), py::arg("timeout_ms") = py::none(),
      "Returns when snapshots have come to the version; DeadlineExceeded after timeout_ms.");
  type.def(
      "wait_for_change",
      [](SharedCatalog& self, py::object after, py::object timeout_ms) {
        const std::string cursor = ToText(after, "after");
        ThrowIfError(WaitInTurns(self, ToTimeout(timeout_ms, "timeout_ms"),
                                 [&](Catalog& catalog, Deadline deadline) {
                                   return catalog.WaitForChange(cursor, deadline);
                                 }));
      },
      py::arg("after"), py::arg("timeout_ms") = py::none(),
      "Returns when something was committed after the cursor; DeadlineExceeded after "
      "timeout_ms.");
}

void DefineUsers(CatalogClass& type) {
  type.def(
      "find_user",
      [](SharedCatalog& self, py::object user_id) {
        const std::string id = ToText(user_id, "user_id");
        return FromModel(
            ValueOrThrow(self.Use([&](Catalog& catalog) { return catalog.FindUser(id); })));
      },
      py::arg("user_id"), "What is kept of a user, or None. Its api_keys are None.");
  type.def(
      "user_version",
      [](SharedCatalog& self, py::object user_id) {
        const std::string id = ToText(user_id, "user_id");
        return ValueOrThrow(
            self.Use([&](Catalog& catalog) { return catalog.UserVersion(id); }));
      },
      py::arg("user_id"),
      "The version that changed the user's record last, for require_version(); 0 where "
      "there is no such user.");
  type.def(
      "user_stats",
      [](SharedCatalog& self, py::object user_id) {
        const std::string id = ToText(user_id, "user_id");
        return FromModel(
            ValueOrThrow(self.Use([&](Catalog& catalog) { return catalog.GetUserStats(id); })));
      },
      py::arg("user_id"), "A user's counts; zeros for a user that is not known.");
  type.def(
      "find_user_by_api_key",
      [](SharedCatalog& self, py::object api_key) {
        const std::string key = ToText(api_key, "api_key");
        const User user = ValueOrThrow(
            self.Use([&](Catalog& catalog) { return catalog.FindUserByApiKey(key); }));
        return FromText(user.id);
      },
      py::arg("api_key"),
      "The id of the user whose key that is. NotFound where it is unknown or was revoked.");
  type.def(
      "api_keys",
      [](SharedCatalog& self, py::object user_id) {
        const std::string id = user_id.is_none() ? "" : ToText(user_id, "user_id");
        return FromModel(
            ValueOrThrow(self.Use([&](Catalog& catalog) { return catalog.ListApiKeys(id); })));
      },
      py::arg("user_id") = py::none(),
      "What is known of the API keys of a user, or of all users.");
}

void DefineSandboxes(CatalogClass& type) {
  type.def(
      "find_sandbox",
      [](SharedCatalog& self, py::object sandbox_id) {
        const std::string id = ToText(sandbox_id, "sandbox_id");
        return FromModel(
            ValueOrThrow(self.Use([&](Catalog& catalog) { return catalog.FindSandbox(id); })));
      },
      py::arg("sandbox_id"), "What is kept of a sandbox, or None.");
  type.def(
      "recount",
      [](SharedCatalog& self, py::object repair) {
        const bool set_right = ToBoolean(repair, "repair");
        return FromModel(ValueOrThrow(
            self.Use([&](Catalog& catalog) { return catalog.Recount(set_right); })));
      },
      py::kw_only(), py::arg("repair") = false,
      "Holds the counts of users against the records of their sandboxes, and says which "
      "are wrong. repair sets them right.");
}

void DefineDocumentAndHttp(CatalogClass& type) {
  type.def("import_document", ImportDocument, py::arg("document"), py::arg("replace") = false,
           py::kw_only(), py::arg("with_sandboxes") = false,
           "Applies a catalog document: all of it or nothing. A binary file is read piece by "
           "piece. replace makes each list that the document has equal to it; users who own "
           "sandboxes are only removed by it with_sandboxes.");
  type.def("export_document", ExportDocument,
           "A document that imports to an equal catalog, API keys excepted.");
  type.def(
      "handle",
      [](SharedCatalog& self, py::object method, py::object target, py::object headers,
         py::object user_id) {
        return Handle(&self, self.handler(), method, target, headers, user_id);
      },
      py::arg("method"), py::arg("target"), py::arg("headers") = py::none(), py::kw_only(),
      py::arg("user_id") = py::none(),
      "The answer of a Handler with the default options, or None where the path is not "
      "ours. headers is a mapping or an iterable of pairs; a list as a value is a field "
      "that is repeated.");
}

}  // namespace

void DefineCatalog(py::module_& module) {
  CatalogClass type(
      module, "Catalog",
      "The engine's front door: open a store, take snapshots, apply batches.\n\nEvery call "
      "may be made from any thread, close() included. A with statement closes it.");
  DefineOpening(type);
  DefineReadingAndWriting(type);
  DefineFeed(type);
  DefineUsers(type);
  DefineSandboxes(type);
  DefineDocumentAndHttp(type);
}

}  // namespace muster::python
