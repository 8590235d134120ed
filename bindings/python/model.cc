#include "model.h"

#include <string>
#include <string_view>
#include <utility>

#include "convert.h"
#include "gil.h"
#include "status.h"

namespace muster::python {
namespace {

using namespace pybind11::literals;  // "name"_a

// The classes of muster._model. Never freed: values may be made until the
// interpreter has ended.
struct Classes {
  py::object shape, rootfs, host, user, user_stats, api_key_info, page, rootfs_view, change,
      sandbox, miscount, recount_report, skipped_change, apply_report;
};
Classes* classes = nullptr;

void RequireClass(py::handle value, const py::object& wanted, const char* what,
                  const char* expected) {
  if (!py::isinstance(value, wanted)) ThrowTypeError(what, expected, value);
}

// A value of a class, by the names of its fields.
template <typename... Fields>
py::object New(const py::object& type, Fields&&... named) {
  const py::tuple none;
  const py::dict fields(std::forward<Fields>(named)...);
  return ObjectOf([&] { return PyObject_Call(type.ptr(), none.ptr(), fields.ptr()); });
}

py::list FromTexts(const std::vector<std::string>& texts) {
  py::list items(texts.size());
  for (size_t i = 0; i < texts.size(); ++i) items[i] = FromText(texts[i]);
  return items;
}

py::object FromOptional(const std::optional<int64_t>& value) {
  return value ? py::object(py::int_(*value)) : py::none();
}

}  // namespace

void LoadModelClasses() {
  const py::module_ model = py::module_::import("muster._model");
  classes = new Classes{
      model.attr("Shape"),         model.attr("Rootfs"),     model.attr("Host"),
      model.attr("User"),          model.attr("UserStats"),  model.attr("ApiKeyInfo"),
      model.attr("Page"),          model.attr("RootfsView"), model.attr("Change"),
      model.attr("Sandbox"),       model.attr("Miscount"),   model.attr("RecountReport"),
      model.attr("SkippedChange"), model.attr("ApplyReport")};
}

Shape ToShape(py::handle value) {
  RequireClass(value, classes->shape, "shape", "a muster.Shape");
  Shape shape;
  shape.id = ToText(value.attr("id"), "id");
  shape.vcpu = ToInteger(value.attr("vcpu"), "vcpu");
  shape.mem_mib = ToInteger(value.attr("mem_mib"), "mem_mib");
  shape.default_disk_mib = ToInteger(value.attr("default_disk_mib"), "default_disk_mib");
  const py::object quota = value.attr("cpu_quota_pct");
  if (!quota.is_none()) shape.cpu_quota_pct = ToInteger(quota, "cpu_quota_pct");
  shape.disabled = ToBoolean(value.attr("disabled"), "disabled");
  return shape;
}

Rootfs ToRootfs(py::handle value) {
  RequireClass(value, classes->rootfs, "rootfs", "a muster.Rootfs");
  Rootfs rootfs;
  rootfs.name = ToText(value.attr("name"), "name");
  rootfs.description = ToText(value.attr("description"), "description");
  rootfs.deprecated = ToBoolean(value.attr("deprecated"), "deprecated");
  rootfs.successor = ToText(value.attr("successor"), "successor");
  rootfs.is_default = ToBoolean(value.attr("default"), "default");
  rootfs.disabled = ToBoolean(value.attr("disabled"), "disabled");
  return rootfs;
}

HostStatus ToHostStatus(py::handle name) {
  constexpr auto kNone = static_cast<HostStatus>(255);
  return HostStatusFromName(ToText(name, "status")).value_or(kNone);
}

SandboxStatus ToSandboxStatus(py::handle name) {
  constexpr auto kNone = static_cast<SandboxStatus>(255);
  return SandboxStatusFromName(ToText(name, "status")).value_or(kNone);
}

Host ToHost(py::handle value) {
  RequireClass(value, classes->host, "host", "a muster.Host");
  Host host;
  host.id = ToText(value.attr("id"), "id");
  host.status = ToHostStatus(value.attr("status"));
  host.free_mib = ToInteger(value.attr("free_mib"), "free_mib");
  host.vm_count = ToInteger(value.attr("vm_count"), "vm_count");
  host.rootfses = ToTexts(value.attr("rootfses"), "rootfses");
  host.disabled = ToBoolean(value.attr("disabled"), "disabled");
  return host;
}

UserStats ToUserStats(py::handle value) {
  RequireClass(value, classes->user_stats, "stats", "a muster.UserStats");
  UserStats stats;
  stats.running = ToInteger(value.attr("running"), "running");
  stats.paused = ToInteger(value.attr("paused"), "paused");
  stats.other = ToInteger(value.attr("other"), "other");
  stats.total = ToInteger(value.attr("total"), "total");
  return stats;
}

User ToUser(py::handle value) {
  RequireClass(value, classes->user, "user", "a muster.User or a str");
  User user;
  user.id = ToText(value.attr("id"), "id");
  const py::object stats = value.attr("stats");
  if (!stats.is_none()) user.stats = ToUserStats(stats);
  const py::object api_keys = value.attr("api_keys");
  if (!api_keys.is_none()) user.api_keys = ToTexts(api_keys, "api_keys");
  return user;
}

py::object FromModel(const Shape& shape) {
  return New(classes->shape, "id"_a = FromText(shape.id), "vcpu"_a = shape.vcpu,
             "mem_mib"_a = shape.mem_mib, "default_disk_mib"_a = shape.default_disk_mib,
             "cpu_quota_pct"_a = FromOptional(shape.cpu_quota_pct),
             "disabled"_a = shape.disabled, "version"_a = shape.version);
}

py::object FromModel(const Rootfs& rootfs) {
  return New(classes->rootfs, "name"_a = FromText(rootfs.name),
             "description"_a = FromText(rootfs.description), "deprecated"_a = rootfs.deprecated,
             "successor"_a = FromText(rootfs.successor), "default"_a = rootfs.is_default,
             "disabled"_a = rootfs.disabled, "version"_a = rootfs.version);
}

py::object FromModel(const Host& host) {
  return New(classes->host, "id"_a = FromText(host.id),
             "status"_a = FromText(HostStatusName(host.status)), "free_mib"_a = host.free_mib,
             "vm_count"_a = host.vm_count, "rootfses"_a = FromTexts(host.rootfses),
             "disabled"_a = host.disabled, "version"_a = host.version,
             "silent"_a = host.silent);
}

py::object FromModel(const UserStats& stats) {
  return New(classes->user_stats, "running"_a = stats.running, "paused"_a = stats.paused,
             "other"_a = stats.other, "total"_a = stats.total);
}

py::object FromModel(const User& user) {
  return New(classes->user, "id"_a = FromText(user.id), "stats"_a = FromModel(user.stats));
}

py::object FromModel(const ApiKeyInfo& info) {
  return New(classes->api_key_info, "id"_a = FromText(info.id),
             "user_id"_a = FromText(info.user_id), "label"_a = FromText(info.label),
             "hint"_a = FromText(info.hint), "created_unix_ms"_a = info.created_unix_ms);
}

py::object FromModel(const RootfsView& view) {
  return New(classes->rootfs_view, "names"_a = FromTexts(view.names),
             "default"_a = FromText(view.default_name), "entries"_a = FromModel(view.entries));
}

py::object FromModel(const Sandbox& sandbox) {
  return New(
      classes->sandbox, "id"_a = FromText(sandbox.id), "user_id"_a = FromText(sandbox.user_id),
      "status"_a = FromText(SandboxStatusName(sandbox.status)), "sequence"_a = sandbox.sequence,
      "ended_unix_ms"_a = FromOptional(sandbox.ended_unix_ms),
      "user_deleted"_a = sandbox.user_deleted);
}

py::object FromModel(const Miscount& miscount) {
  return New(classes->miscount, "user_id"_a = FromText(miscount.user_id),
             "recorded"_a = FromModel(miscount.recorded),
             "counted"_a = FromModel(miscount.counted));
}

py::object FromModel(const RecountReport& report) {
  return New(classes->recount_report, "user_count"_a = report.user_count,
             "sandbox_count"_a = report.sandbox_count,
             "miscounts"_a = FromModel(report.miscounts), "repaired"_a = report.repaired);
}

py::object FromModel(const SkippedChange& change) {
  const bool is_heartbeat = change.kind == SkippedChange::Kind::kHeartbeat;
  return New(classes->skipped_change, "kind"_a = is_heartbeat ? "heartbeat" : "sandbox_event",
             "index"_a = change.index, "reason"_a = ToException(change.reason));
}

py::object FromModel(const ApplyReport& report) {
  return New(classes->apply_report, "version"_a = report.version,
             "skipped"_a = FromModel(report.skipped));
}

py::object FromModel(const CatalogChange& change, const std::string& cursor) {
  const bool is_put = change.kind == CatalogChange::Kind::kPut;
  return New(classes->change, "list"_a = FromText(ListName(change.list)),
             "id"_a = FromText(change.id), "kind"_a = is_put ? "put" : "delete",
             "version"_a = change.version, "cursor"_a = FromText(cursor));
}

py::object MakePage(py::list items, int64_t total, int64_t limit, int64_t offset) {
  return New(classes->page, "items"_a = std::move(items), "total"_a = total, "limit"_a = limit,
             "offset"_a = offset);
}

}  // namespace muster::python
