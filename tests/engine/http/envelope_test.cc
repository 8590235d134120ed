#include "http/envelope.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace muster::http {
namespace {

std::string Closing(const PageCounts& counts) {
  char buffer[kMaxPageClosing];
  return {buffer, WritePageClosing(counts, buffer)};
}

TEST(PageClosing, HasTheFourNumbersInOrder) {
  EXPECT_EQ(Closing({2, 50, 0, 2}),
            R"(],"pagination":{"total":2,"limit":50,"offset":0,"count":2}}})");
}

TEST(PageClosing, HasRoomForTheLargestNumbers) {
  EXPECT_EQ(Closing({INT64_MIN, INT64_MIN, INT64_MIN, INT64_MIN}),
            R"(],"pagination":{"total":-9223372036854775808,"limit":-9223372036854775808,)"
            R"("offset":-9223372036854775808,"count":-9223372036854775808}}})");
}

TEST(WhoamiBody, IsTheUserAndTheCounts) {
  EXPECT_EQ(
      WhoamiBody("usr_01K", {3, 1, 0, 47}),
      R"({"status":"success","data":{"user_id":"usr_01K","stats":{"running":3,"paused":1,"other":0,"total":47}}})");
}

TEST(WhoamiBody, EscapesTheUserAsRapidJsonDoes) {
  EXPECT_EQ(
      WhoamiBody("a\"\\/\x01\n\x7f\xc3\xa9", {}),
      "{\"status\":\"success\",\"data\":{\"user_id\":\"a\\\"\\\\/\\u0001\\n\x7f\xc3\xa9\","
      "\"stats\":{\"running\":0,\"paused\":0,\"other\":0,\"total\":0}}}");
}

TEST(WhoamiBody, CannotHoldWhatIsNotUtf8) {
  for (const char* bad : {"\xff", "a\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf5\x80\x80\x80"}) {
    EXPECT_EQ(WhoamiBody(bad, {}), std::nullopt);
  }
}

TEST(NotReadyBody, GivesTheReason) {
  EXPECT_EQ(NotReadyBody("the \"store\" is full"),
            R"({"status":"fail","data":{"ready":false,"reason":"the \"store\" is full"}})");
  EXPECT_EQ(NotReadyBody({}), R"({"status":"fail","data":{"ready":false,"reason":""}})");
}

}  // namespace
}  // namespace muster::http
