#include "view/rendering.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "model/default_rootfs.h"

namespace muster::view {
namespace {

using Buffer = rapidjson::StringBuffer;
using Writer = rapidjson::Writer<Buffer>;

void Key(Writer& json, std::string_view name) {
  json.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
}

void Text(Writer& json, std::string_view text) {
  json.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void AppendTo(std::string* out, const Buffer& buffer) {
  out->append(buffer.GetString(), buffer.GetSize());
}

// The successor that clients may be sent to; null where there is none.
const Rootfs* EnabledSuccessor(const std::vector<Rootfs>& sorted, const Rootfs& rootfs) {
  if (rootfs.successor.empty()) return nullptr;
  const Rootfs* successor = model::FindByName(sorted, rootfs.successor);
  return successor != nullptr && !successor->disabled ? successor : nullptr;
}

bool SaysMoreThanItsName(const std::vector<Rootfs>& sorted, const Rootfs& rootfs) {
  return !rootfs.description.empty() || rootfs.deprecated ||
         EnabledSuccessor(sorted, rootfs) != nullptr;
}

void WriteEntry(Writer& json, const std::vector<Rootfs>& sorted, const Rootfs& rootfs) {
  json.StartObject();
  Key(json, "name");
  Text(json, rootfs.name);
  if (!rootfs.description.empty()) {
    Key(json, "description");
    Text(json, rootfs.description);
  }
  if (rootfs.deprecated) {
    Key(json, "deprecated");
    json.Bool(true);
  }
  if (const Rootfs* successor = EnabledSuccessor(sorted, rootfs)) {
    Key(json, "successor");
    Text(json, successor->name);
  }
  json.EndObject();
}

}  // namespace

void RenderShape(const Shape& shape, std::string* out) {
  Buffer buffer;
  Writer json(buffer);
  json.StartObject();
  Key(json, "id");
  Text(json, shape.id);
  Key(json, "vcpu");
  json.Int64(shape.vcpu);
  Key(json, "mem_mib");
  json.Int64(shape.mem_mib);
  Key(json, "default_disk_mib");
  json.Int64(shape.default_disk_mib);
  if (shape.cpu_quota_pct) {
    Key(json, "cpu_quota_pct");
    json.Int64(*shape.cpu_quota_pct);
  }
  json.EndObject();
  AppendTo(out, buffer);
}

void RenderHost(const Host& host, const IsDisabledRootfs& is_disabled, std::string* out) {
  Buffer buffer;
  Writer json(buffer);
  json.StartObject();
  Key(json, "id");
  Text(json, host.id);
  Key(json, "status");
  Text(json, HostStatusName(host.status));
  Key(json, "free_mib");
  json.Int64(host.free_mib);
  Key(json, "vm_count");
  json.Int64(host.vm_count);
  bool any = false;
  for (const std::string& name : host.rootfses) {
    if (is_disabled(name)) continue;
    if (!any) {
      Key(json, "rootfses");
      json.StartArray();
      any = true;
    }
    Text(json, name);
  }
  if (any) json.EndArray();
  json.EndObject();
  AppendTo(out, buffer);
}

std::string RenderRootfses(const std::vector<Rootfs>& sorted) {
  Buffer buffer;
  Writer json(buffer);
  json.StartObject();
  Key(json, "rootfs");
  json.StartArray();
  bool with_entries = false;
  for (const Rootfs& rootfs : sorted) {
    if (rootfs.disabled) continue;
    Text(json, rootfs.name);
    with_entries = with_entries || SaysMoreThanItsName(sorted, rootfs);
  }
  json.EndArray();
  const Rootfs* chosen = model::DefaultRootfs(sorted);
  Key(json, "default");
  Text(json, chosen != nullptr ? std::string_view(chosen->name) : std::string_view());
  if (with_entries) {
    Key(json, "entries");
    json.StartArray();
    for (const Rootfs& rootfs : sorted) {
      if (!rootfs.disabled) WriteEntry(json, sorted, rootfs);
    }
    json.EndArray();
  }
  json.EndObject();
  return std::string(buffer.GetString(), buffer.GetSize());
}

}  // namespace muster::view
