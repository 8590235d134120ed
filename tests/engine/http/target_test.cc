#include "http/target.h"

#include <gtest/gtest.h>

#include <string>

namespace muster::http {
namespace {

TEST(SplitTarget, DividesAtTheFirstQuestionMark) {
  const Target target = SplitTarget("/v1/hosts?limit=2?offset=1");
  EXPECT_EQ(target.path, "/v1/hosts");
  EXPECT_EQ(target.query, "limit=2?offset=1");
}

TEST(SplitTarget, HasAnEmptyQueryWhereThereIsNone) {
  EXPECT_EQ(SplitTarget("/v1/hosts").path, "/v1/hosts");
  EXPECT_EQ(SplitTarget("/v1/hosts").query, "");
  EXPECT_EQ(SplitTarget("/v1/hosts?").path, "/v1/hosts");
  EXPECT_EQ(SplitTarget("/v1/hosts?").query, "");
}

TEST(SplitTarget, DropsSchemeAndAuthorityOfAnAbsoluteForm) {
  for (const char* origin : {"http://host", "http://host:8080", "HTTPS://h", "http://user@host",
                             "http://[::1]:80", "coap+tcp://h", "http://h@a:b"}) {
    const std::string text = std::string(origin) + "/v1/shapes?limit=1";
    EXPECT_EQ(SplitTarget(text).path, "/v1/shapes") << origin;
    EXPECT_EQ(SplitTarget(text).query, "limit=1") << origin;
  }
}

TEST(SplitTarget, LeavesAnAbsoluteFormWithoutPathWithoutPath) {
  EXPECT_EQ(SplitTarget("http://host").path, "");
  EXPECT_EQ(SplitTarget("http://host?limit=1").path, "");
  EXPECT_EQ(SplitTarget("http://host?limit=1").query, "limit=1");
  EXPECT_EQ(SplitTarget("http://host#/v1/shapes").path, "#/v1/shapes");
}

TEST(SplitTarget, DoesNotTakeAnEmptyAuthorityForAnOrigin) {
  EXPECT_EQ(SplitTarget("http:///v1/shapes").path, "http:///v1/shapes");
  EXPECT_EQ(SplitTarget("http://").path, "");
}

TEST(SplitTarget, LeavesOtherFormsAsTheyAre) {
  for (const char* other : {"", "*", "host:443", "http:/v1/shapes", "//v1/shapes",
                            "//h/v1/shapes", "1http://h/v1/shapes", "://h/v1/shapes",
                            "ht tp://h/v1/shapes", "v1/shapes", "http", "http:", "http:/"}) {
    EXPECT_EQ(SplitTarget(other).path, other);
  }
}

TEST(SplitTarget, KeepsAFragmentWhereItStands) {
  EXPECT_EQ(SplitTarget("/v1/shapes#x").path, "/v1/shapes#x");
  EXPECT_EQ(SplitTarget("/v1/shapes?limit=5#x").query, "limit=5#x");
}

TEST(SplitTarget, PassesZeroBytesOn) {
  const std::string target("/v1/shapes\0?a\0b", 15);
  EXPECT_EQ(SplitTarget(target).path, std::string("/v1/shapes\0", 11));
  EXPECT_EQ(SplitTarget(target).query, std::string("a\0b", 3));
}

TEST(SplitTarget, TakesHugeTargets) {
  const std::string megabytes(8 << 20, 'a');
  EXPECT_EQ(SplitTarget(megabytes).path.size(), megabytes.size());
  const std::string absolute = "http://" + megabytes + "/v1/shapes?" + megabytes;
  EXPECT_EQ(SplitTarget(absolute).path, "/v1/shapes");
  EXPECT_EQ(SplitTarget(absolute).query.size(), megabytes.size());
}

}  // namespace
}  // namespace muster::http
