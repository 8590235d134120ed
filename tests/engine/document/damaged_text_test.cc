// Texts that were damaged at random, always the same ones: whatever becomes of
// them, the answer is one line of UTF-8, and a batch that is at fault or whole.
#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <random>
#include <sstream>
#include <string>

#include "engine/document/fixture.h"
#include "model/rules.h"

namespace muster {
namespace {

constexpr std::string_view kGood = R"({
  "shapes": [{"id":"s","vcpu":2,"mem_mib":3,"default_disk_mib":4,"cpu_quota_pct":25,"disabled":true}],
  "rootfs": [{"name":"r\u00e9\ud83d\ude00","description":"été","successor":"q","default":true},{"name":"q"}],
  "hosts": [{"id":"h","status":"draining","free_mib":5,"vm_count":6,"rootfses":["b","a"]}],
  "users": [{"id":"u","api_keys":["sk_12345"],"stats":{"running":1,"paused":2,"total":7}}]
})";

class Damage {
 public:
  std::string Of(std::string_view good) {
    std::string text(good);
    for (int i = Below(3); i >= 0; --i) {
      const size_t at = static_cast<size_t>(Below(static_cast<int>(text.size())));
      switch (Below(4)) {
        case 0:  // another byte, a telling one more often
          text[at] =
              Below(2) == 0 ? kTelling[Below(sizeof(kTelling))] : static_cast<char>(Below(256));
          break;
        case 1:
          text.erase(at, static_cast<size_t>(1 + Below(8)));
          break;
        case 2:  // a piece once more, anywhere
          text.insert(at, text.substr(static_cast<size_t>(Below(static_cast<int>(text.size()))),
                                      static_cast<size_t>(Below(40))));
          break;
        default:
          if (Below(10) == 0) text.resize(at + 1);
      }
    }
    return text;
  }

 private:
  static constexpr char kTelling[] = {'{', '}', '[', ']', '"', '\\', ',', ':',    'e',
                                      '.', '-', '0', '9', 'u', '\n', 0,   '\xed', '\xb0'};

  int Below(int bound) { return static_cast<int>(random_() % static_cast<unsigned>(bound)); }

  std::mt19937 random_{20};  // the same numbers everywhere
};

// Whether RapidJSON's tree takes the text for JSON.
bool IsJson(const std::string& text) {
  rapidjson::Document tree;
  tree.Parse<rapidjson::kParseValidateEncodingFlag | rapidjson::kParseFullPrecisionFlag |
             rapidjson::kParseNumbersAsStringsFlag>(text.c_str());
  return !tree.HasParseError() && text.find('\0') == std::string::npos;
}

TEST(DamagedTexts, AreReadOrRefusedInOneLineOfUtf8) {
  Damage damage;
  int refused = 0;
  for (int i = 0; i < 20000; ++i) {
    const std::string text = damage.Of(kGood);
    std::istringstream in(text);
    WriteBatch batch;
    const absl::Status status = ReadDocument(in, {}, &batch);
    ASSERT_EQ(status.ok(), batch.status().ok()) << text;
    if (status.ok()) {
      ASSERT_TRUE(IsJson(text)) << text;
      continue;
    }
    ++refused;
    const std::string_view message = model::Message(status);
    ASSERT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    ASSERT_TRUE(model::IsUtf8(message)) << text;
    ASSERT_EQ(message.find_first_of("\n\r\t"), std::string_view::npos) << status;
    const bool pointer =
        message.substr(0, 1) == "/" || message.substr(0, 13) == "the document:";
    const bool syntax = message.substr(0, 5) == "line ";
    ASSERT_TRUE(pointer || syntax) << status;
    if (syntax && message.find("surrogate") == std::string_view::npos) {
      ASSERT_FALSE(IsJson(text)) << status << "\n" << text;
    }
  }
  EXPECT_GT(refused, 10000);
  EXPECT_LT(refused, 20000);
}

}  // namespace
}  // namespace muster
