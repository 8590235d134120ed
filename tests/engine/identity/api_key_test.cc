// What is kept of an API key.
#include "identity/api_key.h"

#include <gtest/gtest.h>

#include "muster/identity.h"

namespace muster::identity {
namespace {

CatalogSecret Secret(uint8_t first) {
  CatalogSecret secret{};
  secret[0] = first;
  return secret;
}

TEST(ApiKey, TheHashIsKeyedWithTheCatalogsSecret) {
  EXPECT_EQ(HashApiKey(Secret(1), "sk_key"), HashApiKey(Secret(1), "sk_key"));
  EXPECT_NE(HashApiKey(Secret(1), "sk_key"), HashApiKey(Secret(2), "sk_key"));
  EXPECT_NE(HashApiKey(Secret(1), "sk_key"), HashApiKey(Secret(1), "sk_kez"));
}

TEST(ApiKey, AnIdIsThePrefixAndHalfOfTheHash) {
  const KeyHash hash = HashApiKey(Secret(1), "sk_key");
  const std::string id = ApiKeyId(Bytes(hash));
  EXPECT_EQ(id.size(), 36u);
  EXPECT_EQ(*HashPrefixOfId(id), Bytes(hash).substr(0, kIdHashBytes));
}

TEST(ApiKey, WhatIsNotAnIdIsToldApart) {
  const std::string digits(32, 'a');
  EXPECT_TRUE(IsApiKeyId("key_" + digits));
  EXPECT_FALSE(IsApiKeyId("kez_" + digits));
  EXPECT_FALSE(IsApiKeyId("key_" + digits + "a"));
  EXPECT_FALSE(IsApiKeyId("key_" + std::string(32, 'A')));
  EXPECT_FALSE(IsApiKeyId("key_" + std::string(32, 'g')));
  EXPECT_FALSE(IsApiKeyId(""));
}

TEST(ApiKey, AHintIsTheLastFourOfALongKey) {
  EXPECT_EQ(Hint(std::string(28, 'a') + "wxyz"), "wxyz");
  EXPECT_EQ(Hint(std::string(27, 'a') + "wxyz"), "");
}

TEST(ApiKeyAuthenticator, NamesTheUserOfAKey) {
  const auto catalog = *Catalog::OpenInMemory();
  WriteBatch batch;
  batch.PutUser({"usr_1"});
  const std::string key = batch.CreateApiKey("usr_1");
  ASSERT_TRUE(catalog->Apply(batch).ok());
  const ApiKeyAuthenticator authenticator(catalog.get());
  EXPECT_EQ(*authenticator.Authenticate(key), "usr_1");
  EXPECT_TRUE(absl::IsNotFound(authenticator.Authenticate("sk_unknown").status()));
}

}  // namespace
}  // namespace muster::identity
