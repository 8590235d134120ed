// Look-ups of users and API keys: what is answered from memory, and that it is
// never older than what was acknowledged.
#include <atomic>
#include <thread>
#include <utility>
#include <vector>

#include "engine/commit/fixture.h"
#include "engine/store/forwarding_store.h"
#include "engine/temp_dir.h"
#include "store/memory/memory_store.h"

namespace muster {
namespace {

// A store that counts its read transactions.
class CountingStore : public ForwardingStore {
 public:
  explicit CountingStore(std::atomic<int>* reads) : reads_(*reads) {}

  absl::StatusOr<std::unique_ptr<ReadTransaction>> BeginRead() override {
    ++reads_;
    return ForwardingStore::BeginRead();
  }

 private:
  std::atomic<int>& reads_;
};

constexpr char kKey[] = "sk_the_key_of_usr_1";

class FindUserTest : public CatalogTest {
 protected:
  FindUserTest() {
    Serve({});
    Do([](WriteBatch& batch) { batch.PutUser({"usr_1", UserStats{1, 2, 3, 7}, {{kKey}}}); });
    reads_ = 0;
  }

  void Serve(const Options& options) {
    catalog_ = *Catalog::Open(std::make_unique<CountingStore>(&reads_), options);
  }

  // How often the store is read meanwhile.
  template <typename LookUp>
  int ReadsOf(const LookUp& look_up) {
    const int before = reads_;
    look_up();
    return reads_ - before;
  }
  bool IsUnknown(std::string_view key) {
    return absl::IsNotFound(catalog_->FindUserByApiKey(key).status());
  }

  void TearDown() override { catalog_.reset(); }  // before what its store counts in

  std::atomic<int> reads_{0};
};

TEST_F(FindUserTest, AKeyGivesTheUserWithTheCounts) {
  const absl::StatusOr<User> user = catalog_->FindUserByApiKey(kKey);
  ASSERT_TRUE(user.ok()) << user.status();
  EXPECT_EQ(user->id, "usr_1");
  EXPECT_EQ(user->stats, (UserStats{1, 2, 3, 7}));
  EXPECT_FALSE(user->api_keys);
}

TEST_F(FindUserTest, AKeyIsReadFromTheStoreOnce) {
  EXPECT_EQ(ReadsOf([&] { EXPECT_TRUE(catalog_->FindUserByApiKey(kKey).ok()); }), 1);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(ReadsOf([&] { EXPECT_EQ(catalog_->FindUserByApiKey(kKey)->id, "usr_1"); }), 0);
  }
}

TEST_F(FindUserTest, AUserIsReadFromTheStoreOnce) {
  EXPECT_EQ(ReadsOf([&] { EXPECT_TRUE(*catalog_->FindUser("usr_1")); }), 1);
  EXPECT_EQ(ReadsOf([&] { EXPECT_EQ(catalog_->GetUserStats("usr_1")->total, 7); }), 0);
  EXPECT_EQ(ReadsOf([&] { EXPECT_EQ((*catalog_->FindUser("usr_1"))->stats->total, 7); }), 0);
}

TEST_F(FindUserTest, WhatIsNotThereIsReadFromTheStoreOnce) {
  for (int i = 0; i < 100; ++i) {
    const std::string name = "unknown_" + std::to_string(i);
    EXPECT_EQ(ReadsOf([&] { EXPECT_TRUE(IsUnknown(name)); }), 1);
    EXPECT_EQ(ReadsOf([&] { EXPECT_TRUE(IsUnknown(name)); }), 0);
    EXPECT_EQ(ReadsOf([&] { EXPECT_FALSE(*catalog_->FindUser(name)); }), 1);
    EXPECT_EQ(ReadsOf([&] { EXPECT_EQ(*catalog_->GetUserStats(name), UserStats{}); }), 0);
  }
}

TEST_F(FindUserTest, AFloodOfUnknownKeysPushesNoUserOut) {
  Options options;
  options.identity_cache_bytes = size_t{256} << 10;
  Serve(options);
  Do([](WriteBatch& batch) { batch.PutUser({"usr_1", UserStats{1, 2, 3, 7}, {{kKey}}}); });
  EXPECT_TRUE(catalog_->FindUserByApiKey(kKey).ok());
  for (int i = 0; i < 5000; ++i) EXPECT_TRUE(IsUnknown("unknown_" + std::to_string(i)));
  EXPECT_EQ(ReadsOf([&] { EXPECT_TRUE(catalog_->FindUserByApiKey(kKey).ok()); }), 0);
}

TEST_F(FindUserTest, ANameThatCannotBeIsNotLookedUp) {
  const std::string too_long(256, 'x');
  EXPECT_EQ(ReadsOf([&] {
              EXPECT_FALSE(*catalog_->FindUser(""));
              EXPECT_FALSE(*catalog_->FindUser(too_long));
            }),
            0);
}

TEST_F(FindUserTest, WithoutMemoryEveryLookUpReadsTheStore) {
  Options options;
  options.identity_cache_bytes = 0;
  Serve(options);
  Do([](WriteBatch& batch) { batch.PutUser({"usr_1", UserStats{1, 2, 3, 7}, {{kKey}}}); });
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(ReadsOf([&] { EXPECT_EQ(catalog_->FindUserByApiKey(kKey)->stats->total, 7); }),
              1);
    EXPECT_EQ(ReadsOf([&] { EXPECT_TRUE(IsUnknown("unknown")); }), 1);
  }
}

