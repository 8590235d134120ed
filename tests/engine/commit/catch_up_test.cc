// What a catalog does about commits that it did not make.
#include <atomic>
#include <future>
#include <random>
#include <thread>

#include "engine/commit/catch_up_fixture.h"
#include "store/change_log.h"

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

}  // namespace
}  // namespace muster
