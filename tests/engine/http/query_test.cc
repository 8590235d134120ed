#include "http/query.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace muster::http {
namespace {

QueryFault FaultOf(std::string_view query) { return ParsePageQuery(query).fault; }

void ExpectPage(std::string_view query, int64_t limit, int64_t offset) {
  const PageQuery page = ParsePageQuery(query);
  EXPECT_EQ(page.fault, QueryFault::kNone) << query;
  EXPECT_EQ(page.limit, limit) << query;
  EXPECT_EQ(page.offset, offset) << query;
}

TEST(PageQuery, IsFiftyFromTheStartByDefault) { ExpectPage("", 50, 0); }

TEST(PageQuery, TakesLimitAndOffsetInAnyOrder) {
  ExpectPage("limit=7&offset=9", 7, 9);
  ExpectPage("offset=9&limit=7", 7, 9);
}

TEST(PageQuery, DecodesNamesAndValues) {
  ExpectPage("%6cimit=%35", 5, 0);
  ExpectPage("%6C%69%6D%69%74=1%30&o%66fset=%31%32", 10, 12);
}

TEST(PageQuery, DecodesAnEqualsSignInANameIntoTheName) {
  ExpectPage("limit%3D5=7", 50, 0);
  EXPECT_EQ(FaultOf("limit=%3D5"), QueryFault::kLimitValue);
}

TEST(PageQuery, DecodesAnAmpersandIntoAValue) {
  EXPECT_EQ(FaultOf("limit=5%26offset=3"), QueryFault::kLimitValue);
}

TEST(PageQuery, IgnoresOtherParametersAndTheirFaults) {
  for (const char* other :
       {"x",        "x=",         "=5",       "=",         "x=%",      "%",        "%zz=1",
        "x=1&x=2",  "&&&",        "LIMIT=x",  "Limit=0",   "limits=x", "limi=x",   "limit+=x",
        "+limit=x", "%20limit=x", "limit%=x", "limit%6=x", "limi%7=x", "%limit=x", "limit%00=x",
        "page=-1",  "limit%2B=x", "li%mit",   "limit[]=x"}) {
    ExpectPage(other, 50, 0);
    ExpectPage(std::string(other) + "&limit=3&offset=4", 3, 4);
    ExpectPage(std::string("limit=3&") + other + "&offset=4", 3, 4);
    ExpectPage(std::string("limit=3&offset=4&") + other, 3, 4);
  }
}

TEST(PageQuery, SeparatesAtAmpersandsOnly) {
  EXPECT_EQ(FaultOf("limit=5;offset=3"), QueryFault::kLimitValue);
  EXPECT_EQ(FaultOf("limit=5,offset=3"), QueryFault::kLimitValue);
}

TEST(PageQuery, DividesAtTheFirstEqualsSign) {
  EXPECT_EQ(FaultOf("limit=5=6"), QueryFault::kLimitValue);
  EXPECT_EQ(FaultOf("offset==1"), QueryFault::kOffsetValue);
}

TEST(Limit, IsAtLeastOne) {
  ExpectPage("limit=1", 1, 0);
  EXPECT_EQ(FaultOf("limit=0"), QueryFault::kLimitValue);
  EXPECT_EQ(FaultOf("limit=000"), QueryFault::kLimitValue);
}

TEST(Limit, IsClampedToFiveHundredHoweverLong) {
  ExpectPage("limit=499", 499, 0);
  ExpectPage("limit=500", 500, 0);
  ExpectPage("limit=501", 500, 0);
  ExpectPage("limit=9223372036854775808", 500, 0);
  ExpectPage("limit=18446744073709551617", 500, 0);
  ExpectPage("limit=1" + std::string(1000, '0'), 500, 0);
  ExpectPage("limit=" + std::string(10 << 20, '9'), 500, 0);
}

TEST(Limit, CountsLeadingZerosForNothing) {
  ExpectPage("limit=0005", 5, 0);
  ExpectPage("limit=" + std::string(10 << 20, '0') + "5", 5, 0);
}

TEST(Limit, LooksAtEveryDigitOfALongNumber) {
  EXPECT_EQ(FaultOf("limit=" + std::string(1000, '9') + "x"), QueryFault::kLimitValue);
}

TEST(Offset, IsFromZeroToTheLargestSafeInteger) {
  ExpectPage("offset=0", 50, 0);
  ExpectPage("offset=9007199254740991", 50, 9007199254740991);
  EXPECT_EQ(FaultOf("offset=9007199254740992"), QueryFault::kOffsetValue);
  EXPECT_EQ(FaultOf("offset=9223372036854775808"), QueryFault::kOffsetValue);
  EXPECT_EQ(FaultOf("offset=18446744073709551616"), QueryFault::kOffsetValue);
  EXPECT_EQ(FaultOf("offset=" + std::string(1 << 20, '9')), QueryFault::kOffsetValue);
}

TEST(Offset, CountsLeadingZerosForNothing) {
  ExpectPage("offset=" + std::string(100, '0') + "9007199254740991", 50, 9007199254740991);
}

// The faults that a value of either parameter can have.
class BadValue : public testing::TestWithParam<const char*> {};

TEST_P(BadValue, IsTheLimitsFault) {
  EXPECT_EQ(FaultOf(std::string("limit") + GetParam()), QueryFault::kLimitValue);
}

TEST_P(BadValue, IsTheOffsetsFault) {
  EXPECT_EQ(FaultOf(std::string("offset") + GetParam()), QueryFault::kOffsetValue);
}

INSTANTIATE_TEST_SUITE_P(Sign, BadValue, testing::Values("=-1", "=%2B5", "=%2D0", "=-0"));
INSTANTIATE_TEST_SUITE_P(Space, BadValue,
                         testing::Values("=+5", "=5+", "=%205", "=5%20", "=5 ", "= ", "=1+2",
                                         "=5%09", "=5%0a"));
INSTANTIATE_TEST_SUITE_P(Fraction, BadValue, testing::Values("=5.0", "=.5", "=5.", "=5,0"));
INSTANTIATE_TEST_SUITE_P(Exponent, BadValue, testing::Values("=1e2", "=1E2"));
INSTANTIATE_TEST_SUITE_P(Absence, BadValue, testing::Values("", "="));
INSTANTIATE_TEST_SUITE_P(BrokenEscape, BadValue,
                         testing::Values("=%", "=5%", "=5%3", "=%zz", "=%3g5", "=%%35",
                                         "=%u0035", "=5%&x"));
INSTANTIATE_TEST_SUITE_P(NoDecimalDigit, BadValue,
                         testing::Values("=x", "=0x10", "=5a", "=\xd9\xa3", "=%D9%A3", "=5%00",
                                         "=null", "=5#", "=\xef\xbc\x95", "=5/", "=:"));

TEST(PageQuery, TakesZeroBytesForBadValues) {
  EXPECT_EQ(FaultOf(std::string_view("limit=5\0", 8)), QueryFault::kLimitValue);
  ExpectPage(std::string_view("limit\0=x", 8), 50, 0);
}

TEST(PageQuery, RefusesASecondOccurrenceWhateverItsValue) {
  for (const char* value : {"=5", "=x", "=", "", "=%", "=0", "=9999999999999999999"}) {
    EXPECT_EQ(FaultOf(std::string("limit=5&limit") + value), QueryFault::kLimitRepeated);
    EXPECT_EQ(FaultOf(std::string("offset=5&offset") + value), QueryFault::kOffsetRepeated);
    EXPECT_EQ(FaultOf(std::string("limit=5&%6cimit") + value), QueryFault::kLimitRepeated);
  }
}

TEST(PageQuery, NamesTheFirstOffenderInQueryOrder) {
  EXPECT_EQ(FaultOf("offset=x&limit=x"), QueryFault::kOffsetValue);
  EXPECT_EQ(FaultOf("limit=x&offset=x"), QueryFault::kLimitValue);
  EXPECT_EQ(FaultOf("limit=x&limit=5"), QueryFault::kLimitValue);
  EXPECT_EQ(FaultOf("limit&limit"), QueryFault::kLimitValue);
  EXPECT_EQ(FaultOf("limit=5&offset=x&limit=5"), QueryFault::kOffsetValue);
  EXPECT_EQ(FaultOf("limit=5&limit=5&offset=x"), QueryFault::kLimitRepeated);
  EXPECT_EQ(FaultOf("a&offset=1&b&offset=1&limit"), QueryFault::kOffsetRepeated);
}

}  // namespace
}  // namespace muster::http
