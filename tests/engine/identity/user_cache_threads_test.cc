// The cache under readers and writers at once, against a store that is a lock
// and an array: nobody ever gets a value older than one that was acknowledged.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "identity/user_cache.h"

namespace muster::identity {
namespace {

using Answer = UserCache::Answer;

constexpr size_t kUsers = 40;
constexpr int64_t kRounds = 200;

class World {
 public:
  struct Value {
    uint64_t commit_id;
    int64_t number;
  };

  // One more commit, in which a user gets a number.
  void Commit(size_t user, int64_t number) {
    begun_[user] = number;
    uint64_t commit_id;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      numbers_[user] = number;
      commit_id = ++commits_;
    }
    cache.Invalidate(commit_id, List::kUsers, IdOf(user));
    cache.Invalidate(commit_id, List::kApiKeys, Bytes(HashOf(user)));
    acknowledged_[user] = number;
  }

  // Reads the store, and lets others in before it is put into the cache.
  Value Read(size_t user) {
    Value value;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      value = {commits_, numbers_[user]};
    }
    std::this_thread::yield();
    return value;
  }

  int64_t Acknowledged(size_t user) const { return acknowledged_[user]; }
  int64_t Begun(size_t user) const { return begun_[user]; }

  // From short to long.
  static std::string IdOf(size_t user) {
    return std::string(1 + 6 * user, static_cast<char>('a' + user % 26)) + std::to_string(user);
  }
  KeyHash HashOf(size_t user) const { return hashes_[user]; }

  UserCache cache{16 * CacheTable::kBucketBytes};  // too small for all

 private:
  const std::array<KeyHash, kUsers> hashes_ = [] {
    std::array<KeyHash, kUsers> hashes;
    for (size_t i = 0; i < kUsers; ++i) hashes[i] = HashApiKey(CatalogSecret{}, IdOf(i));
    return hashes;
  }();
  std::mutex mutex_;
  std::array<int64_t, kUsers> numbers_{};
  uint64_t commits_ = 0;
  std::array<std::atomic<int64_t>, kUsers> begun_{};
  std::array<std::atomic<int64_t>, kUsers> acknowledged_{};
};

// With every fifth number the user is gone.
bool IsGone(int64_t number) { return number % 5 == 0; }

UserStats CountsOf(int64_t number) { return {number, number, 0, 2 * number}; }

// What one look-up may answer: the numbers from that which was acknowledged
// before it to that which was begun before it ended.
class Check {
 public:
  Check(const World& world, size_t user)
      : world_(world), user_(user), oldest_(world.Acknowledged(user)) {}

  void Found(const UserStats& stats) const {
    EXPECT_EQ(stats, CountsOf(stats.running)) << "a torn value";
    EXPECT_GE(stats.running, oldest_);
    EXPECT_LE(stats.running, world_.Begun(user_));
    EXPECT_FALSE(IsGone(stats.running));
  }
  void Absent() const {
    bool can_be = false;
    for (int64_t n = oldest_; n <= world_.Begun(user_); ++n) can_be = can_be || IsGone(n);
    EXPECT_TRUE(can_be) << "was there from " << oldest_ << " on";
  }

 private:
  const World& world_;
  const size_t user_;
  const int64_t oldest_;
};

// Whether the cache knew.
bool LookUpKey(World& world, size_t user) {
  const Check check(world, user);
  User found;
  switch (world.cache.FindByKey(world.HashOf(user), &found)) {
    case Answer::kFound:
      EXPECT_EQ(found.id, World::IdOf(user));
      check.Found(*found.stats);
      return true;
    case Answer::kAbsent:
      check.Absent();
      return true;
    case Answer::kUnknown:
      break;
  }
  const World::Value value = world.Read(user);
  if (IsGone(value.number)) {
    world.cache.PutAbsentKey(value.commit_id, world.HashOf(user));
  } else {
    world.cache.PutKey(value.commit_id, world.HashOf(user), World::IdOf(user),
                       CountsOf(value.number));
  }
  return false;
}

