#include "http/entity_tag.h"

#include <gtest/gtest.h>

#include <string>

#include "fields.h"

namespace muster::http {
namespace {

constexpr char kTag[] = "\"a1-b2.3\"";

bool Matches(const std::string& value) {
  const Fields fields{{"If-None-Match", value}};
  return IfNoneMatchHas(&fields, kTag);
}

TEST(IfNoneMatch, MatchesTheTag) { EXPECT_TRUE(Matches(kTag)); }

TEST(IfNoneMatch, MatchesTheWeakForm) { EXPECT_TRUE(Matches("W/\"a1-b2.3\"")); }

TEST(IfNoneMatch, MatchesTheTagInAList) {
  for (const char* list :
       {"\"x\", \"a1-b2.3\"", "\"a1-b2.3\", \"x\"", "\"x\",\"a1-b2.3\",\"y\"",
        "W/\"x\" , W/\"a1-b2.3\"", ",, \"a1-b2.3\" ,,", "\t\"x\"\t,\t\"a1-b2.3\"\t"}) {
    EXPECT_TRUE(Matches(list)) << list;
  }
}

TEST(IfNoneMatch, MatchesAStarAlone) {
  EXPECT_TRUE(Matches("*"));
  EXPECT_TRUE(Matches(" * "));
}

TEST(IfNoneMatch, DoesNotTakeAStarForAPartOfAList) {
  for (const char* list : {"*, \"x\"", "\"x\", *", "**", "*,", ",*", "\"*\"", "W/*"}) {
    EXPECT_FALSE(Matches(list)) << list;
  }
}

TEST(IfNoneMatch, DoesNotMatchOtherTags) {
  for (const char* other :
       {"", " ", ",", "\"\"", "\"a1-b2.4\"", "\"a1-b2.\"", "\"a1-b2.33\"", "\"A1-B2.3\"",
        "\" a1-b2.3\"", "\"a1-b2.3 \"", "a1-b2.3", "'a1-b2.3'"}) {
    EXPECT_FALSE(Matches(other)) << other;
  }
}

TEST(IfNoneMatch, PassesOverMalformedParts) {
  for (const char* part : {"x", "W", "W/", "w/\"a\"", "\"a\"b", "a\"b\"", "W /\"a\"", "W\"a\"",
                           "W/x", "\\", "\"a\" \"b\"", "x\"a,b\""}) {
    EXPECT_FALSE(Matches(part)) << part;
    EXPECT_TRUE(Matches(std::string(part) + ",\"a1-b2.3\"")) << part;
    EXPECT_TRUE(Matches(std::string("\"a1-b2.3\",") + part)) << part;
  }
}

TEST(IfNoneMatch, DoesNotMatchTheTagWithinAMalformedPart) {
  for (const char* part :
       {"\"a1-b2.3\"x", "x\"a1-b2.3\"", "\"a1-b2.3", "a1-b2.3\"", "\"a1-b2.3\" \"x\"",
        "\"x\" \"a1-b2.3\"", "w/\"a1-b2.3\"", "W \"a1-b2.3\"", "W/ \"a1-b2.3\"",
        "WW/\"a1-b2.3\"", "\"\"a1-b2.3\"\"", "\"a1-b2.3\";q=1"}) {
    EXPECT_FALSE(Matches(part)) << part;
  }
}

TEST(IfNoneMatch, TakesACommaInQuotesForAPartOfTheTag) {
  EXPECT_FALSE(Matches("\"x,\"a1-b2.3\",\""));
  EXPECT_TRUE(Matches("\"x,y\", \"a1-b2.3\""));
}

TEST(IfNoneMatch, JoinsRepeatsIntoOneList) {
  const Fields one{
      {"If-None-Match", "\"x\""}, {"if-none-match", kTag}, {"IF-NONE-MATCH", "\"y\""}};
  EXPECT_TRUE(IfNoneMatchHas(&one, kTag));
  // One field: "x,"a1-b2.3" -- the second value stands in the first one's quotes.
  const Fields open{{"If-None-Match", "\"x"}, {"If-None-Match", kTag}};
  EXPECT_FALSE(IfNoneMatchHas(&open, kTag));
  const Fields stars{{"If-None-Match", "*"}, {"If-None-Match", "*"}};
  EXPECT_FALSE(IfNoneMatchHas(&stars, kTag));
}

TEST(IfNoneMatch, MatchesATagWithACommaAcrossRepeats) {
  const Fields fields{{"If-None-Match", "\"a"}, {"If-None-Match", "b\""}};
  EXPECT_TRUE(IfNoneMatchHas(&fields, "\"a,b\""));
}

TEST(IfNoneMatch, IsNotThereWithoutHeaders) {
  const Fields none;
  EXPECT_FALSE(IfNoneMatchHas(nullptr, kTag));
  EXPECT_FALSE(IfNoneMatchHas(&none, kTag));
}

TEST(IfNoneMatch, NeverMatchesAnEmptyTag) {
  const Fields star{{"If-None-Match", "*"}};
  EXPECT_FALSE(IfNoneMatchHas(&star, ""));
}

TEST(IfNoneMatch, TakesZeroBytesAndHugeValues) {
  EXPECT_FALSE(Matches(std::string("\"a1-b2.3\"\0", 10)));
  EXPECT_FALSE(Matches(std::string(4 << 20, '"')));
  std::string list;
  for (int i = 0; i < 100000; ++i) list += "\"x\",";
  EXPECT_FALSE(Matches(list));
  EXPECT_TRUE(Matches(list + kTag));
}

}  // namespace
}  // namespace muster::http
