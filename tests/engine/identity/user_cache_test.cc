// What is remembered of keys and users, and when it is forgotten.
#include "identity/user_cache.h"

#include <gtest/gtest.h>

#include <string>

namespace muster::identity {
namespace {

using Answer = UserCache::Answer;

constexpr size_t kMiB = size_t{1} << 20;

KeyHash HashOf(std::string_view key) { return HashApiKey(CatalogSecret{}, key); }

KeyHash HashOf(int number) { return HashOf("key " + std::to_string(number)); }

UserStats Counts(int64_t running) { return {running, 1, 2, running + 3}; }

// The id and counts of a key, or "absent", or "unknown".
std::string ByKey(const UserCache& cache, const KeyHash& hash) {
  User user;
  switch (cache.FindByKey(hash, &user)) {
    case Answer::kUnknown:
      return "unknown";
    case Answer::kAbsent:
      return "absent";
    case Answer::kFound:
      return user.id + " " + std::to_string(user.stats->running);
  }
  return "";
}

std::string ById(const UserCache& cache, std::string_view id) {
  UserStats stats;
  switch (cache.FindById(id, &stats)) {
    case Answer::kUnknown:
      return "unknown";
    case Answer::kAbsent:
      return "absent";
    case Answer::kFound:
      return std::to_string(stats.running);
  }
  return "";
}

class UserCacheTest : public testing::Test {
 protected:
  UserCache cache_{kMiB};
};

TEST_F(UserCacheTest, KnowsNothingAtFirst) {
  EXPECT_EQ(ByKey(cache_, HashOf("key")), "unknown");
  EXPECT_EQ(ById(cache_, "usr_1"), "unknown");
}

TEST_F(UserCacheTest, RemembersTheUserAndTheCountsOfAKey) {
  const UserStats stats{1, 2, 3, 2147483647};
  cache_.PutKey(1, HashOf("key"), "usr_1", stats);
  User user;
  ASSERT_EQ(cache_.FindByKey(HashOf("key"), &user), Answer::kFound);
  EXPECT_EQ(user.id, "usr_1");
  EXPECT_EQ(user.stats, stats);
  EXPECT_FALSE(user.api_keys);
  EXPECT_EQ(ByKey(cache_, HashOf("other")), "unknown");
}

TEST_F(UserCacheTest, RemembersTheCountsOfAUser) {
  cache_.PutUser(1, "usr_1", Counts(7));
  EXPECT_EQ(ById(cache_, "usr_1"), "7");
  EXPECT_EQ(ById(cache_, "usr_2"), "unknown");
}

TEST_F(UserCacheTest, RemembersThatThereIsNone) {
  cache_.PutAbsentKey(1, HashOf("key"));
  cache_.PutAbsentUser(1, "usr_1");
  EXPECT_EQ(ByKey(cache_, HashOf("key")), "absent");
  EXPECT_EQ(ById(cache_, "usr_1"), "absent");
  EXPECT_EQ(ByKey(cache_, HashOf("other")), "unknown");
  EXPECT_EQ(ById(cache_, "usr_2"), "unknown");
}

TEST_F(UserCacheTest, TakesIdsOfEveryLength) {
  for (size_t bytes = 1; bytes <= 255; ++bytes) {
    const std::string id(bytes, 'x');
    cache_.PutUser(1, id, Counts(2147483640));
    cache_.PutKey(1, HashOf(id), id, Counts(2147483640));
    EXPECT_EQ(ById(cache_, id), "2147483640");
    EXPECT_EQ(ByKey(cache_, HashOf(id)), id + " 2147483640");
  }
}

TEST_F(UserCacheTest, ForgetsAKeyThatChanged) {
  cache_.PutKey(1, HashOf("key"), "usr_1", Counts(1));
  cache_.PutKey(1, HashOf("other"), "usr_2", Counts(1));
  cache_.PutAbsentKey(1, HashOf("absent"));
  cache_.Invalidate(2, List::kApiKeys, Bytes(HashOf("key")));
  cache_.Invalidate(2, List::kApiKeys, Bytes(HashOf("absent")));
  EXPECT_EQ(ByKey(cache_, HashOf("key")), "unknown");
  EXPECT_EQ(ByKey(cache_, HashOf("absent")), "unknown");
  EXPECT_EQ(ByKey(cache_, HashOf("other")), "usr_2 1");
}

TEST_F(UserCacheTest, ForgetsAUserWhoChangedAlsoByTheKeys) {
  cache_.PutUser(1, "usr_1", Counts(1));
  cache_.PutKey(1, HashOf("key"), "usr_1", Counts(1));
  cache_.PutKey(1, HashOf("second key"), "usr_1", Counts(1));
  cache_.PutAbsentUser(1, "usr_2");
  cache_.PutUser(1, "usr_3", Counts(3));
  cache_.Invalidate(2, List::kUsers, "usr_1");
  cache_.Invalidate(2, List::kUsers, "usr_2");
  EXPECT_EQ(ById(cache_, "usr_1"), "unknown");
  EXPECT_EQ(ByKey(cache_, HashOf("key")), "unknown");
  EXPECT_EQ(ByKey(cache_, HashOf("second key")), "unknown");
  EXPECT_EQ(ById(cache_, "usr_2"), "unknown");
  EXPECT_EQ(ById(cache_, "usr_3"), "3");
}

TEST_F(UserCacheTest, ForgetsEverything) {
  cache_.PutUser(1, "usr_1", Counts(1));
  cache_.PutAbsentUser(1, "usr_2");
  cache_.PutKey(1, HashOf("key"), "usr_1", Counts(1));
  cache_.PutAbsentKey(1, HashOf("absent"));
  cache_.InvalidateAll(2);
  EXPECT_EQ(ById(cache_, "usr_1"), "unknown");
  EXPECT_EQ(ById(cache_, "usr_2"), "unknown");
  EXPECT_EQ(ByKey(cache_, HashOf("key")), "unknown");
  EXPECT_EQ(ByKey(cache_, HashOf("absent")), "unknown");
}

TEST_F(UserCacheTest, WhatWasForgottenCanBeLearntAnew) {
  cache_.PutKey(1, HashOf("key"), "usr_1", Counts(1));
  cache_.Invalidate(2, List::kUsers, "usr_1");
  cache_.PutKey(2, HashOf("key"), "usr_1", Counts(2));
  EXPECT_EQ(ByKey(cache_, HashOf("key")), "usr_1 2");
  cache_.Invalidate(3, List::kApiKeys, Bytes(HashOf("key")));
  cache_.PutAbsentKey(3, HashOf("key"));
  EXPECT_EQ(ByKey(cache_, HashOf("key")), "absent");
  cache_.Invalidate(4, List::kApiKeys, Bytes(HashOf("key")));
  cache_.PutKey(4, HashOf("key"), "usr_2", Counts(4));
  EXPECT_EQ(ByKey(cache_, HashOf("key")), "usr_2 4");
}

TEST_F(UserCacheTest, AValueReadBeforeACommitThatIsKnownIsNotKept) {
  cache_.Invalidate(5, List::kUsers, "usr_1");
  cache_.PutUser(4, "usr_1", Counts(1));
  cache_.PutAbsentUser(4, "usr_2");
  cache_.PutKey(4, HashOf("key"), "usr_1", Counts(1));
  cache_.PutAbsentKey(4, HashOf("absent"));
  EXPECT_EQ(ById(cache_, "usr_1"), "unknown");
  EXPECT_EQ(ById(cache_, "usr_2"), "unknown");
  EXPECT_EQ(ByKey(cache_, HashOf("key")), "unknown");
  EXPECT_EQ(ByKey(cache_, HashOf("absent")), "unknown");
  cache_.InvalidateAll(3);  // of a commit before: the newest one counts
  cache_.PutUser(4, "usr_1", Counts(1));
  EXPECT_EQ(ById(cache_, "usr_1"), "unknown");
  cache_.PutUser(5, "usr_1", Counts(1));
  EXPECT_EQ(ById(cache_, "usr_1"), "1");
}

TEST_F(UserCacheTest, ChangesOfOtherListsForgetNothing) {
  cache_.PutUser(1, "usr_1", Counts(1));
  cache_.Invalidate(2, List::kHosts, "usr_1");
  EXPECT_EQ(ById(cache_, "usr_1"), "1");
}

TEST_F(UserCacheTest, UnknownKeysAndUsersPushNoKnownOnesOut) {
  for (int i = 0; i < 3000; ++i) {
    cache_.PutKey(1, HashOf(i), "usr_" + std::to_string(i), Counts(i));
    cache_.PutUser(1, "usr_" + std::to_string(i), Counts(i));
  }
  for (int i = 0; i < 50000; ++i) {
    cache_.PutAbsentKey(1, HashOf("unknown " + std::to_string(i)));
    cache_.PutAbsentUser(1, "unknown " + std::to_string(i));
  }
  for (int i = 0; i < 3000; ++i) {
    const std::string id = "usr_" + std::to_string(i);
    EXPECT_EQ(ByKey(cache_, HashOf(i)), id + " " + std::to_string(i));
    EXPECT_EQ(ById(cache_, id), std::to_string(i));
  }
}

TEST_F(UserCacheTest, HoldsNoMoreThanItsBytes) {
  constexpr int kMany = 50000;
  for (int i = 0; i < kMany; ++i) {
    cache_.PutKey(1, HashOf(i), "usr", Counts(i));
    cache_.PutAbsentKey(1, HashOf(-1 - i));
  }
  size_t known = 0, absent = 0;
  for (int i = 0; i < kMany; ++i) {
    known += ByKey(cache_, HashOf(i)) == "unknown" ? 0 : 1;
    absent += ByKey(cache_, HashOf(-1 - i)) == "unknown" ? 0 : 1;
  }
  EXPECT_LE(known, kMiB / 8 * 7 / 64);
  EXPECT_GE(known, kMiB / 8 * 7 / 64 * 9 / 10);
  EXPECT_LE(absent, kMiB / 8 / 64);
  EXPECT_GE(absent, kMiB / 8 / 64 * 9 / 10);
}

TEST_F(UserCacheTest, OfNoBytesRemembersNothing) {
  UserCache none(0);
  none.PutUser(1, "usr_1", Counts(1));
  none.PutKey(1, HashOf("key"), "usr_1", Counts(1));
  none.PutAbsentKey(1, HashOf("absent"));
  none.PutAbsentUser(1, "usr_2");
  none.Invalidate(2, List::kUsers, "usr_1");
  none.InvalidateAll(2);
  EXPECT_EQ(ById(none, "usr_1"), "unknown");
  EXPECT_EQ(ById(none, "usr_2"), "unknown");
  EXPECT_EQ(ByKey(none, HashOf("key")), "unknown");
  EXPECT_EQ(ByKey(none, HashOf("absent")), "unknown");
}

}  // namespace
}  // namespace muster::identity