bool LookUpUser(World& world, size_t user) {
  const Check check(world, user);
  UserStats stats;
  switch (world.cache.FindById(World::IdOf(user), &stats)) {
    case Answer::kFound:
      check.Found(stats);
      return true;
    case Answer::kAbsent:
      check.Absent();
      return true;
    case Answer::kUnknown:
      break;
  }
  const World::Value value = world.Read(user);
  if (IsGone(value.number)) {
    world.cache.PutAbsentUser(value.commit_id, World::IdOf(user));
  } else {
    world.cache.PutUser(value.commit_id, World::IdOf(user), CountsOf(value.number));
  }
  return false;
}

TEST(UserCacheThreads, NobodyGetsAValueThatIsOlderThanWhatWasAcknowledged) {
  World world;
  std::atomic<bool> end{false};
  std::atomic<size_t> hits{0};
  std::vector<std::thread> readers;
  for (size_t r = 0; r < 3; ++r) {
    readers.emplace_back([&, r] {
      for (size_t i = r; !end; ++i) {
        if (LookUpKey(world, i * 7 % kUsers)) ++hits;
        if (LookUpUser(world, i * 11 % kUsers)) ++hits;
      }
    });
  }
  std::vector<std::thread> writers;
  for (size_t w = 0; w < 2; ++w) {
    writers.emplace_back([&, w] {
      for (int64_t round = 1; round <= kRounds; ++round) {
        for (size_t user = w; user < kUsers; user += 2) {
          world.Commit(user, round);
          std::this_thread::yield();
        }
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  while (hits == 0) std::this_thread::yield();
  end = true;
  for (std::thread& reader : readers) reader.join();
}

// Payloads of one letter, whose length goes with the letter: half of one and half
// of another would show.
TEST(CacheTableThreads, NobodyGetsATornEntry) {
  constexpr uint64_t kNames = 2;
  CacheTable table(CacheTable::kBucketBytes);
  const auto name_of = [](uint64_t i) {
    return CacheTable::Name{{i, i}, i * 0x9e3779b97f4a7c15};
  };
  std::atomic<bool> end{false};
  std::atomic<size_t> found{0};
  std::thread reader([&] {
    CacheTable::Record record;
    for (uint64_t i = 0; !end || found == 0; ++i) {
      if (!table.Find(name_of(i % kNames), &record)) continue;
      ++found;
      const std::string_view payload = record.payload();
      const auto letter = static_cast<size_t>(payload[0] - 'a');
      ASSERT_EQ(payload.size(), 9 * (1 + letter));
      ASSERT_EQ(payload.find_first_not_of(payload[0]), std::string_view::npos);
      ASSERT_EQ(record.note, payload.size());
    }
  });
  std::string payload;
  for (uint64_t i = 0; i < 500000; ++i) {
    const size_t letter = i * 7 % 26;
    payload.assign(9 * (1 + letter), static_cast<char>('a' + letter));
    table.Put(name_of(i % kNames), payload.size(), payload);
  }
  end = true;
  reader.join();
}

TEST(UserCacheThreads, NobodyGetsTheUserOfAnotherKeyWhileTheCacheGrows) {
  constexpr int kKeys = 60000;
  std::vector<KeyHash> hashes;
  for (int i = 0; i < kKeys; ++i) {
    hashes.push_back(HashApiKey(CatalogSecret{}, std::to_string(i)));
  }
  UserCache cache(size_t{16} << 20);
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&, t] {
      for (int i = t; i < kKeys; i += 2) {  // two of the threads put the same keys
        const auto at = static_cast<size_t>(i);
        cache.PutKey(1, hashes[at], std::to_string(i), CountsOf(i));
        const size_t other = (at * 7919) % (at + 1);
        User user;
        if (cache.FindByKey(hashes[other], &user) != Answer::kFound) continue;
        EXPECT_EQ(user.id, std::to_string(other));
        EXPECT_EQ(*user.stats, CountsOf(static_cast<int64_t>(other)));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  size_t found = 0;
  User user;
  for (const KeyHash& hash : hashes) {
    found += cache.FindByKey(hash, &user) == Answer::kFound ? 1 : 0;
  }
  EXPECT_GE(found, hashes.size() * 9 / 10) << "what met another thread may be lost";
}

}  // namespace
}  // namespace muster::identity
