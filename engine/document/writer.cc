#include "document/writer.h"

#include <string>

#include "document/fields.h"

namespace muster::document {

using rapidjson::SizeType;

DocumentWriter::DocumentWriter(std::ostream& out) : out_(out), json_(buffer_) {}

void DocumentWriter::Write(const Shape& shape) {
  StartEntry(List::kShapes);
  Text("id", shape.id);
  Integer("vcpu", shape.vcpu);
  Integer("mem_mib", shape.mem_mib);
  Integer("default_disk_mib", shape.default_disk_mib);
  if (shape.cpu_quota_pct) Integer("cpu_quota_pct", *shape.cpu_quota_pct);
  Flag("disabled", shape.disabled);
  EndEntry();
}

void DocumentWriter::Write(const Rootfs& rootfs) {
  StartEntry(List::kRootfs);
  Text("name", rootfs.name);
  OptionalText("description", rootfs.description);
  Flag("deprecated", rootfs.deprecated);
  OptionalText("successor", rootfs.successor);
  Flag("default", rootfs.is_default);
  Flag("disabled", rootfs.disabled);
  EndEntry();
}

void DocumentWriter::Write(const Host& host) {
  StartEntry(List::kHosts);
  Text("id", host.id);
  Text("status", HostStatusName(host.status));
  Integer("free_mib", host.free_mib);
  Integer("vm_count", host.vm_count);
  if (!host.rootfses.empty()) {
    Key("rootfses");
    json_.StartArray();
    for (const std::string& name : host.rootfses) Value(name);
    json_.EndArray();
  }
  Flag("disabled", host.disabled);
  EndEntry();
}

void DocumentWriter::Write(const User& user) {
  StartEntry(List::kUsers);
  Text("id", user.id);
  if (user.stats) {
    // Zeros too: they have to take the place of other counts when imported.
    Key("stats");
    json_.StartObject();
    Integer("running", user.stats->running);
    Integer("paused", user.stats->paused);
    Integer("other", user.stats->other);
    Integer("total", user.stats->total);
    json_.EndObject();
  }
  EndEntry();
}

void DocumentWriter::Finish() {
  StartListsUpTo(kLists.size());
  out_ << (list_empty_ ? "]\n}\n" : "\n  ]\n}\n");
}

void DocumentWriter::StartListsUpTo(size_t count) {
  for (; started_ < count; ++started_) {
    if (started_ > 0) out_ << (list_empty_ ? "],\n" : "\n  ],\n");
    out_ << (started_ == 0 ? "{\n" : "") << "  \"" << kLists[started_].name << "\": [";
    list_empty_ = true;
  }
}

void DocumentWriter::StartEntry(List list) {
  size_t number = 1;
  while (kLists[number - 1].list != list) ++number;
  StartListsUpTo(number);
  buffer_.Clear();
  json_.Reset(buffer_);
  json_.StartObject();
}

void DocumentWriter::EndEntry() {
  json_.EndObject();
  out_ << (list_empty_ ? "\n    " : ",\n    ")
       << std::string_view(buffer_.GetString(), buffer_.GetSize());
  list_empty_ = false;
}

void DocumentWriter::Key(std::string_view name) {
  json_.Key(name.data(), static_cast<SizeType>(name.size()));
}

void DocumentWriter::Value(std::string_view text) {
  json_.String(text.data(), static_cast<SizeType>(text.size()));
}

void DocumentWriter::Text(std::string_view name, std::string_view text) {
  Key(name);
  Value(text);
}

void DocumentWriter::OptionalText(std::string_view name, std::string_view text) {
  if (!text.empty()) Text(name, text);
}

void DocumentWriter::Integer(std::string_view name, int64_t value) {
  Key(name);
  json_.Int64(value);
}

void DocumentWriter::Flag(std::string_view name, bool value) {
  if (!value) return;
  Key(name);
  json_.Bool(true);
}

}  // namespace muster::document
