// How a place in a document is told: a JSON pointer that fits into one line.
#include "document/place.h"

#include <gtest/gtest.h>

#include <string>

#include "engine/document/fixture.h"
#include "model/rules.h"

namespace muster::document {
namespace {

TEST(Place, IsAJsonPointer) {
  EXPECT_EQ(Member(Element(Member("", "hosts"), 3), "free_mib"), "/hosts/3/free_mib");
}

TEST(Place, EscapesTildeAndSlash) {
  EXPECT_EQ(Member("", "a/b~c"), "/a~1b~0c");
  EXPECT_EQ(Member("", "~1"), "/~01");
  EXPECT_EQ(Fault(R"({"a/b~":1})"),
            "/a~1b~0: unknown key; the known ones are shapes, rootfs, hosts, users");
}

TEST(Place, ShowsControlCharactersAsEscapes) {
  EXPECT_EQ(Member("", "a\nb\x7f"), "/a\\x0ab\\x7f");
  EXPECT_EQ(Fault(R"({"a\nb\u0000":1})").substr(0, 11), "/a\\x0ab\\x00");
}

TEST(Place, CutsALongKeyBetweenCharacters) {
  const std::string start(63, 'a');
  EXPECT_EQ(Member("", start + "b"), "/" + start + "b");
  EXPECT_EQ(Member("", start + "bc"), "/" + start + "b...");
  EXPECT_EQ(Member("", start + "\xc3\xa9"), "/" + start + "...");
  std::string euros;
  for (int i = 0; i < 1000; ++i) euros += "\xe2\x82\xac";
  EXPECT_TRUE(model::IsUtf8(Member("", euros)));
  EXPECT_LT(Member("", std::string(1000, '\n')).size(), 300u);
}

}  // namespace
}  // namespace muster::document
