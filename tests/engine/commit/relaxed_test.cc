// Relaxed durability: what is seen before it is written, what is written, and when.
#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "engine/commit/fixture.h"
#include "engine/commit/shared_store.h"
#include "engine/store/failing_store.h"
#include "store/memory/memory_store.h"
#include "store/records.h"

namespace muster {
namespace {

// A relaxed catalog that flushes only when it is told to, and its store.
class Relaxed : public CatalogTest {
 protected:
  explicit Relaxed(int64_t flush_interval_ms = 3600 * 1000) {
    Options options;
    options.durability = Durability::kRelaxed;
    options.flush_interval_ms = flush_interval_ms;
    catalog_ = *Catalog::Open(std::make_unique<FailingStore>(store_, &plan_), options);
  }
  ~Relaxed() override { plan_.Stop(); }

  // What stands in the store itself.
  std::optional<Host> Written(const std::string& id) {
    const auto reader = *Catalog::Open(std::make_unique<SharedStore>(store_, &watch_));
    return reader->snapshot().FindHost(id);
  }

  const std::shared_ptr<Store> store_ = store::NewMemoryStore();
  Watch watch_;
  FaultPlan plan_;
  std::atomic<int> called_back_{0};
};

TEST_F(Relaxed, ABatchIsSeenAtOnceAndWrittenByTheNextFlush) {
  Do([](WriteBatch& batch) { batch.PutHost(MakeHost("a")); });
  EXPECT_TRUE(catalog_->snapshot().FindHost("a").has_value());
  EXPECT_EQ(Written("a"), std::nullopt);
  ASSERT_TRUE(catalog_->Flush().ok());
  EXPECT_EQ(Written("a"), MakeHost("a"));
}

TEST_F(Relaxed, ManyBatchesAreOneCommit) {
  const uint64_t before = store_->LatestCommit();
  for (int i = 0; i < 1000; ++i) {
    Do([&](WriteBatch& batch) {
      batch.PutHost({"a", HostStatus::kActive, i, 1});
      batch.PutHost({"h" + std::to_string(i % 10), HostStatus::kActive, i, 1});
    });
  }
  ASSERT_TRUE(catalog_->Flush().ok());
  EXPECT_EQ(store_->LatestCommit(), before + 1);
  EXPECT_EQ(Written("a")->free_mib, 999);
  EXPECT_EQ(Written("a")->version, 1000u);
}

TEST_F(Relaxed, AFlushWithNothingToWriteCommitsNothing) {
  const uint64_t before = store_->LatestCommit();
  ASSERT_TRUE(catalog_->Flush().ok());
  EXPECT_EQ(store_->LatestCommit(), before);
}

TEST_F(Relaxed, UsersAndKeysAreSeenBeforeTheyAreWritten) {
  Do([](WriteBatch& batch) {
    batch.PutUser({"usr_1", UserStats{1, 0, 0, 1}, {{"sk_live_first"}}});
  });
  EXPECT_EQ(catalog_->FindUserByApiKey("sk_live_first")->id, "usr_1");
  EXPECT_EQ(catalog_->GetUserStats("usr_1")->running, 1);
  EXPECT_EQ(catalog_->ListApiKeys("usr_1")->size(), 1u);
  EXPECT_EQ(*catalog_->UserVersion("usr_1"), 1u);
}

TEST_F(Relaxed, ARevokedKeyIsRefusedAtOnceWhetherItWasWrittenOrNot) {
  Do([](WriteBatch& batch) { batch.PutUser({"usr_1", std::nullopt, {{"sk_live_first"}}}); });
  ASSERT_TRUE(catalog_->FindUserByApiKey("sk_live_first").ok());
  ASSERT_TRUE(catalog_->Flush().ok());
  ASSERT_TRUE(catalog_->FindUserByApiKey("sk_live_first").ok());
  Do([](WriteBatch& batch) { batch.RevokeApiKey("sk_live_first"); });
  EXPECT_TRUE(absl::IsNotFound(catalog_->FindUserByApiKey("sk_live_first").status()));
  EXPECT_TRUE(catalog_->ListApiKeys("usr_1")->empty());
}

TEST_F(Relaxed, ABatchBuildsOnWhatIsNotWrittenAndOnWhatIs) {
  Do([](WriteBatch& batch) { batch.PutHost(MakeHost("a")); });
  ASSERT_TRUE(catalog_->Flush().ok());
  Do([](WriteBatch& batch) { batch.PutHost(MakeHost("b")); });
  Do([](WriteBatch& batch) {
    batch.SetHostStatus("a", HostStatus::kDraining);
    batch.SetHostStatus("b", HostStatus::kDraining);
  });
  EXPECT_EQ(catalog_->snapshot().FindHost("a")->status, HostStatus::kDraining);
  EXPECT_EQ(catalog_->snapshot().FindHost("b")->status, HostStatus::kDraining);
}

TEST_F(Relaxed, WhatIsDeletedStaysDeletedThroughFlushes) {
  Do([](WriteBatch& batch) { batch.PutHost(MakeHost("a")); });
  ASSERT_TRUE(catalog_->Flush().ok());
  Do([](WriteBatch& batch) { batch.DeleteHost("a"); });
  EXPECT_EQ(catalog_->snapshot().FindHost("a"), std::nullopt);
  EXPECT_EQ(
      Apply([](WriteBatch& batch) { batch.SetHostStatus("a", HostStatus::kDead); }).code(),
      absl::StatusCode::kNotFound);
  ASSERT_TRUE(catalog_->Flush().ok());
  EXPECT_EQ(Written("a"), std::nullopt);
}

TEST_F(Relaxed, ABatchThatFailsLeavesNoTrace) {
  Do([](WriteBatch& batch) { batch.PutHost(MakeHost("a")); });
  EXPECT_FALSE(Apply([](WriteBatch& batch) {
                 batch.DeleteHost("a");
                 batch.PutHost(MakeHost("trace"));
                 batch.SetHostStatus("nobody", HostStatus::kDead);
               }).ok());
  ASSERT_TRUE(catalog_->Flush().ok());
  EXPECT_EQ(Written("a"), MakeHost("a"));
  EXPECT_EQ(Written("trace"), std::nullopt);
}

TEST_F(Relaxed, CloseFlushes) {
  Do([](WriteBatch& batch) { batch.PutHost(MakeHost("a")); });
  ASSERT_TRUE(catalog_->Close().ok());
  EXPECT_EQ(Written("a"), MakeHost("a"));
}

TEST_F(Relaxed, VersionsAndTagsAreTheSameAfterItWasClosedAndOpenedAgain) {
  for (int i = 0; i < 5; ++i) {
    Do([&](WriteBatch& batch) { batch.PutHost({"a", HostStatus::kActive, i, 1}); });
  }
  const Snapshot before = catalog_->snapshot();
  ASSERT_TRUE(catalog_->Close().ok());
  const auto again = *Catalog::Open(std::make_unique<SharedStore>(store_, &watch_));
  EXPECT_EQ(again->snapshot().version(), before.version());
  EXPECT_EQ(again->snapshot().etag(List::kHosts), before.etag(List::kHosts));
}

TEST_F(Relaxed, ALostSuffixGetsOtherTagsThanWereShown) {
  Do([](WriteBatch& batch) { batch.PutHost(MakeHost("a")); });
  ASSERT_TRUE(catalog_->Flush().ok());
  Do([](WriteBatch& batch) { batch.PutHost(MakeHost("lost")); });
  const std::string shown(catalog_->snapshot().etag(List::kHosts));
  // Another catalog over the store, as after a crash.
  const auto again = *Catalog::Open(std::make_unique<SharedStore>(store_, &watch_));
  WriteBatch batch;
  batch.PutHost(MakeHost("other"));
  ASSERT_TRUE(again->Apply(batch).ok());
  EXPECT_EQ(again->snapshot().version(), 2u);
  EXPECT_NE(again->snapshot().etag(List::kHosts), shown);
}

TEST_F(Relaxed, AProcessThatWasOpenBeforeGivesNoTagThatTheLostWriterGave) {
  const auto other = *Catalog::Open(std::make_unique<SharedStore>(store_, &watch_));
  Do([](WriteBatch& batch) { batch.PutHost(MakeHost("a")); });
  ASSERT_TRUE(catalog_->Flush().ok());
  Do([](WriteBatch& batch) { batch.PutHost(MakeHost("lost")); });
  const std::string shown(catalog_->snapshot().etag(List::kHosts));
  WriteBatch batch;
  batch.PutHost(MakeHost("other"));
  ASSERT_TRUE(other->Apply(batch).ok());
  EXPECT_EQ(other->snapshot().version(), 3u);
  EXPECT_NE(other->snapshot().etag(List::kHosts), shown);
}

TEST_F(Relaxed, AProcessThatWasOpenBeforeGoesPastAllVersionsThatTheLostWriterShowed) {
  const auto other = *Catalog::Open(std::make_unique<SharedStore>(store_, &watch_));
  Do([](WriteBatch& batch) { batch.PutHost(MakeHost("a")); });
  ASSERT_TRUE(catalog_->Flush().ok());
  for (int i = 0; i < 5; ++i) {
    Do([&](WriteBatch& batch) { batch.PutHost(MakeHost("lost" + std::to_string(i))); });
  }
  const std::string shown(catalog_->snapshot().etag(List::kHosts));
  // What changes nothing and what fails must not use up what is known of that.
  WriteBatch nothing, bad, batch;
  nothing.PutHost(MakeHost("a"));
  bad.SetHostStatus("nobody", HostStatus::kDead);
  for (int i = 0; i < 300; ++i) {
    ASSERT_TRUE(other->Apply(nothing).ok());
    ASSERT_FALSE(other->Apply(bad).ok());
  }
  batch.PutHost(MakeHost("other"));
  ASSERT_TRUE(other->Apply(batch).ok());
  EXPECT_EQ(other->snapshot().version(), 7u);
  EXPECT_EQ(other->snapshot().FindHost("other")->version, 7u);
  EXPECT_NE(other->snapshot().etag(List::kHosts), shown);
}

TEST_F(Relaxed, CloseWritesAllThatNobodyWaitsFor) {
  for (int i = 0; i < 5000; ++i) {
    WriteBatch batch;
    batch.PutHost(MakeHost("h" + std::to_string(i)));
    ASSERT_TRUE(catalog_
                    ->ApplyAsync(std::move(batch),
                                 [&](const absl::Status& status, const ApplyReport&) {
                                   called_back_ += status.ok();
                                 })
                    .ok());
  }
  ASSERT_TRUE(catalog_->Close().ok());
  EXPECT_EQ(called_back_, 5000);
  const auto reader = *Catalog::Open(std::make_unique<SharedStore>(store_, &watch_));
  EXPECT_EQ(reader->snapshot().Hosts().total, 5000);
}

// A store that cannot be used after a commit that failed until it has recovered, which
// takes it more than one attempt.
class BrokenStore : public ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  absl::StatusOr<std::unique_ptr<WriteTransaction>> BeginWrite() override {
    if (broken_ > 0) return absl::UnavailableError("broken");
    return ForwardingStore::BeginWrite();
  }
  absl::Status Recover() override {
    if (broken_ > 0) --broken_;
    return broken_ > 0 ? absl::UnavailableError("still broken") : absl::OkStatus();
  }
  std::atomic<int> broken_{0};
};

TEST(RelaxedOverABrokenStore, RecoversThoughTheFirstRecoveryFails) {
  auto owned = std::make_unique<BrokenStore>();
  BrokenStore* const store = owned.get();
  Options options;
  options.durability = Durability::kRelaxed;
  options.flush_interval_ms = 3600 * 1000;
  const auto catalog = *Catalog::Open(std::move(owned), options);
  WriteBatch batch;
  batch.PutHost({"a", HostStatus::kActive, 1, 1});
  ASSERT_TRUE(catalog->Apply(batch).ok());
  store->broken_ = 3;
  EXPECT_FALSE(catalog->Flush().ok());
  while (!catalog->CheckReady().ok()) std::this_thread::yield();
  EXPECT_TRUE(catalog->Flush().ok());
}

TEST_F(Relaxed, ABatchThatCameWithAFaultSaysNothingOfTheStore) {
  WriteBatch batch;
  batch.Invalidate(absl::UnavailableError("the upstream is away"));
  EXPECT_TRUE(absl::IsUnavailable(catalog_->Apply(batch)));
  EXPECT_TRUE(catalog_->CheckReady().ok());
}

TEST_F(Relaxed, AFlushThatFailsLosesNothingAndTheNextOneWorks) {
  for (int nth = 1;; ++nth) {
    const std::string id = "h" + std::to_string(nth);
    Do([&](WriteBatch& batch) { batch.PutHost(MakeHost(id)); });
    plan_.Fail(nth, absl::UnavailableError("an I/O error"));
    const absl::Status status = catalog_->Flush();
    plan_.Stop();
    EXPECT_EQ(status.ok(), plan_.failed().empty()) << plan_.failed();
    // Where it failed, the maintenance thread may have made up for it by now.
    if (status.ok()) EXPECT_TRUE(Written(id).has_value());
    EXPECT_TRUE(catalog_->snapshot().FindHost(id).has_value());
    Do([&](WriteBatch& batch) { batch.PutHost(MakeHost("after")); });
    ASSERT_TRUE(catalog_->Flush().ok());
    EXPECT_EQ(Written(id), MakeHost(id));
    if (status.ok()) break;
    ASSERT_LT(nth, 100);
  }
}

TEST_F(Relaxed, AFailedFlushIsToldByCheckReadyUntilOneWorks) {
  Do([](WriteBatch& batch) { batch.PutHost(MakeHost("a")); });
  plan_.Fail(1, absl::UnavailableError("an I/O error"), FaultPlan::Extent::kFromThenOn);
  EXPECT_FALSE(catalog_->Flush().ok());
  plan_.Stop();
  ASSERT_TRUE(catalog_->Flush().ok());
  EXPECT_TRUE(catalog_->CheckReady().ok());
}

TEST_F(Relaxed, ThreadsReadWhileOthersWriteAndFlush) {
  std::atomic<bool> stop{false};
  std::thread flusher([&] {
    while (!stop) EXPECT_TRUE(catalog_->Flush().ok());
  });
  std::thread reader([&] {
    int64_t last = 0;
    while (!stop) {
      const int64_t total = catalog_->GetUserStats("usr_1")->total;
      EXPECT_GE(total, last);
      last = total;
      EXPECT_LE(catalog_->ListApiKeys()->size(), 1u);
    }
  });
  for (int i = 1; i <= 2000; ++i) {
    Do([&](WriteBatch& batch) {
      batch.PutUser({"usr_1", UserStats{0, 0, 0, i}, std::nullopt});
    });
    EXPECT_EQ(catalog_->GetUserStats("usr_1")->total, i);
  }
  stop = true;
  flusher.join();
  reader.join();
}

class RelaxedWithAShortInterval : public Relaxed {
 protected:
  RelaxedWithAShortInterval() : Relaxed(1) {}
};

TEST_F(RelaxedWithAShortInterval, IsFlushedByItself) {
  Do([](WriteBatch& batch) { batch.PutHost(MakeHost("a")); });
  while (!Written("a")) std::this_thread::yield();
}

TEST_F(RelaxedWithAShortInterval, IsFlushedByItselfAgainOnceAFailedFlushWasMadeGood) {
  for (bool failed = false; !failed; plan_.Stop()) {
    Do([](WriteBatch& batch) { batch.PutHost(MakeHost("a")); });
    Do([](WriteBatch& batch) { batch.DeleteHost("a"); });
    plan_.Fail(1, absl::UnavailableError("an I/O error"), FaultPlan::Extent::kFromThenOn);
    failed = !catalog_->Flush().ok();
  }
  while (!catalog_->Flush().ok()) std::this_thread::yield();
  // Until the maintenance thread has looked once more, a second after the failure, and
  // sleeps for good.
  std::this_thread::sleep_for(std::chrono::milliseconds(1500));
  Do([](WriteBatch& batch) { batch.PutHost(MakeHost("next")); });
  while (!Written("next")) std::this_thread::yield();
}

TEST_F(RelaxedWithAShortInterval, IsFlushedByItselfAfterAFlushThatFailed) {
  for (bool failed = false; !failed; plan_.Stop()) {
    Do([](WriteBatch& batch) { batch.PutHost(MakeHost("a")); });
    Do([](WriteBatch& batch) { batch.PutHost(MakeHost("b")); });
    Do([](WriteBatch& batch) { batch.DeleteHost("b"); });
    plan_.Fail(1, absl::UnavailableError("an I/O error"), FaultPlan::Extent::kFromThenOn);
    failed = !catalog_->Flush().ok();
  }
  while (!Written("a")) std::this_thread::yield();
  while (!catalog_->CheckReady().ok()) std::this_thread::yield();
}

}  // namespace
}  // namespace muster
