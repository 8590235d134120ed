// HasUnclearBody(): which requests' bodies two readers could see end at two places.
#include <gtest/gtest.h>

#include "fields.h"
#include "muster/http.h"

namespace muster {
namespace {

bool IsUnclear(const Fields& fields) { return HasUnclearBody(fields); }

TEST(ABody, OfOneLengthIsClear) {
  EXPECT_FALSE(IsUnclear({}));
  EXPECT_FALSE(IsUnclear({{"Content-Length", "0"}}));
  EXPECT_FALSE(IsUnclear({{"Content-Length", " 37\t"}}));
  EXPECT_FALSE(IsUnclear({{"Transfer-Encoding", "Chunked"}, {"Accept", "*/*"}}));
}

TEST(ABody, OfSeveralLengthsIsUnclear) {
  EXPECT_TRUE(IsUnclear({{"Content-Length", "0"}, {"Content-Length", "37"}}));
  EXPECT_TRUE(IsUnclear({{"Content-Length", "37"}, {"Content-Length", "37"}}));
  EXPECT_TRUE(IsUnclear({{"Content-Length", "37, 37"}}));
  EXPECT_TRUE(IsUnclear({{"content-length", "37"}, {"transfer-encoding", "chunked"}}));
  EXPECT_TRUE(IsUnclear({{"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "chunked"}}));
}

TEST(ABody, OfALengthThatIsNoNumberIsUnclear) {
  for (const char* length : {"", " ", "+1", "-1", "0x25", "1 2", "1.0", "one"}) {
    EXPECT_TRUE(IsUnclear({{"Content-Length", length}})) << length;
  }
}

TEST(ABody, OfAnotherCodingIsUnclear) {
  for (const char* coding :
       {"", "xchunked", "gzip, chunked", "chunked, identity", "identity"}) {
    EXPECT_TRUE(IsUnclear({{"Transfer-Encoding", coding}})) << coding;
  }
}

}  // namespace
}  // namespace muster
