// What a catalog does about commits that it did not make.
#include <future>
#include <random>
#include <thread>

#include "commit/maintenance_thread.h"
#include "commit/view_keeper.h"
#include "engine/commit/fixture.h"
#include "engine/commit/shared_store.h"
#include "store/change_log.h"
#include "store/memory/memory_store.h"

namespace muster {
namespace {

// Held shut until it is opened. Whoever comes is counted.
class Gate {
 public:
  void Pass() {
    ++came_;
    opened_.wait();
  }
  void Open() { open_.set_value(); }
  bool SomebodyCame() const { return came_ > 0; }

 private:
  std::promise<void> open_;
  std::shared_future<void> opened_{open_.get_future()};
  std::atomic<int> came_{0};
};

class CatchUp : public testing::Test {
 protected:
  CatchUp() : ours_(Open(&watch_)), theirs_(Open(&their_watch_)) {}

  std::unique_ptr<Catalog> Open(Watch* watch) {
    auto catalog = Catalog::Open(std::make_unique<SharedStore>(store_, watch));
    EXPECT_TRUE(catalog.ok()) << catalog.status();
    return *std::move(catalog);
  }

  template <typename Fill>
  static void Apply(Catalog& catalog, const Fill& fill) {
    WriteBatch batch;
    fill(batch);
    const absl::Status status = catalog.Apply(batch);
    ASSERT_TRUE(status.ok()) << status;
  }

  static Host MakeHost(int number, int64_t free_mib = 0) {
    return {"host-" + std::to_string(number), HostStatus::kActive, free_mib, 1, {"node"}};
  }
  static void PutHosts(Catalog& catalog, int count, int64_t free_mib = 0) {
    Apply(catalog, [&](WriteBatch& batch) {
      for (int i = 0; i < count; ++i) batch.PutHost(MakeHost(i, free_mib));
    });
  }
  static int64_t FreeMib(Catalog& catalog, int number) {
    return catalog.snapshot().FindHost(MakeHost(number).id)->free_mib;
  }

