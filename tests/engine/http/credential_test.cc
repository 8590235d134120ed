#include "http/credential.h"

#include <gtest/gtest.h>

#include <string>

#include "fields.h"

namespace muster::http {
namespace {

std::string Find(const HeaderFields* fields) {
  HeaderText credential;
  credential.Append("what was there before");
  FindCredential(fields, &credential);
  return std::string(credential.view());
}
std::string Find(const Fields& fields) { return Find(&fields); }

TEST(Credential, IsTakenFromEachOfTheFourFields) {
  EXPECT_EQ(Find({{"X-Auth-Token", "k"}}), "k");
  EXPECT_EQ(Find({{"X-Access-Token", "k"}}), "k");
  EXPECT_EQ(Find({{"Authorization", "Bearer k"}}), "k");
  EXPECT_EQ(Find({{"X-Api-Key", "k"}}), "k");
}

struct Names : HeaderFields {
  using HeaderFields::IsNamed;
};

TEST(HeaderFields, AreComparedByNameWithoutCase) {
  EXPECT_TRUE(Names::IsNamed("X-Api-Key", "x-api-key"));
  EXPECT_TRUE(Names::IsNamed("AZ", "az"));
  EXPECT_TRUE(Names::IsNamed("", ""));
  EXPECT_FALSE(Names::IsNamed("X-Api-Key", "x-api-ke"));
  EXPECT_FALSE(Names::IsNamed("X-Api-Kez", "x-api-key"));
  // Letters only: "@", "[" and "\xc1" have neighbours that differ by the same bit.
  EXPECT_FALSE(Names::IsNamed("@", "`"));
  EXPECT_FALSE(Names::IsNamed("[", "{"));
  EXPECT_FALSE(Names::IsNamed("\xc1", "\xe1"));
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
  EXPECT_EQ(Find(nullptr), "");
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

// Around what has room without memory from the heap, alone and joined.
TEST(Credential, MayBeOfAnyLength) {
  for (size_t length = 505; length < 520; ++length) {
    const std::string key(length, 'k');
    EXPECT_EQ(Find({{"X-Api-Key", key}}), key);
    EXPECT_EQ(Find({{"Authorization", "Bearer " + key}}), key);
    EXPECT_EQ(Find({{"Authorization", "Basic " + key}, {"X-Api-Key", "a"}}), "a");
    EXPECT_EQ(Find({{"X-Api-Key", key}, {"X-Api-Key", "b"}}), key + ",b");
    EXPECT_EQ(Find({{"X-Api-Key", "b"}, {"X-Api-Key", key}, {"X-Api-Key", key}}),
              "b," + key + "," + key);
  }
}

}  // namespace
}  // namespace muster::http
