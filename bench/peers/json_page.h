// Answers written by RapidJSON into a buffer that is used again, for the peers that
// keep fields and not text.
#ifndef MUSTER_BENCH_PEERS_JSON_PAGE_H_
#define MUSTER_BENCH_PEERS_JSON_PAGE_H_

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <string_view>

#include "data/places.h"

namespace muster_bench {

class JsonPage {
 public:
  using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

  Writer& writer() { return writer_; }

  void Begin() {
    buffer_.Clear();
    writer_.Reset(buffer_);
    writer_.StartObject();
    Field("status", "success");
    Key("data");
    writer_.StartObject();
    Key("data");
    writer_.StartArray();
  }

  void End(size_t total, const Place& place, size_t count) {
    writer_.EndArray();
    Key("pagination");
    writer_.StartObject();
    Field("total", static_cast<int64_t>(total));
    Field("limit", static_cast<int64_t>(place.limit));
    Field("offset", place.offset);
    Field("count", static_cast<int64_t>(count));
    writer_.EndObject();
    writer_.EndObject();
    writer_.EndObject();
  }

  // The whole answer of GET /v1/whoami.
  void Whoami(std::string_view user_id, int64_t running, int64_t paused, int64_t other,
              int64_t total) {
    buffer_.Clear();
    writer_.Reset(buffer_);
    writer_.StartObject();
    Field("status", "success");
    Key("data");
    writer_.StartObject();
    Field("user_id", user_id);
    Key("stats");
    writer_.StartObject();
    Field("running", running);
    Field("paused", paused);
    Field("other", other);
    Field("total", total);
    writer_.EndObject();
    writer_.EndObject();
    writer_.EndObject();
  }

  // A host but for its rootfses and the brace that ends it.
  void BeginHost(std::string_view id, std::string_view status, int64_t free_mib,
                 int64_t vm_count) {
    writer_.StartObject();
    Field("id", id);
    Field("status", status);
    Field("free_mib", free_mib);
    Field("vm_count", vm_count);
  }

  void Key(std::string_view key) { writer_.Key(key.data(), Length(key)); }
  void String(std::string_view text) { writer_.String(text.data(), Length(text)); }
  void Field(std::string_view key, std::string_view text) {
    Key(key);
    String(text);
  }
  void Field(std::string_view key, int64_t number) {
    Key(key);
    writer_.Int64(number);
  }

  std::string_view text() const { return {buffer_.GetString(), buffer_.GetSize()}; }

 private:
  static rapidjson::SizeType Length(std::string_view text) {
    return static_cast<rapidjson::SizeType>(text.size());
  }

  rapidjson::StringBuffer buffer_;
  Writer writer_{buffer_};
};

}  // namespace muster_bench

#endif  // MUSTER_BENCH_PEERS_JSON_PAGE_H_
