#include "http/credential.h"

#include <gtest/gtest.h>

#include <string>

#include "fields.h"

namespace muster::http {
namespace {

std::string Find(const Fields& fields) { return FindCredential(&fields); }

TEST(Credential, IsTakenFromEachOfTheFourFields) {
  EXPECT_EQ(Find({{"X-Auth-Token", "k"}}), "k");
  EXPECT_EQ(Find({{"X-Access-Token", "k"}}), "k");
  EXPECT_EQ(Find({{"Authorization", "Bearer k"}}), "k");
  EXPECT_EQ(Find({{"X-Api-Key", "k"}}), "k");
}

TEST(Credential, IsTheFirstInTheOrderOfTheFields) {
  EXPECT_EQ(Find({{"X-Api-Key", "4"}, {"Authorization", "Bearer 3"}}), "3");
  EXPECT_EQ(Find({{"Authorization", "Bearer 3"}, {"X-Access-Token", "2"}}), "2");
  EXPECT_EQ(Find({{"X-Access-Token", "2"}, {"X-Auth-Token", "1"}}), "1");
}

TEST(Credential, IsNotAnEmptyField) {
  EXPECT_EQ(Find({{"X-Auth-Token", ""},
                  {"X-Access-Token", " \t"},
                  {"Authorization", ""},
                  {"X-Api-Key", "k"}}),
            "k");
}

TEST(Credential, IsNothingWithoutAField) {
  EXPECT_EQ(FindCredential(nullptr), "");
  EXPECT_EQ(Find({}), "");
  EXPECT_EQ(Find({{"X-Api-Key", "  "}}), "");
  EXPECT_EQ(Find({{"Cookie", "k"}, {"X-Api-Keys", "k"}}), "");
}

TEST(Credential, IsTrimmed) {
  EXPECT_EQ(Find({{"X-Api-Key", " \tk\t "}}), "k");
  EXPECT_EQ(Find({{"Authorization", "  Bearer \t k \t"}}), "k");
}

TEST(Credential, JoinsRepeatsWithAComma) {
  EXPECT_EQ(Find({{"X-Api-Key", "a "}, {"x-api-key", " b"}}), "a,b");
  EXPECT_EQ(Find({{"X-Auth-Token", ""}, {"X-Auth-Token", ""}, {"X-Api-Key", "k"}}), ",");
  EXPECT_EQ(Find({{"Authorization", "Bearer a"}, {"Authorization", "Bearer b"}}), "a,Bearer b");
}

TEST(Credential, PassesOverOtherSchemes) {
  for (const char* authorization :
       {"Basic dXNlcjpwYXNz", "Digest username=\"x\"", "Bearers k", "Bear k", "k",
        "Basic Bearer k", "ApiKey k", "Bearer=k", "Bearer,k"}) {
    EXPECT_EQ(Find({{"Authorization", authorization}, {"X-Api-Key", "key"}}), "key")
        << authorization;
  }
  EXPECT_EQ(Find({{"Authorization", "Basic x"}, {"Authorization", "Bearer k"}}), "");
}

TEST(Credential, PassesOverABearerWithoutToken) {
  EXPECT_EQ(Find({{"Authorization", "Bearer"}, {"X-Api-Key", "key"}}), "key");
  EXPECT_EQ(Find({{"Authorization", "Bearer  \t "}, {"X-Api-Key", "key"}}), "key");
}

TEST(Credential, TakesTheSchemeInAnyCase) {
  EXPECT_EQ(Find({{"Authorization", "bearer k"}}), "k");
  EXPECT_EQ(Find({{"Authorization", "BEARER k"}}), "k");
  EXPECT_EQ(Find({{"Authorization", "bEaReR k"}}), "k");
}

TEST(Credential, KeepsWhatStandsInTheToken) {
  EXPECT_EQ(Find({{"Authorization", "Bearer a b,c"}}), "a b,c");
  EXPECT_EQ(Find({{"X-Api-Key", std::string("a\0b", 3)}}), std::string("a\0b", 3));
  EXPECT_EQ(Find({{"X-Api-Key", "\xff\n"}}), "\xff\n");
}

TEST(BearerToken, IsPartOfTheValue) {
  const std::string value = "Bearer k";
  EXPECT_EQ(BearerToken(value).data(), value.data() + 7);
  EXPECT_EQ(BearerToken(""), "");
}

}  // namespace
}  // namespace muster::http