TEST_F(FindUserTest, NewCountsAreSeenAtOnce) {
  for (int64_t n = 0; n < 100; ++n) {
    Do([&](WriteBatch& batch) { batch.SetUserStats("usr_1", {n, 0, 0, n}); });
    for (int i = 0; i < 2; ++i) {
      EXPECT_EQ(catalog_->FindUserByApiKey(kKey)->stats->running, n);
      EXPECT_EQ(catalog_->GetUserStats("usr_1")->running, n);
    }
  }
}

TEST_F(FindUserTest, ARevokedKeyIsUnknownAtOnce) {
  EXPECT_TRUE(catalog_->FindUserByApiKey(kKey).ok());
  Do([](WriteBatch& batch) { batch.RevokeApiKey(kKey); });
  EXPECT_TRUE(IsUnknown(kKey));
}

TEST_F(FindUserTest, AKeyThatWasAskedForBeforeIsKnownAsSoonAsItIsAdded) {
  EXPECT_TRUE(IsUnknown("sk_added_later"));
  Do([](WriteBatch& batch) { batch.AddApiKey("usr_1", "sk_added_later"); });
  EXPECT_EQ(catalog_->FindUserByApiKey("sk_added_later")->id, "usr_1");
}

TEST_F(FindUserTest, AKeyThatMovesGivesItsNewUserAtOnce) {
  EXPECT_EQ(catalog_->FindUserByApiKey(kKey)->id, "usr_1");
  Do([](WriteBatch& batch) {
    batch.PutUser({"usr_1", {}, std::vector<std::string>{}});
    batch.PutUser({"usr_2", {}, {{kKey}}});
  });
  EXPECT_EQ(catalog_->FindUserByApiKey(kKey)->id, "usr_2");
}

TEST_F(FindUserTest, AUserComesAndGoesAtOnceWithTheKeys) {
  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(catalog_->FindUserByApiKey(kKey).ok());
    EXPECT_TRUE(*catalog_->FindUser("usr_1"));
    Do([](WriteBatch& batch) { batch.DeleteUser("usr_1"); });
    EXPECT_TRUE(IsUnknown(kKey));
    EXPECT_FALSE(*catalog_->FindUser("usr_1"));
    Do([](WriteBatch& batch) { batch.PutUser({"usr_1", {}, {{kKey}}}); });
  }
}

TEST_F(FindUserTest, ABatchThatFailsForgetsNothing) {
  EXPECT_TRUE(catalog_->FindUserByApiKey(kKey).ok());
  EXPECT_FALSE(Apply([](WriteBatch& batch) {
                 batch.SetUserStats("usr_1", {9, 0, 0, 9});
                 batch.SetDefaultRootfs("not there");
               }).ok());
  EXPECT_EQ(ReadsOf([&] { EXPECT_EQ(catalog_->FindUserByApiKey(kKey)->stats->total, 7); }), 0);
}

TEST_F(FindUserTest, AChangeOfManyUsersIsSeenAtOnce) {
  constexpr int kMany = 12000;
  const auto put_all = [&](int64_t running) {
    Do([&](WriteBatch& batch) {
      for (int i = 0; i < kMany; ++i) {
        batch.PutUser({"u" + std::to_string(i), UserStats{running, 0, 0, running}});
      }
    });
  };
  for (int64_t running = 1; running <= 2; ++running) {
    put_all(running);
    for (int i = 0; i < kMany; i += 100) {
      EXPECT_EQ(catalog_->GetUserStats("u" + std::to_string(i))->running, running);
    }
  }
}

// Two readers look up, one by key and one by id, while a writer changes the
// counts and revokes and adds the key: what they get is never older than what
// the writer was told is done.
void RaceLookUpsAgainst(Catalog& catalog) {
  std::atomic<int64_t> done{0};
  std::atomic<bool> end{false};
  std::thread by_key([&] {
    while (!end) {
      const int64_t before = done;
      const absl::StatusOr<User> user = catalog.FindUserByApiKey(kKey);
      ASSERT_TRUE(user.ok() || absl::IsNotFound(user.status())) << user.status();
      if (user.ok()) {
        ASSERT_GE(user->stats->running, before);
      }
    }
  });
  std::thread by_id([&] {
    while (!end) {
      const int64_t before = done;
      ASSERT_GE(catalog.GetUserStats("usr_1")->running, before);
    }
  });
  for (int64_t n = 1; n <= 400; ++n) {
    WriteBatch batch;
    batch.SetUserStats("usr_1", {n, 0, 0, n});
    if (n % 4 == 0) batch.RevokeApiKey(kKey);
    if (n % 4 == 1 && n > 1) batch.AddApiKey("usr_1", kKey);
    EXPECT_TRUE(catalog.Apply(batch).ok());
    done = n;
    EXPECT_EQ(catalog.FindUserByApiKey(kKey).ok(), n % 4 != 0);
    EXPECT_EQ(catalog.GetUserStats("usr_1")->running, n);
  }
  end = true;
  by_key.join();
  by_id.join();
}

TEST_F(FindUserTest, NoLookUpThatMeetsACommitLeavesAnOldValue) {
  RaceLookUpsAgainst(*catalog_);
}

TEST(FindUserInAFile, NoLookUpThatMeetsACommitLeavesAnOldValue) {
  TempDir dir;
  const auto catalog = *Catalog::Open(dir / "db");
  WriteBatch batch;
  batch.PutUser({"usr_1", UserStats{}, {{kKey}}});
  ASSERT_TRUE(catalog->Apply(batch).ok());
  RaceLookUpsAgainst(*catalog);
}

}  // namespace
}  // namespace muster
