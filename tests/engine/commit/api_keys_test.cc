// API keys: shown once, kept as a hash, gone when revoked.
#include <set>

#include "engine/commit/fixture.h"
#include "identity/api_key.h"

namespace muster {
namespace {

class ApiKeysTest : public CatalogTest {
 protected:
  std::string Create(std::string_view user_id, std::string_view label = "") {
    std::string key;
    Do([&](WriteBatch& batch) {
      batch.PutUser({std::string(user_id)});
      key = batch.CreateApiKey(user_id, label);
    });
    return key;
  }
  std::vector<ApiKeyInfo> KeysOf(std::string_view user_id) {
    return *catalog_->ListApiKeys(user_id);
  }
};

TEST_F(ApiKeysTest, ANewKeyNamesItsUser) {
  const std::string key = Create("usr_1");
  EXPECT_EQ(catalog_->FindUserByApiKey(key)->id, "usr_1");
}

TEST_F(ApiKeysTest, ANewKeyHasAPrefixAnd256RandomBits) {
  std::set<std::string> keys;
  for (int i = 0; i < 100; ++i) {
    const std::string key = Create("usr_1");
    EXPECT_EQ(key.size(), 46u);
    EXPECT_EQ(key.substr(0, 3), "sk_");
    keys.insert(key);
  }
  EXPECT_EQ(keys.size(), 100u);
}

TEST_F(ApiKeysTest, AKeyThatIsUnknownIsNotFound) {
  EXPECT_TRUE(absl::IsNotFound(catalog_->FindUserByApiKey("sk_unknown").status()));
  EXPECT_TRUE(absl::IsNotFound(catalog_->FindUserByApiKey("").status()));
}

TEST_F(ApiKeysTest, WhatIsKeptOfAKeyIsListed) {
  const std::string key = Create("usr_1", "laptop");
  const auto keys = KeysOf("usr_1");
  ASSERT_EQ(keys.size(), 1u);
  EXPECT_EQ(keys[0].user_id, "usr_1");
  EXPECT_EQ(keys[0].label, "laptop");
  EXPECT_EQ(keys[0].hint, key.substr(42));
  EXPECT_GT(keys[0].created_unix_ms, 1700000000000);
  EXPECT_TRUE(identity::IsApiKeyId(keys[0].id));
}

TEST_F(ApiKeysTest, KeysAreListedOfOneUserOrOfAll) {
  Create("usr_1");
  Create("usr_1x");
  Create("usr_1");
  EXPECT_EQ(KeysOf("usr_1").size(), 2u);
  EXPECT_EQ(KeysOf("usr_1x").size(), 1u);
  EXPECT_EQ(KeysOf("").size(), 3u);
  EXPECT_EQ(KeysOf("usr").size(), 0u);
}

TEST_F(ApiKeysTest, AShortImportedKeyHasNoHint) {
  Do([](WriteBatch& batch) {
    batch.PutUser({"usr_1"});
    batch.AddApiKey("usr_1", std::string(31, 'a'));
    batch.AddApiKey("usr_1", std::string(28, 'b') + "wxyz");
  });
  std::set<std::string> hints;
  for (const ApiKeyInfo& info : KeysOf("usr_1")) hints.insert(info.hint);
  EXPECT_EQ(hints, (std::set<std::string>{"", "wxyz"}));
}

TEST_F(ApiKeysTest, AKeyIsRevokedByItsId) {
  const std::string key = Create("usr_1");
  const std::string id = KeysOf("usr_1")[0].id;
  Do([&](WriteBatch& batch) { batch.RevokeApiKey(id); });
  EXPECT_TRUE(absl::IsNotFound(catalog_->FindUserByApiKey(key).status()));
  EXPECT_TRUE(KeysOf("usr_1").empty());
  EXPECT_TRUE(KeysOf("").empty());
}

TEST_F(ApiKeysTest, AKeyIsRevokedByItself) {
  const std::string key = Create("usr_1");
  Do([&](WriteBatch& batch) { batch.RevokeApiKey(key); });
  EXPECT_TRUE(absl::IsNotFound(catalog_->FindUserByApiKey(key).status()));
}

TEST_F(ApiKeysTest, AKeyThatLooksLikeAnIdIsRevokedToo) {
  const std::string key = "key_" + std::string(32, 'a');
  Do([&](WriteBatch& batch) { batch.PutUser({"usr_1", {}, {{key}}}); });
  Do([&](WriteBatch& batch) { batch.RevokeApiKey(key); });
  EXPECT_TRUE(absl::IsNotFound(catalog_->FindUserByApiKey(key).status()));
}

TEST_F(ApiKeysTest, AUserThatCannotBeHasNoKeys) {
  Create("usr_1");
  EXPECT_TRUE(KeysOf(std::string_view("usr_1\0x", 7)).empty());
}

TEST_F(ApiKeysTest, RevokingTwiceIsNotFoundAndDoesNotShowTheKey) {
  const std::string key = Create("usr_1");
  Do([&](WriteBatch& batch) { batch.RevokeApiKey(key); });
  const absl::Status status = Apply([&](WriteBatch& batch) { batch.RevokeApiKey(key); });
  EXPECT_TRUE(absl::IsNotFound(status));
  EXPECT_EQ(Text(status).find(key), std::string::npos);
}

TEST_F(ApiKeysTest, AnIdThatIsNotOneIsRefused) {
  for (const char* id : {"", "key_", "short", "with space"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(Apply([&](WriteBatch& b) { b.RevokeApiKey(id); })))
        << id;
  }
}

TEST_F(ApiKeysTest, AKeyBelongsToOneUser) {
  Do([](WriteBatch& batch) { batch.PutUser({"usr_1", {}, {{"sk_shared_key"}}}); });
  const absl::Status status = Apply([](WriteBatch& batch) {
    batch.PutUser({"usr_2", {}, {{"sk_other_key", "sk_shared_key"}}});
  });
  EXPECT_EQ(status, absl::FailedPreconditionError(
                        "/users/0/api_keys/1: the key belongs to another user"));
  EXPECT_FALSE(*catalog_->FindUser("usr_2")) << "nothing of the batch was done";
}

TEST_F(ApiKeysTest, TheUsersKeysBecomeThoseThatArePut) {
  Do([](WriteBatch& batch) {
    batch.PutUser({"usr_1", {}, {{"sk_first_key", "sk_second_key"}}});
  });
  const auto before = KeysOf("usr_1");
  Do([](WriteBatch& batch) {
    batch.PutUser({"usr_1", {}, {{"sk_second_key", "sk_third_key"}}});
  });
  EXPECT_TRUE(absl::IsNotFound(catalog_->FindUserByApiKey("sk_first_key").status()));
  EXPECT_EQ(catalog_->FindUserByApiKey("sk_second_key")->id, "usr_1");
  EXPECT_EQ(catalog_->FindUserByApiKey("sk_third_key")->id, "usr_1");
  Do([](WriteBatch& batch) { batch.PutUser({"usr_1", {}, std::vector<std::string>{}}); });
  EXPECT_TRUE(KeysOf("usr_1").empty());
}

TEST_F(ApiKeysTest, AKeyMayMoveToAnotherUserInOneBatchWhateverTheOrder) {
  Do([](WriteBatch& batch) { batch.PutUser({"usr_1", {}, {{"sk_moving_key"}}}); });
  Do([](WriteBatch& batch) {
    batch.PutUser({"usr_2", {}, {{"sk_moving_key"}}});
    batch.PutUser({"usr_1", {}, std::vector<std::string>{}});
  });
  EXPECT_EQ(catalog_->FindUserByApiKey("sk_moving_key")->id, "usr_2");
}

TEST_F(ApiKeysTest, AKeyMayMoveFromAUserWhoIsReplaced) {
  Do([](WriteBatch& batch) { batch.PutUser({"usr_1", {}, {{"sk_moving_key"}}}); });
  Do([](WriteBatch& batch) {
    batch.PutUser({"usr_2", {}, {{"sk_moving_key"}}});
    batch.Replace(List::kUsers);
  });
  EXPECT_EQ(catalog_->FindUserByApiKey("sk_moving_key")->id, "usr_2");
}

TEST_F(ApiKeysTest, AbsentKeysLeaveThoseThatAreThere) {
  const std::string key = Create("usr_1");
  Do([](WriteBatch& batch) { batch.PutUser({"usr_1"}); });
  EXPECT_TRUE(catalog_->FindUserByApiKey(key).ok());
}

TEST_F(ApiKeysTest, AddingAKeyThatTheUserHasKeepsItsLabel) {
  Do([](WriteBatch& batch) {
    batch.PutUser({"usr_1"});
    batch.AddApiKey("usr_1", "sk_some_key", "first");
  });
  Do([](WriteBatch& batch) { batch.AddApiKey("usr_1", "sk_some_key", "second"); });
  ASSERT_EQ(KeysOf("usr_1").size(), 1u);
  EXPECT_EQ(KeysOf("usr_1")[0].label, "first");
}

TEST_F(ApiKeysTest, KeysGoWithTheirUser) {
  const std::string key = Create("usr_1");
  Do([](WriteBatch& batch) { batch.DeleteUser("usr_1"); });
  EXPECT_TRUE(absl::IsNotFound(catalog_->FindUserByApiKey(key).status()));
  Do([](WriteBatch& batch) { batch.PutUser({"usr_1"}); });
  EXPECT_TRUE(KeysOf("usr_1").empty());
}

TEST_F(ApiKeysTest, KeysGoWithUsersThatAListReplacementRemoves) {
  const std::string key = Create("usr_1");
  Do([](WriteBatch& batch) {
    batch.PutUser({"usr_2"});
    batch.Replace(List::kUsers);
  });
  EXPECT_TRUE(absl::IsNotFound(catalog_->FindUserByApiKey(key).status()));
  EXPECT_TRUE(KeysOf("").empty());
}

TEST_F(ApiKeysTest, AKeyForAUserWhoIsNotThereIsNotFound) {
  EXPECT_EQ(Apply([](WriteBatch& batch) { batch.CreateApiKey("usr_1"); }),
            absl::NotFoundError("unknown user: usr_1"));
}

TEST_F(ApiKeysTest, ALabelIsChecked) {
  WriteBatch batch;
  EXPECT_EQ(batch.CreateApiKey("usr_1", "two\nlines"), "");
  EXPECT_EQ(Text(batch.status()).substr(0, 18), "/api_keys/0/label:");
}

TEST_F(ApiKeysTest, TwoCatalogsKeepDifferentHashesOfOneKey) {
  const auto other = *Catalog::OpenInMemory();
  WriteBatch batch;
  batch.PutUser({"usr_1", {}, {{"sk_the_same_key"}}});
  ASSERT_TRUE(catalog_->Apply(batch).ok());
  ASSERT_TRUE(other->Apply(batch).ok());
  EXPECT_NE(KeysOf("usr_1")[0].id, (*other->ListApiKeys("usr_1"))[0].id);
}

}  // namespace
}  // namespace muster
