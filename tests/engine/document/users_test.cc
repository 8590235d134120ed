// Users and their API keys in a document. What is absent stays as it is.
#include <gtest/gtest.h>

#include <string>

#include "engine/document/fixture.h"

namespace muster {
namespace {

class UsersTest : public DocumentTest {
 protected:
  void LoadAlice() {
    Load(R"({"users":[{"id":"alice","api_keys":["key-one-of-alice","key-two-of-alice"],
                       "stats":{"running":1,"total":5}}]})");
  }
};

TEST_F(UsersTest, ANewUserHasNoKeysAndZeros) {
  Load(R"({"users":[{"id":"alice"}]})");
  EXPECT_TRUE(catalog_->FindUser("alice")->has_value());
  EXPECT_EQ(Stats("alice"), UserStats());
  EXPECT_TRUE(catalog_->ListApiKeys("alice")->empty());
}

TEST_F(UsersTest, AbsentKeysAndStatsLeaveWhatIsThere) {
  LoadAlice();
  Load(R"({"users":[{"id":"alice"}]})");
  EXPECT_EQ(OwnerOf("key-one-of-alice"), "alice");
  EXPECT_EQ(Stats("alice"), (UserStats{1, 0, 0, 5}));
  Replace(R"({"users":[{"id":"alice"}]})");
  EXPECT_EQ(OwnerOf("key-two-of-alice"), "alice");
  EXPECT_EQ(Stats("alice"), (UserStats{1, 0, 0, 5}));
}

TEST_F(UsersTest, KeysThatAreGivenBecomeAllOfTheUsersKeys) {
  LoadAlice();
  Load(R"({"users":[{"id":"alice","api_keys":["key-two-of-alice","key-three-of-alice"]}]})");
  EXPECT_EQ(OwnerOf("key-one-of-alice"), "nobody");
  EXPECT_EQ(OwnerOf("key-two-of-alice"), "alice");
  EXPECT_EQ(OwnerOf("key-three-of-alice"), "alice");
  EXPECT_EQ(Stats("alice"), (UserStats{1, 0, 0, 5}));
}

TEST_F(UsersTest, AnEmptyArrayOfKeysTakesAllAway) {
  LoadAlice();
  Load(R"({"users":[{"id":"alice","api_keys":[]}]})");
  EXPECT_EQ(OwnerOf("key-one-of-alice"), "nobody");
  EXPECT_EQ(OwnerOf("key-two-of-alice"), "nobody");
}

TEST_F(UsersTest, AbsentPartsOfStatsAreZero) {
  LoadAlice();
  Load(R"({"users":[{"id":"alice","stats":{"total":2}}]})");
  EXPECT_EQ(Stats("alice"), (UserStats{0, 0, 0, 2}));
  Load(R"({"users":[{"id":"alice","stats":{}}]})");
  EXPECT_EQ(Stats("alice"), UserStats());
}

TEST_F(UsersTest, AKeyOfTwoUsersIsAFaultThatDoesNotShowIt) {
  EXPECT_EQ(Fault(R"({"users":[{"id":"a","api_keys":["key-of-both"]},
                               {"id":"b","api_keys":["key-of-both"]}]})"),
            "/users/1/api_keys/0: must not be given to more than one user");
}

TEST_F(UsersTest, AKeyTwiceInOneUserIsAFault) {
  EXPECT_EQ(Fault(R"({"users":[{"id":"a","api_keys":["key-number-1","key-number-2",
                                                     "key-number-1"]}]})"),
            "/users/0/api_keys/2: must not be given more than once");
}

TEST_F(UsersTest, NoFaultShowsAKey) {
  constexpr char kSecret[] = "sk_secret_value";
  for (const char* text : {
           R"({"users":[{"id":"a","api_keys":["sk_secret_value","sk_secret_value"]}]})",
           R"({"users":[{"id":"a","api_keys":["sk_secret_value"]},
                        {"id":"b","api_keys":["sk_secret_value"]}]})",
           R"({"users":[{"id":"a","api_keys":"sk_secret_value"}]})",
           R"({"users":[{"id":"a","api_keys":["sk_secret_value "]}]})",
           R"({"users":[{"id":"a","stats":"sk_secret_value"}]})",
           R"({"users":[{"id":"a","api_keys":["sk_secret_value]}]})",
           R"({"users":[{"id":"a","api_keys":["sk_secret_value\ud800"]}]})",
           R"({"users":[{"id":"a","api_keys":["sk_secret_value" "sk_secret_value"]}]})",
       }) {
    const std::string fault = Fault(text);
    EXPECT_NE(fault, "OK") << text;
    EXPECT_EQ(fault.find(kSecret), std::string::npos) << fault;
  }
  LoadAlice();
  const std::string refused =
      Told(Import(R"({"users":[{"id":"b","api_keys":["key-one-of-alice"]}]})"));
  EXPECT_EQ(refused,
            "FAILED_PRECONDITION: /users/0/api_keys/0: the key belongs to another user");
}

TEST_F(UsersTest, AKeyMovesToAUserThatComesLater) {
  LoadAlice();
  Load(R"({"users":[{"id":"alice","api_keys":["key-one-of-alice"]},
                    {"id":"bob","api_keys":["key-two-of-alice"]}]})");
  EXPECT_EQ(OwnerOf("key-two-of-alice"), "bob");
}

TEST_F(UsersTest, AKeyMovesToAUserThatComesBefore) {
  LoadAlice();
  Load(R"({"users":[{"id":"bob","api_keys":["key-two-of-alice"]},
                    {"id":"alice","api_keys":["key-one-of-alice"]}]})");
  EXPECT_EQ(OwnerOf("key-two-of-alice"), "bob");
}

TEST_F(UsersTest, ReplaceFreesTheKeysOfUsersThatAreGone) {
  LoadAlice();
  Replace(R"({"users":[{"id":"bob","api_keys":["key-two-of-alice"]}]})");
  EXPECT_EQ(OwnerOf("key-one-of-alice"), "nobody");
  EXPECT_EQ(OwnerOf("key-two-of-alice"), "bob");
}

}  // namespace
}  // namespace muster