  // Takes snapshots until one satisfies; in vain after a minute.
  template <typename Condition>
  bool ShowsAtLast(const Condition& condition) {
    for (int i = 0; i < 60000; ++i) {
      if (condition(ours_->snapshot())) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return false;
  }

  static void ExpectSame(const Snapshot& a, const Snapshot& b) {
    EXPECT_EQ(a.version(), b.version());
    for (List list : {List::kShapes, List::kRootfs, List::kHosts}) {
      EXPECT_EQ(a.version(list), b.version(list));
      EXPECT_EQ(a.etag(list), b.etag(list));
    }
    EXPECT_EQ(a.AllShapes(), b.AllShapes());
    EXPECT_EQ(a.AllRootfses(), b.AllRootfses());
    EXPECT_EQ(a.AllHosts(), b.AllHosts());
    EXPECT_EQ(a.RenderedRootfses(), b.RenderedRootfses());
    EXPECT_EQ(a.RenderedShapes(500).rows.ToString(), b.RenderedShapes(500).rows.ToString());
    const int64_t total = b.RenderedHosts().total;
    EXPECT_EQ(a.RenderedHosts().total, total);
    for (int64_t offset = 0; offset < total; offset += 500) {
      EXPECT_EQ(a.RenderedHosts(500, offset).rows.ToString(),
                b.RenderedHosts(500, offset).rows.ToString());
    }
  }

  Watch watch_, their_watch_;
  const std::shared_ptr<Store> store_ = store::NewMemoryStore();
  std::unique_ptr<Catalog> ours_, theirs_;
};

TEST_F(CatchUp, ASmallCommitShowsInTheNextSnapshotWithoutReadingTheList) {
  PutHosts(*theirs_, 5000);
  ASSERT_TRUE(ours_->CatchUp().ok());
  watch_.host_scans = 0;
  for (int i = 0; i < 100; ++i) {
    Apply(*theirs_, [&](WriteBatch& batch) { batch.PutHost(MakeHost(i * 7, 100 + i)); });
    EXPECT_EQ(FreeMib(*ours_, i * 7), 100 + i);
  }
  EXPECT_EQ(watch_.host_scans, 0);
  ExpectSame(ours_->snapshot(), theirs_->snapshot());
}

TEST_F(CatchUp, SeveralCommitsAreTakenInTogether) {
  PutHosts(*ours_, 1000);
  watch_.reads = 0;
  for (int i = 0; i < 50; ++i) {
    Apply(*theirs_, [&](WriteBatch& batch) { batch.PutHost(MakeHost(i, 9)); });
  }
  EXPECT_EQ(ours_->snapshot().version(), 51u);
  EXPECT_EQ(watch_.reads, 1);
}

TEST_F(CatchUp, WithNothingNewAsksNothingOfTheStore) {
  PutHosts(*theirs_, 10);
  ASSERT_TRUE(ours_->CatchUp().ok());
  watch_.reads = 0;
  for (int i = 0; i < 1000; ++i) ours_->snapshot();
  EXPECT_EQ(watch_.reads, 0);
}

TEST_F(CatchUp, OnesOwnCommitsAskForNoRead) {
  PutHosts(*ours_, 10);
  watch_.reads = 0;
  for (int i = 0; i < 20; ++i) {
    Apply(*ours_, [&](WriteBatch& batch) { batch.PutHost(MakeHost(i, 5)); });
    EXPECT_EQ(FreeMib(*ours_, i), 5);
  }
  EXPECT_EQ(watch_.reads, 0);
}

// Every kind of change, taken in at any distance, gives what opening anew gives.
TEST_F(CatchUp, AlwaysGivesWhatALoadGives) {
  std::mt19937 random(7);
  const auto pick = [&](int below) { return static_cast<int>(random() % below); };
  const auto name = [&](const char* kind, int number) { return kind + std::to_string(number); };
  for (int round = 0; round < 400; ++round) {
    WriteBatch batch;
    for (int change = pick(8); change >= 0; --change) {
      switch (pick(9)) {
        case 0:
          batch.PutShape(
              {name("s", pick(9)), 1 + pick(4), 1024, 10, std::nullopt, pick(4) == 0});
          break;
        case 1:
          batch.DeleteShape(name("s", pick(9)));
          break;
        case 2: {
          Rootfs rootfs;
          rootfs.name = name("r", pick(5));
          rootfs.disabled = pick(2) == 0;
          rootfs.is_default = pick(3) == 0;
          batch.PutRootfs(rootfs);
          break;
        }
        case 3:
          batch.DeleteRootfs(name("r", pick(5)));
          break;
        case 4:
          batch.DeleteHost(name("h", pick(300)));
          break;
        default: {
          Host host{name("h", pick(300)), HostStatus::kActive, pick(1000), 1};
          host.rootfses = {name("r", pick(5))};
          host.disabled = pick(5) == 0;
          batch.PutHost(host);
        }
      }
    }
    if (pick(60) == 0) batch.Replace(List::kHosts);
    ASSERT_TRUE(theirs_->Apply(batch).ok());
    if (pick(3) == 0) {
      ASSERT_TRUE(ours_->CatchUp().ok());
      ExpectSame(ours_->snapshot(), theirs_->snapshot());
    }
  }
  Watch watch;
  ASSERT_TRUE(ours_->CatchUp().ok());
  ExpectSame(ours_->snapshot(), Open(&watch)->snapshot());
}

TEST_F(CatchUp, ALargeCommitShowsWithoutAnybodyAskingForIt) {
  PutHosts(*theirs_, 3000);
  EXPECT_TRUE(
      ShowsAtLast([](const Snapshot& snapshot) { return snapshot.Hosts().total == 3000; }));
  ExpectSame(ours_->snapshot(), theirs_->snapshot());
}

TEST_F(CatchUp, NobodyWhoReadsWaitsForALargeOne) {
  Gate gate;
  watch_.before_host_scan = [&] { gate.Pass(); };
  PutHosts(*theirs_, 3000);
  while (!gate.SomebodyCame()) EXPECT_EQ(ours_->snapshot().Hosts().total, 0);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(ours_->snapshot().Hosts().total, 0);
  gate.Open();
  EXPECT_TRUE(
      ShowsAtLast([](const Snapshot& snapshot) { return snapshot.Hosts().total == 3000; }));
}

TEST_F(CatchUp, WaitsForALargeOneWhereItIsAskedTo) {
  PutHosts(*theirs_, 3000);
  ASSERT_TRUE(ours_->CatchUp().ok());
  EXPECT_EQ(ours_->snapshot().Hosts().total, 3000);
}

TEST_F(CatchUp, ManyImagesAreAMatterForTheMaintenanceThread) {
  PutHosts(*theirs_, 5000);
  Apply(*theirs_, [](WriteBatch& batch) {
    Rootfs rootfs;
    rootfs.name = "node";
    batch.PutRootfs(rootfs);
  });
  ASSERT_TRUE(ours_->CatchUp().ok());
  Apply(*theirs_, [](WriteBatch& batch) { batch.SetDisabled(List::kRootfs, "node", true); });
  EXPECT_TRUE(ShowsAtLast(
      [](const Snapshot& snapshot) { return snapshot.Hosts(1).items[0].rootfses.empty(); }));
  ExpectSame(ours_->snapshot(), theirs_->snapshot());
}

TEST_F(CatchUp, ALogThatWasCutMeansAReload) {
  PutHosts(*theirs_, 10);
  ASSERT_TRUE(ours_->CatchUp().ok());
  watch_.host_scans = 0;
  for (int i = 0; i < 3000; ++i) {
    Apply(*theirs_, [&](WriteBatch& batch) { batch.PutHost(MakeHost(i % 10, 1 + i)); });
  }
  ASSERT_TRUE(ours_->CatchUp().ok());
  EXPECT_EQ(watch_.host_scans, 1);
  ExpectSame(ours_->snapshot(), theirs_->snapshot());
}

// Puts something that is no record in the place of one.
void Damage(Store& store, Table table, const std::string& key) {
  auto transaction = *store.BeginWrite();
  ASSERT_TRUE(transaction->Put(table, key, "not a record").ok());
  ASSERT_TRUE(transaction->Commit().ok());
}

std::string NewestKey(Store& store, Table table) {
  std::string newest;
  EXPECT_TRUE((*store.BeginRead())
                  ->Scan(table, {},
                         [&](std::string_view key, std::string_view) {
                           newest = std::string(key);
                           return true;
                         })
                  .ok());
  return newest;
}

class CatchUpWithADamagedLog : public CatchUp {
 protected:
  // Does something to the newest log record, with a change that nobody has seen.
  template <typename Harm>
  void Test(const Harm& harm) {
    PutHosts(*theirs_, 2000);
    ASSERT_TRUE(ours_->CatchUp().ok());
    Apply(*theirs_, [&](WriteBatch& batch) { batch.PutHost(MakeHost(5, 55)); });
    const std::string newest = NewestKey(*store_, Table::kChangeLog);
    auto transaction = *store_->BeginWrite();
    ASSERT_TRUE(harm(*transaction, newest).ok());
    ASSERT_TRUE(transaction->Commit().ok());
    watch_.host_scans = 0;
    ASSERT_TRUE(ours_->CatchUp().ok());
    EXPECT_EQ(watch_.host_scans, 1);
    ExpectSame(ours_->snapshot(), theirs_->snapshot());
  }
};

TEST_F(CatchUpWithADamagedLog, IsAReloadWhereARecordIsDamaged) {
  Test([](WriteTransaction& transaction, const std::string& newest) {
    return transaction.Put(Table::kChangeLog, newest, "not a log record");
  });
}

TEST_F(CatchUpWithADamagedLog, IsAReloadWhereARecordIsMissing) {
  Test([](WriteTransaction& transaction, const std::string& newest) {
    return transaction.Delete(Table::kChangeLog, newest);
  });
}

TEST_F(CatchUp, ApplyTakesInALargeGapWithoutKeepingOtherWritersWaiting) {
  PutHosts(*theirs_, 3000);
  watch_.host_scans_in_write = 0;
  Apply(*ours_, [&](WriteBatch& batch) { batch.PutHost(MakeHost(9999)); });
  EXPECT_EQ(watch_.host_scans_in_write, 0);
  EXPECT_EQ(ours_->snapshot().Hosts().total, 3001);
  ASSERT_TRUE(theirs_->CatchUp().ok());
  ExpectSame(ours_->snapshot(), theirs_->snapshot());
}

TEST_F(CatchUp, GoesOnWhileAWriterWaitsForItsTurn) {
  PutHosts(*ours_, 10);
  Gate gate;
  watch_.before_write = [&] { gate.Pass(); };
  std::thread writer(
      [&] { Apply(*ours_, [&](WriteBatch& batch) { batch.PutHost(MakeHost(2, 222)); }); });
  while (!gate.SomebodyCame()) std::this_thread::yield();
  Apply(*theirs_, [&](WriteBatch& batch) { batch.PutHost(MakeHost(1, 111)); });
  EXPECT_EQ(FreeMib(*ours_, 1), 111);
  gate.Open();
  writer.join();
  EXPECT_EQ(FreeMib(*ours_, 1), 111);
  EXPECT_EQ(FreeMib(*ours_, 2), 222);
}

// Somebody was slower than the writer: what he made is older and is dropped.
TEST_F(CatchUp, NeverPublishesBackwards) {
  PutHosts(*theirs_, 3000);
  Gate gate;
  watch_.before_host_scan = [&] { gate.Pass(); };
  std::thread slow([&] { EXPECT_TRUE(ours_->CatchUp().ok()); });
  while (!gate.SomebodyCame()) std::this_thread::yield();
  Watch watch;
  const auto other = Open(&watch);
  Apply(*other, [&](WriteBatch& batch) { batch.PutHost(MakeHost(4000, 4)); });
  gate.Open();
  slow.join();
  uint64_t last = 0;
  EXPECT_TRUE(ShowsAtLast([&](const Snapshot& snapshot) {
    EXPECT_GE(snapshot.version(), last);
    last = snapshot.version();
    return last == 2;
  }));
}

TEST_F(CatchUp, ClosingWaitsForTheMaintenanceThread) {
  Gate gate;
  watch_.before_host_scan = [&] { gate.Pass(); };
  PutHosts(*theirs_, 3000);
  while (!gate.SomebodyCame()) ours_->snapshot();
  auto closed = std::async(std::launch::async, [&] { return ours_->Close(); });
  EXPECT_EQ(closed.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout);
  gate.Open();
  EXPECT_TRUE(closed.get().ok());
}

TEST_F(CatchUp, NoSnapshotReadsAWholeListThoughTheLogOfASmallCommitIsDamaged) {
  PutHosts(*theirs_, 2000);
  ASSERT_TRUE(ours_->CatchUp().ok());
  std::atomic<bool> by_reader{false};
  const std::thread::id reader = std::this_thread::get_id();
  watch_.before_host_scan = [&] {
    if (std::this_thread::get_id() == reader) by_reader = true;
  };
  Apply(*theirs_, [&](WriteBatch& batch) { batch.PutHost(MakeHost(5, 55)); });
  Damage(*store_, Table::kChangeLog, NewestKey(*store_, Table::kChangeLog));
  EXPECT_TRUE(ShowsAtLast([](const Snapshot& snapshot) { return snapshot.version() == 2; }));
  EXPECT_FALSE(by_reader);
}

TEST_F(CatchUp, NoWriterKeepsOthersWaitingThoughTheLogIsDamaged) {
  PutHosts(*theirs_, 2000);
  ASSERT_TRUE(ours_->CatchUp().ok());
  watch_.host_scans_in_write = 0;
  Apply(*theirs_, [&](WriteBatch& batch) { batch.PutHost(MakeHost(5, 55)); });
  Damage(*store_, Table::kChangeLog, NewestKey(*store_, Table::kChangeLog));
  Apply(*ours_, [&](WriteBatch& batch) { batch.PutHost(MakeHost(6, 66)); });
  EXPECT_EQ(watch_.host_scans_in_write, 0);
  EXPECT_EQ(FreeMib(*ours_, 5), 55);
  EXPECT_EQ(FreeMib(*ours_, 6), 66);
}

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
