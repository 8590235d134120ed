// Our JSON text against RapidJSON's Writer, byte for byte.
#include "view/json_text.h"

#include <gtest/gtest.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstdint>
#include <limits>
#include <random>
#include <string>

namespace muster::view {
namespace {

std::string Ours(std::string_view text) {
  std::string out(2 + kMaxEscapeBytes * text.size(), '?');
  out.resize(static_cast<size_t>(WriteString(text, out.data()) - out.data()));
  return out;
}

std::string Theirs(const std::string& text) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  return {buffer.GetString(), buffer.GetSize()};
}

std::string Utf8(uint32_t code) {
  const auto byte = [](uint32_t bits) { return static_cast<char>(bits); };
  if (code < 0x80) return {byte(code)};
  if (code < 0x800) return {byte(0xc0 | code >> 6), byte(0x80 | (code & 63))};
  if (code < 0x10000) {
    return {byte(0xe0 | code >> 12), byte(0x80 | (code >> 6 & 63)), byte(0x80 | (code & 63))};
  }
  return {byte(0xf0 | code >> 18), byte(0x80 | (code >> 12 & 63)),
          byte(0x80 | (code >> 6 & 63)), byte(0x80 | (code & 63))};
}

TEST(JsonText, EveryByteIsWrittenAsRapidJsonDoesWhereverItStands) {
  for (int byte = 0; byte < 256; ++byte) {
    for (size_t length = 1; length <= 17; ++length) {
      for (size_t at = 0; at < length; ++at) {
        std::string text(length, 'a');
        text[at] = static_cast<char>(byte);
        ASSERT_EQ(Ours(text), Theirs(text)) << "byte " << byte << " at " << at;
      }
    }
  }
}

TEST(JsonText, RandomUtf8IsWrittenAsRapidJsonDoes) {
  std::mt19937 random(7);
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    for (size_t length = random() % 40; text.size() < length;) {
      constexpr uint32_t kBounds[] = {0x30, 0x80, 0x800, 0xd800, 0x110000};
      const uint32_t code = random() % kBounds[random() % 5];
      if (code < 0xd800 || code > 0xdfff) text += Utf8(code);
    }
    ASSERT_EQ(Ours(text), Theirs(text));
  }
}

TEST(JsonText, NoTextIsTwoQuotes) { EXPECT_EQ(Ours({}), "\"\""); }

TEST(JsonText, IntegersAreWrittenInFull) {
  for (int64_t value :
       {int64_t{0}, int64_t{-1}, int64_t{9007199254740991}, std::numeric_limits<int64_t>::min(),
        std::numeric_limits<int64_t>::max()}) {
    char digits[kMaxIntegerBytes];
    EXPECT_EQ(std::string(digits, WriteInteger(value, digits)), std::to_string(value));
  }
}

}  // namespace
}  // namespace muster::view
