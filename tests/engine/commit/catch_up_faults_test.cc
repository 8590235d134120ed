// What a catalog does about commits that it did not make where something goes wrong.
#include <atomic>
#include <thread>

#include "commit/maintenance_thread.h"
#include "commit/view_keeper.h"
#include "engine/commit/catch_up_fixture.h"

namespace muster {
namespace {

// The keeper by itself, whose maintenance thread can be waited for: while that is
// at work, no reader is.
class KeptView : public CatchUp {
 protected:
  KeptView()
      : maintenance_([this] { return keeper_->Maintain(); }),
        keeper_(*commit::ViewKeeper::Open(*shared_, nullptr, &health_,
                                          [this] { maintenance_.Wake(); })) {}
  ~KeptView() override { maintenance_.Stop(); }

  uint64_t VersionOfTheNextSnapshot() {
    keeper_->TryCatchUp();
    return keeper_->HoldView(), keeper_->view().version;
  }

  Watch keeper_watch_;
  const std::unique_ptr<Store> shared_ = std::make_unique<SharedStore>(store_, &keeper_watch_);
  commit::Health health_;
  commit::MaintenanceThread maintenance_;
  const std::unique_ptr<commit::ViewKeeper> keeper_;
};

TEST_F(KeptView, ShowsASmallCommitAtOnceAfterALargeOne) {
  for (uint64_t round = 0; round < 50; ++round) {
    PutHosts(*theirs_, 300, static_cast<int64_t>(round) + 1);
    keeper_->TryCatchUp();  // sees that it is too much for a reader
    maintenance_.Stop();
    ASSERT_TRUE(keeper_->CatchUp().ok());
    Apply(*theirs_, [&](WriteBatch& batch) { batch.PutHost(MakeHost(1, 7000)); });
    ASSERT_EQ(VersionOfTheNextSnapshot(), 2 * round + 2);
  }
}

TEST_F(KeptView, ShowsASmallCommitAtOnceAfterAFaultThatHasPassed) {
  PutHosts(*theirs_, 10);
  ASSERT_TRUE(keeper_->CatchUp().ok());
  Apply(*theirs_, [&](WriteBatch& batch) { batch.PutHost(MakeHost(1, 5)); });
  Damage(*store_, Table::kHosts, "host-1");
  while (!health_.troubled()) keeper_->TryCatchUp();
  maintenance_.Stop();
  Apply(*theirs_, [&](WriteBatch& batch) { batch.DeleteHost("host-1"); });
  ASSERT_TRUE(keeper_->CatchUp().ok());
  EXPECT_FALSE(health_.troubled());
  Apply(*theirs_, [&](WriteBatch& batch) { batch.PutHost(MakeHost(2, 6)); });
  EXPECT_EQ(VersionOfTheNextSnapshot(), 4u);
}

TEST_F(CatchUp, ThatFailsIsNeitherCalledWellNorTriedAllTheTime) {
  PutHosts(*theirs_, 3000);
  Damage(*store_, Table::kHosts, "host-7");
  while (ours_->CheckReady().ok()) ours_->snapshot();
  watch_.host_scans = 0;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(ours_->snapshot().Hosts(1).total, 0);
    EXPECT_TRUE(absl::IsUnavailable(ours_->CheckReady()));
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_LT(watch_.host_scans, 50);  // ten times a second, not a thousand
}

TEST_F(CatchUp, ThatFailsLetsNoRevokedKeyPass) {
  const std::string api_key(40, 'k');
  Apply(*theirs_, [&](WriteBatch& batch) {
    batch.PutUser({"usr_1"});
    batch.AddApiKey("usr_1", api_key, "");
    batch.PutHost(MakeHost(5));
  });
  ASSERT_TRUE(ours_->CatchUp().ok());
  ASSERT_TRUE(ours_->FindUserByApiKey(api_key).ok());
  Apply(*theirs_, [&](WriteBatch& batch) {
    batch.PutHost(MakeHost(5, 1));
    batch.RevokeApiKey(api_key);
  });
  Damage(*store_, Table::kHosts, "host-5");
  EXPECT_TRUE(absl::IsNotFound(ours_->FindUserByApiKey(api_key).status()));
}

// A writer that was killed after its last page was written, and before it told
// readers: the newest commit is there and nobody is shown it until somebody has
// been the writer once.
class UnannouncedStore : public SharedStore {
 public:
  UnannouncedStore(std::shared_ptr<Store> store, Watch* watch)
      : SharedStore(std::move(store), watch) {}

  // From now on read transactions see what there is now, until there is a writer.
  void HoldBack() {
    for (int i = 0; i < 1000; ++i) before_.push_back(*SharedStore::BeginRead());
    held_back_ = true;
  }

  absl::StatusOr<std::unique_ptr<ReadTransaction>> BeginRead() override {
    if (!held_back_) return SharedStore::BeginRead();
    if (before_.empty()) return absl::UnavailableError("too many looks");
    auto transaction = std::move(before_.back());
    before_.pop_back();
    return transaction;
  }
  absl::StatusOr<std::unique_ptr<WriteTransaction>> TryBeginWrite() override {
    auto writer = SharedStore::TryBeginWrite();
    if (writer.ok() && *writer != nullptr) held_back_ = false;
    return writer;
  }

 private:
  std::vector<std::unique_ptr<ReadTransaction>> before_;
  std::atomic<bool> held_back_{false};
};

TEST_F(CatchUp, FindsTheLastCommitOfAWriterThatWasKilledBeforeItToldOfIt) {
  auto store = std::make_unique<UnannouncedStore>(store_, &watch_);
  UnannouncedStore& unannounced = *store;
  ours_ = *Catalog::Open(std::move(store));
  unannounced.HoldBack();
  PutHosts(*theirs_, 3);
  EXPECT_TRUE(
      ShowsAtLast([](const Snapshot& snapshot) { return snapshot.Hosts().total == 3; }));
}

TEST_F(CatchUp, LeavesAWriterAloneThatIsStillThere) {
  auto store = std::make_unique<UnannouncedStore>(store_, &watch_);
  UnannouncedStore& unannounced = *store;
  ours_ = *Catalog::Open(std::move(store));
  unannounced.HoldBack();
  PutHosts(*theirs_, 3);
  auto writer = *store_->BeginWrite();
  for (int i = 0; i < 60; ++i) {
    EXPECT_EQ(ours_->snapshot().Hosts().total, 0);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  writer.reset();
  EXPECT_TRUE(
      ShowsAtLast([](const Snapshot& snapshot) { return snapshot.Hosts().total == 3; }));
}

}  // namespace
}  // namespace muster
