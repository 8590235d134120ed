#include "batch.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "convert.h"
#include "model.h"
#include "status.h"

namespace muster::python {
namespace {

constexpr int kPublicLists = 3;  // shapes, rootfs, hosts: those that can hide entries
constexpr int kRecordLists = 4;  // and users: those that can be replaced

// Makes one change and raises the batch's fault, if there is one now.
template <typename MakeChange>
void Change(PyWriteBatch& self, MakeChange make_change) {
  WriteBatch& batch = self.Change();
  make_change(batch);
  ThrowIfError(batch.status());
}

void PutUser(PyWriteBatch& self, py::object user, py::object stats, py::object api_keys) {
  User put;
  if (PyUnicode_Check(user.ptr())) {
    put.id = ToText(user, "user");
    if (!stats.is_none()) put.stats = ToUserStats(stats);
    if (!api_keys.is_none()) put.api_keys = ToTexts(api_keys, "api_keys");
  } else {
    put = ToUser(user);
    if (!stats.is_none() || !api_keys.is_none()) {
      throw py::type_error("stats and api_keys go with a user's id, not with a muster.User");
    }
  }
  Change(self, [&](WriteBatch& batch) { batch.PutUser(put); });
}

UserStats StatsFromCounts(py::object running, py::object paused, py::object other,
                          py::object total) {
  UserStats stats;
  stats.running = ToInteger(running, "running");
  stats.paused = ToInteger(paused, "paused");
  stats.other = ToInteger(other, "other");
  stats.total = ToInteger(total, "total");
  return stats;
}

void DefinePuts(py::class_<PyWriteBatch>& type) {
  type.def(
      "put_shape",
      [](PyWriteBatch& self, py::object shape) {
        const Shape put = ToShape(shape);
        Change(self, [&](WriteBatch& batch) { batch.PutShape(put); });
      },
      py::arg("shape"), "Adds a shape, or replaces the one of the same id, whole.");
  type.def(
      "put_rootfs",
      [](PyWriteBatch& self, py::object rootfs) {
        const Rootfs put = ToRootfs(rootfs);
        Change(self, [&](WriteBatch& batch) { batch.PutRootfs(put); });
      },
      py::arg("rootfs"),
      "Adds a rootfs, or replaces the one of the same name, whole. Marking one default "
      "takes the mark from any other.");
  type.def(
      "put_host",
      [](PyWriteBatch& self, py::object host) {
        const Host put = ToHost(host);
        Change(self, [&](WriteBatch& batch) { batch.PutHost(put); });
      },
      py::arg("host"), "Adds a host, or replaces the one of the same id, whole.");
  type.def("put_user", PutUser, py::arg("user"), py::kw_only(), py::arg("stats") = py::none(),
           py::arg("api_keys") = py::none(),
           "Adds a user or changes it. What is None stays as it is; api_keys become all of "
           "the user's keys.");
}

OwnedSandboxes ToOwnedSandboxes(py::handle with_sandboxes) {
  return ToBoolean(with_sandboxes, "with_sandboxes") ? OwnedSandboxes::kDelete
                                                     : OwnedSandboxes::kRefuse;
}

void DefineDeletes(py::class_<PyWriteBatch>& type) {
  // `erase` is one of WriteBatch's Delete…() calls.
  const auto define = [&type](const char* method, const char* argument, auto erase) {
    type.def(
        method,
        [argument, erase](PyWriteBatch& self, py::object id) {
          const std::string text = ToText(id, argument);
          Change(self, [&](WriteBatch& batch) { (batch.*erase)(text); });
        },
        py::arg(argument), "Removes an entry. One that is not there is not an error.");
  };
  define("delete_shape", "id", &WriteBatch::DeleteShape);
  define("delete_rootfs", "name", &WriteBatch::DeleteRootfs);
  define("delete_host", "id", &WriteBatch::DeleteHost);
  type.def(
      "delete_user",
      [](PyWriteBatch& self, py::object id, py::object with_sandboxes) {
        const std::string text = ToText(id, "id");
        const OwnedSandboxes sandboxes = ToOwnedSandboxes(with_sandboxes);
        Change(self, [&](WriteBatch& batch) { batch.DeleteUser(text, sandboxes); });
      },
      py::arg("id"), py::kw_only(), py::arg("with_sandboxes") = false,
      "Removes a user. One that is not there is not an error. A user who owns sandboxes, "
      "ended ones included, is only removed with_sandboxes.");
  type.def(
      "replace",
      [](PyWriteBatch& self, py::object list, py::object with_sandboxes) {
        const List which = ToList(list, kRecordLists);
        const OwnedSandboxes sandboxes = ToOwnedSandboxes(with_sandboxes);
        Change(self, [&](WriteBatch& batch) { batch.Replace(which, sandboxes); });
      },
      py::arg("list"), py::kw_only(), py::arg("with_sandboxes") = false,
      "Makes a list equal to what this batch puts there: whatever else it holds is "
      "removed when the batch is applied.");
}

void DefineSetters(py::class_<PyWriteBatch>& type) {
  type.def(
      "set_disabled",
      [](PyWriteBatch& self, py::object list, py::object id, py::object disabled) {
        const List which = ToList(list, kPublicLists);
        const std::string text = ToText(id, "id");
        const bool hide = ToBoolean(disabled, "disabled");
        Change(self, [&](WriteBatch& batch) { batch.SetDisabled(which, text, hide); });
      },
      py::arg("list"), py::arg("id"), py::arg("disabled") = true,
      "Hides an entry of shapes, rootfs or hosts from clients, or shows it again.");
  type.def(
      "set_host_status",
      [](PyWriteBatch& self, py::object id, py::object status) {
        const std::string text = ToText(id, "id");
        const HostStatus to = ToHostStatus(status);
        Change(self, [&](WriteBatch& batch) { batch.SetHostStatus(text, to); });
      },
      py::arg("id"), py::arg("status"), "Changes only the status of a host.");
  type.def(
      "heartbeat",
      [](PyWriteBatch& self, py::object host_id, py::object free_mib, py::object vm_count) {
        const std::string text = ToText(host_id, "host_id");
        const int64_t free = ToInteger(free_mib, "free_mib");
        const int64_t vms = ToInteger(vm_count, "vm_count");
        Change(self, [&](WriteBatch& batch) { batch.Heartbeat(text, free, vms); });
      },
      py::arg("host_id"), py::arg("free_mib"), py::arg("vm_count"),
      "What a host reports of itself: that it is there, and its numbers. One that is not "
      "known is skipped, and told by apply().");
  type.def(
      "set_default_rootfs",
      [](PyWriteBatch& self, py::object name) {
        const std::string text = ToText(name, "name");
        Change(self, [&](WriteBatch& batch) { batch.SetDefaultRootfs(text); });
      },
      py::arg("name"), "Moves the default mark.");
  type.def(
      "set_user_stats",
      [](PyWriteBatch& self, py::object user_id, py::object running, py::object paused,
         py::object other, py::object total) {
        const std::string text = ToText(user_id, "user_id");
        const UserStats stats = StatsFromCounts(running, paused, other, total);
        Change(self, [&](WriteBatch& batch) { batch.SetUserStats(text, stats); });
      },
      py::arg("user_id"), py::kw_only(), py::arg("running") = 0, py::arg("paused") = 0,
      py::arg("other") = 0, py::arg("total") = 0, "Sets a user's counts.");
}

void DefineRequirements(py::class_<PyWriteBatch>& type) {
  type.def(
      "require_version",
      [](PyWriteBatch& self, py::object list, py::object id, py::object version) {
        const List which = ToList(list, kRecordLists);
        const int64_t number = ToInteger(version, "version");
        if (number < 0) {
          throw StatusError(absl::InvalidArgumentError("version: must not be negative"));
        }
        const auto wanted = static_cast<uint64_t>(number);
        const std::optional<std::string> entry =
            id.is_none() ? std::nullopt : std::optional<std::string>(ToText(id, "id"));
        Change(self, [&](WriteBatch& batch) {
          entry ? batch.RequireVersion(which, *entry, wanted)
                : batch.RequireVersion(which, wanted);
        });
      },
      py::arg("list"), py::arg("id"), py::arg("version"),
      "Compare and set: apply() raises Aborted and changes nothing unless that version "
      "changed the entry last (0: there is no such entry), or, where id is None, the list.");
}

void DefineEvents(py::class_<PyWriteBatch>& type) {
  type.def(
      "record_sandbox",
      [](PyWriteBatch& self, py::object sandbox_id, py::object user_id, py::object status,
         py::object sequence) {
        SandboxEvent event;
        event.sandbox_id = ToText(sandbox_id, "sandbox_id");
        event.user_id = ToText(user_id, "user_id");
        event.status = ToSandboxStatus(status);
        event.sequence = ToInteger(sequence, "sequence");
        Change(self, [&](WriteBatch& batch) { batch.RecordSandbox(event); });
      },
      py::kw_only(), py::arg("sandbox_id"), py::arg("user_id"), py::arg("status"),
      py::arg("sequence"),
      "Records an event of a sandbox, and changes its user's counts by it. Of each sandbox "
      "the event with the highest sequence counts, whether it comes twice or late.");
  type.def(
      "skip_faulty_events",
      [](PyWriteBatch& self) {
        Change(self, [](WriteBatch& batch) { batch.SkipFaultyEvents(); });
      },
      "Events at fault are left out from here on, and reported by apply().");
}

void DefineApiKeys(py::class_<PyWriteBatch>& type) {
  type.def(
      "create_api_key",
      [](PyWriteBatch& self, py::object user_id, py::object label) {
        const std::string user = ToText(user_id, "user_id");
        const std::string text = ToText(label, "label");
        std::string key;
        Change(self, [&](WriteBatch& batch) { key = batch.CreateApiKey(user, text); });
        return FromText(key);
      },
      py::arg("user_id"), py::arg("label") = "",
      "Makes a new random API key and returns it: the only time that it is to be had. It "
      "works once the batch was applied.");
  type.def(
      "add_api_key",
      [](PyWriteBatch& self, py::object user_id, py::object api_key, py::object label) {
        const std::string user = ToText(user_id, "user_id");
        const std::string key = ToText(api_key, "api_key");
        const std::string text = ToText(label, "label");
        Change(self, [&](WriteBatch& batch) { batch.AddApiKey(user, key, text); });
      },
      py::arg("user_id"), py::arg("api_key"), py::arg("label") = "",
      "Adds a key that was made elsewhere, beside those that the user has.");
  type.def(
      "revoke_api_key",
      [](PyWriteBatch& self, py::object id_or_key) {
        const std::string text = ToText(id_or_key, "id_or_key");
        Change(self, [&](WriteBatch& batch) { batch.RevokeApiKey(text); });
      },
      py::arg("id_or_key"), "Removes a key, named by ApiKeyInfo.id or by the key itself.");
}

py::object Status(const PyWriteBatch& self) {
  const absl::Status& status = self.batch().status();
  return status.ok() ? py::none() : ToException(status);
}

void DefineState(py::class_<PyWriteBatch>& type) {
  const auto size = [](const PyWriteBatch& self) { return self.batch().size(); };
  type.def("status", Status,
           "The first fault, as the exception that apply() would raise, or None.");
  type.def("size", size, "The number of changes, those at fault not counted.");
  type.def("__len__", size);
  type.def("empty", [](const PyWriteBatch& self) { return self.batch().empty(); });
  type.def(
      "clear", [](PyWriteBatch& self) { self.Change().Clear(); },
      "Takes everything out, the fault too.");
}

}  // namespace

WriteBatch& PyWriteBatch::Change() {
  if (applying_ > 0) {
    throw StatusError(absl::FailedPreconditionError(
        "the batch is being applied by another thread: fill another one meanwhile"));
  }
  return batch_;
}

void DefineWriteBatch(py::module_& module) {
  py::class_<PyWriteBatch> type(
      module, "WriteBatch",
      "Changes that become visible together, or not at all.\n\nThey take effect in the order "
      "in which they were added. Each call checks what it is given; a fault names its place "
      "as if the batch were a catalog document. The batch stays at fault then, and apply() "
      "raises the same; clear() makes it usable again.");
  type.def(py::init<>());
  DefinePuts(type);
  DefineDeletes(type);
  DefineSetters(type);
  DefineRequirements(type);
  DefineEvents(type);
  DefineApiKeys(type);
  DefineState(type);
}

}  // namespace muster::python
