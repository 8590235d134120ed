#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "output.h"

namespace muster::cli {
namespace {

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

void Text(Writer& out, const char* key, std::string_view value) {
  out.Key(key);
  out.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
}

void Number(Writer& out, const char* key, int64_t value) {
  out.Key(key);
  out.Int64(value);
}

void Flag(Writer& out, const char* key, bool value) {
  out.Key(key);
  out.Bool(value);
}

// The names are those of the catalog document.
void Write(Writer& out, const Shape& shape) {
  out.StartObject();
  Text(out, "id", shape.id);
  Number(out, "vcpu", shape.vcpu);
  Number(out, "mem_mib", shape.mem_mib);
  Number(out, "default_disk_mib", shape.default_disk_mib);
  if (shape.cpu_quota_pct) Number(out, "cpu_quota_pct", *shape.cpu_quota_pct);
  Flag(out, "disabled", shape.disabled);
  out.EndObject();
}

void Write(Writer& out, const Rootfs& rootfs) {
  out.StartObject();
  Text(out, "name", rootfs.name);
  if (!rootfs.description.empty()) Text(out, "description", rootfs.description);
  Flag(out, "deprecated", rootfs.deprecated);
  if (!rootfs.successor.empty()) Text(out, "successor", rootfs.successor);
  Flag(out, "default", rootfs.is_default);
  Flag(out, "disabled", rootfs.disabled);
  out.EndObject();
}

void Write(Writer& out, const Host& host) {
  out.StartObject();
  Text(out, "id", host.id);
  Text(out, "status", HostStatusName(host.status));
  Number(out, "free_mib", host.free_mib);
  Number(out, "vm_count", host.vm_count);
  out.Key("rootfses");
  out.StartArray();
  for (const std::string& name : host.rootfses) {
    out.String(name.data(), static_cast<rapidjson::SizeType>(name.size()));
  }
  out.EndArray();
  Flag(out, "disabled", host.disabled);
  if (host.silent) Flag(out, "silent", true);
  out.EndObject();
}

void Write(Writer& out, const ApiKeyInfo& key) {
  out.StartObject();
  Text(out, "id", key.id);
  Text(out, "user_id", key.user_id);
  Text(out, "label", key.label);
  Text(out, "hint", key.hint);
  Text(out, "created_at", IsoTime(key.created_unix_ms));
  out.EndObject();
}

template <typename Entry>
void Write(Writer& out, const std::vector<Entry>& entries) {
  out.StartArray();
  for (const Entry& entry : entries) Write(out, entry);
  out.EndArray();
}

template <typename Entry>
std::string ArrayToJson(const std::vector<Entry>& entries) {
  rapidjson::StringBuffer buffer;
  Writer out(buffer);
  Write(out, entries);
  return {buffer.GetString(), buffer.GetSize()};
}

void Stats(Writer& out, const char* key, const UserStats& stats) {
  out.Key(key);
  out.StartObject();
  Number(out, "running", stats.running);
  Number(out, "paused", stats.paused);
  Number(out, "other", stats.other);
  Number(out, "total", stats.total);
  out.EndObject();
}

}  // namespace

std::string ToJson(const std::vector<Shape>& shapes) { return ArrayToJson(shapes); }
std::string ToJson(const std::vector<Rootfs>& rootfses) { return ArrayToJson(rootfses); }
std::string ToJson(const std::vector<Host>& hosts) { return ArrayToJson(hosts); }
std::string ToJson(const std::vector<ApiKeyInfo>& keys) { return ArrayToJson(keys); }

std::string ToJson(const RecountReport& report) {
  rapidjson::StringBuffer buffer;
  Writer out(buffer);
  out.StartObject();
  Number(out, "users", report.user_count);
  Number(out, "sandboxes", report.sandbox_count);
  out.Key("miscounts");
  out.StartArray();
  for (const Miscount& miscount : report.miscounts) {
    out.StartObject();
    Text(out, "user_id", miscount.user_id);
    Stats(out, "recorded", miscount.recorded);
    Stats(out, "counted", miscount.counted);
    out.EndObject();
  }
  out.EndArray();
  out.Key("repaired");
  out.Bool(report.repaired);
  out.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

std::string ToJson(const User& user, const std::vector<ApiKeyInfo>& keys) {
  const UserStats stats = user.stats.value_or(UserStats{});
  rapidjson::StringBuffer buffer;
  Writer out(buffer);
  out.StartObject();
  Text(out, "id", user.id);
  Stats(out, "stats", stats);
  out.Key("api_keys");
  Write(out, keys);
  out.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

std::string ToJson(const StoreStatus& status) {
  static constexpr const char* kNames[kListCount] = {"shapes", "rootfs",   "hosts",
                                                     "users",  "api_keys", "sandboxes"};
  const StoreUsage& usage = status.usage;
  rapidjson::StringBuffer text;
  Writer out(text);
  const auto number = [&](const char* key, uint64_t value) {
    out.Key(key);
    out.Uint64(value);
  };
  out.StartObject();
  number("format", status.format);
  number("version", status.version);
  number("file_bytes", usage.file_bytes);
  number("map_bytes", usage.map_bytes);
  number("page_bytes", usage.page_bytes);
  number("pages_used", usage.pages_used);
  number("pages_free", usage.pages_free);
  number("readers", usage.readers);
  number("oldest_reader_lag", usage.oldest_reader_lag);
  Flag(out, "open_elsewhere", usage.open_elsewhere);
  Flag(out, "only_writer_elsewhere", usage.only_writer_elsewhere);
  number("log_entries", status.log_entries);
  number("log_floor", status.log_floor);
  out.Key("lists");
  out.StartObject();
  for (int i = 0; i < kListCount; ++i) {
    out.Key(kNames[i]);
    out.StartObject();
    number("records", status.lists[i].records);
    number("version", status.lists[i].version);
    out.EndObject();
  }
  out.EndObject();
  out.EndObject();
  return text.GetString();
}

std::string ToJson(uint64_t records, uint64_t finding_count,
                   const std::vector<std::string>& findings) {
  rapidjson::StringBuffer text;
  Writer out(text);
  out.StartObject();
  Flag(out, "sound", finding_count == 0);
  out.Key("records");
  out.Uint64(records);
  out.Key("finding_count");
  out.Uint64(finding_count);
  out.Key("findings");
  out.StartArray();
  for (const std::string& finding : findings) {
    out.String(finding.data(), static_cast<rapidjson::SizeType>(finding.size()));
  }
  out.EndArray();
  out.EndObject();
  return text.GetString();
}

}  // namespace muster::cli
