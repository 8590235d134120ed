#include "http/envelope.h"

#include <rapidjson/writer.h>

#include <charconv>
#include <cstring>

namespace muster::http {
namespace {

constexpr std::string_view kTotalKey = R"(],"pagination":{"total":)";
constexpr std::string_view kLimitKey = R"(,"limit":)";
constexpr std::string_view kOffsetKey = R"(,"offset":)";
constexpr std::string_view kCountKey = R"(,"count":)";
constexpr std::string_view kPageEnd = "}}}";

constexpr std::string_view kRunningKey = R"(","stats":{"running":)";
constexpr std::string_view kPausedKey = R"(,"paused":)";
constexpr std::string_view kOtherKey = R"(,"other":)";
constexpr std::string_view kUserTotalKey = R"(,"total":)";

constexpr size_t kMaxIntegerLength = 20;  // of 64 bits, with a sign

static_assert(kTotalKey.size() + kLimitKey.size() + kOffsetKey.size() + kCountKey.size() +
                  kPageEnd.size() + 4 * kMaxIntegerLength <=
              kMaxPageClosing);

static_assert(kRunningKey.size() + kPausedKey.size() + kOtherKey.size() + kUserTotalKey.size() +
                  kPageEnd.size() + 4 * kMaxIntegerLength <=
              kMaxUserClosing);

// Writes on; the caller has made sure that there is room.
struct Cursor {
  char* at;

  void Put(std::string_view text) { at += text.copy(at, text.size()); }

  // A text whose length the compiler knows is a few moves of words.
  template <const std::string_view& kText>
  void Put() {
    std::memcpy(at, kText.data(), kText.size());
    at += kText.size();
  }

  void Put(int64_t value) {
    // Limits and counts have three digits at most.
    if (value < 0 || value > 999) {
      at = std::to_chars(at, at + kMaxIntegerLength, value).ptr;
      return;
    }
    if (value > 99) *at++ = static_cast<char>('0' + value / 100);
    if (value > 9) *at++ = static_cast<char>('0' + value / 10 % 10);
    *at++ = static_cast<char>('0' + value % 10);
  }
};

// The part of rapidjson's output stream that its Writer needs, over a string.
struct StringSink {
  using Ch = char;
  std::string* out;
  void Put(char c) { out->push_back(c); }
  void Flush() {}
};

using JsonWriter =
    rapidjson::Writer<StringSink, rapidjson::UTF8<>, rapidjson::UTF8<>, rapidjson::CrtAllocator,
                      rapidjson::kWriteValidateEncodingFlag>;

// Appends a text as a JSON string. False where it is not UTF-8; `out` is then
// good for nothing.
bool AppendJsonString(std::string_view text, std::string* out) {
  StringSink sink{out};
  JsonWriter writer(sink);
  // The writer takes no null pointer, as an empty view may hold.
  return writer.String(text.empty() ? "" : text.data(),
                       static_cast<rapidjson::SizeType>(text.size()));
}

}  // namespace

size_t WritePageClosing(const PageCounts& counts, char* out) {
  Cursor cursor{out};
  cursor.Put<kTotalKey>();
  cursor.Put(counts.total);
  cursor.Put<kLimitKey>();
  cursor.Put(counts.limit);
  cursor.Put<kOffsetKey>();
  cursor.Put(counts.offset);
  cursor.Put<kCountKey>();
  cursor.Put(counts.count);
  cursor.Put<kPageEnd>();
  return static_cast<size_t>(cursor.at - out);
}

bool IsPlainJson(std::string_view text) {
  for (char c : text) {
    if (c < 0x20 || c > 0x7e || c == '"' || c == '\\') return false;
  }
  return true;
}

size_t WriteUser(std::string_view user_id, const UserStats& stats, char* out) {
  Cursor cursor{out};
  cursor.Put(user_id);
  cursor.Put<kRunningKey>();
  cursor.Put(stats.running);
  cursor.Put<kPausedKey>();
  cursor.Put(stats.paused);
  cursor.Put<kOtherKey>();
  cursor.Put(stats.other);
  cursor.Put<kUserTotalKey>();
  cursor.Put(stats.total);
  cursor.Put<kPageEnd>();
  return static_cast<size_t>(cursor.at - out);
}

std::optional<std::string> WhoamiBody(std::string_view user_id, const UserStats& stats) {
  std::string body(kUserOpening.substr(0, kUserOpening.size() - 1));
  if (!AppendJsonString(user_id, &body)) return std::nullopt;
  body.pop_back();  // the quote, which the closing begins with
  char closing[kMaxUserClosing];
  body.append(closing, WriteUser({}, stats, closing));
  return body;
}

std::optional<std::string> NotReadyBody(std::string_view reason) {
  std::string body = R"({"status":"fail","data":{"ready":false,"reason":)";
  if (!AppendJsonString(reason, &body)) return std::nullopt;
  body.append("}}");
  return body;
}

}  // namespace muster::http
