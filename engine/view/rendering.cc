#include "view/rendering.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "model/default_rootfs.h"
#include "view/json_text.h"

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

// A million hosts are rendered when a store is opened, so their objects are
// written by hand, straight to where they stay.
char* RenderHost(std::string_view id, const model::HostFields& host,
                 const DisabledNames& disabled, char* out) {
  out = WriteBytes(R"({"id":)", out);
  out = WriteString(id, out);
  out = WriteBytes(R"(,"status":")", out);
  out = WriteBytes(HostStatusName(host.shown_status()), out);
  out = WriteBytes(R"(","free_mib":)", out);
  out = WriteInteger(host.free_mib, out);
  out = WriteBytes(R"(,"vm_count":)", out);
  out = WriteInteger(host.vm_count, out);
  bool any = false;
  model::ForEachRootfs(host.rootfses, [&](std::string_view name) {
    if (!disabled.empty() && disabled.contains(name)) return true;
    out = WriteBytes(any ? std::string_view(",") : R"(,"rootfses":[)", out);
    out = WriteString(name, out);
    any = true;
    return true;
  });
  return WriteBytes(any ? "]}" : "}", out);
}

size_t MaxHostJsonBytes(std::string_view id, std::string_view record) {
  // The object's own text is shorter than that, and so are two integers. A rootfs
  // takes a byte more in the record than its name has, which makes up for quotes
  // and comma.
  constexpr size_t kFixedBytes = 128;
  return kFixedBytes + kMaxEscapeBytes * (id.size() + record.size());
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
