#include "view/json_text.h"

#include <charconv>

namespace muster::view {
namespace {

constexpr uint64_t kOnes = 0x0101010101010101;  // one in each byte
constexpr uint64_t kTops = 0x8080808080808080;  // the top bit of each byte

// Not zero where some byte is zero.
constexpr uint64_t ZeroBytes(uint64_t word) { return (word - kOnes) & ~word & kTops; }

// Whether some byte of eight is a control character, a quote or a backslash.
bool NeedsEscape(uint64_t word) {
  const uint64_t controls = (word - kOnes * 0x20) & ~word & kTops;
  return (controls | ZeroBytes(word ^ (kOnes * '"')) | ZeroBytes(word ^ (kOnes * '\\'))) != 0;
}

bool NeedsEscape(char c) { return static_cast<uint8_t>(c) < 0x20 || c == '"' || c == '\\'; }

char* WriteEscape(char c, char* out) {
  constexpr char kHexDigits[] = "0123456789ABCDEF";
  constexpr std::string_view kPlain = "\"\\\b\f\n\r\t";
  constexpr std::string_view kNames = "\"\\bfnrt";
  *out++ = '\\';
  if (const size_t at = kPlain.find(c); at != std::string_view::npos) {
    *out++ = kNames[at];
    return out;
  }
  out = WriteBytes("u00", out);
  *out++ = kHexDigits[static_cast<uint8_t>(c) >> 4];
  *out++ = kHexDigits[static_cast<uint8_t>(c) & 15];
  return out;
}

}  // namespace

char* WriteString(std::string_view text, char* out) {
  *out++ = '"';
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    uint64_t word = 0;
    const size_t size = end - at < 8 ? static_cast<size_t>(end - at) : sizeof(word);
    if (size == sizeof(word)) {
      std::memcpy(&word, at, sizeof(word));
      if (!NeedsEscape(word)) {
        std::memcpy(out, &word, sizeof(word));
        at += sizeof(word);
        out += sizeof(word);
        continue;
      }
    }
    for (const char* const stop = at + size; at != stop; ++at) {
      if (NeedsEscape(*at)) {
        out = WriteEscape(*at, out);
      } else {
        *out++ = *at;
      }
    }
  }
  *out++ = '"';
  return out;
}

char* WriteInteger(int64_t value, char* out) {
  return std::to_chars(out, out + kMaxIntegerBytes, value).ptr;
}

}  // namespace muster::view
