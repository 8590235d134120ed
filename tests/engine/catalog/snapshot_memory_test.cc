// What snapshots keep in memory, counted: nothing once they are dropped, however
// many threads have taken some.
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "engine/http/counting_new.h"
#include "engine/temp_dir.h"
#include "muster/catalog.h"
#include "muster/write_batch.h"

namespace muster {
namespace {

constexpr int kHosts = 20000;
constexpr int kThreads = 64;

// Makes threads wait until it is opened.
class Gate {
 public:
  void Open() {
    const std::lock_guard<std::mutex> lock(mutex_);
    open_ = true;
    opened_.notify_all();
  }
  void Wait() {
    std::unique_lock<std::mutex> lock(mutex_);
    opened_.wait(lock, [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  bool open_ = false;
};

// Over LMDB, whose records are no part of the heap, so that what grows is views.
class SnapshotMemory : public testing::Test {
 protected:
  SnapshotMemory() : catalog_(*Catalog::Open(dir_.path() + "/db")) {
    const int64_t empty = LiveBytes();
    RewriteHosts(0);
    one_view_ = LiveBytes() - empty;
    empty_ = empty;
  }

  void RewriteHosts(int64_t free_mib) {
    WriteBatch batch;
    for (int i = 0; i < kHosts; ++i) {
      batch.PutHost({std::to_string(100000 + i), HostStatus::kActive, free_mib, i, {"node"}});
    }
    ASSERT_TRUE(catalog_->Apply(batch).ok());
  }

  void RewriteOneHost(int i) {
    WriteBatch batch;
    batch.PutHost({std::to_string(100000 + i), HostStatus::kDead, i, i});
    ASSERT_TRUE(catalog_->Apply(batch).ok());
  }

  // How many views' worth of memory is in use.
  double Views() const {
    return static_cast<double>(LiveBytes() - empty_) / static_cast<double>(one_view_);
  }

  TempDir dir_;
  std::unique_ptr<Catalog> catalog_;
  int64_t empty_ = 0;
  int64_t one_view_ = 0;
};

TEST_F(SnapshotMemory, IsThatOfTwoViewsWhileASnapshotOfOtherRowsIsHeld) {
  const Snapshot snapshot = catalog_->snapshot();
  RewriteHosts(1);
  EXPECT_GT(Views(), 1.8);
  EXPECT_LT(Views(), 2.2);
}

TEST_F(SnapshotMemory, IsThatOfOneViewWhenManyThreadsHaveDroppedTheirsAndIdle) {
  Gate end;
  std::vector<std::thread> idle;
  for (int i = 0; i < kThreads; ++i) {
    RewriteOneHost(i);  // each thread's snapshot is of another version
    Gate dropped;
    idle.emplace_back([&] {
      EXPECT_EQ(catalog_->snapshot().RenderedHosts().count, 50);
      dropped.Open();
      end.Wait();
    });
    dropped.Wait();
  }
  RewriteHosts(2);
  EXPECT_LT(Views(), 1.2);
  end.Open();
  for (std::thread& thread : idle) thread.join();
}

TEST_F(SnapshotMemory, IsThatOfOneViewWhenThreadsHaveEndedWithTheirSnapshots) {
  std::vector<Snapshot> snapshots(kThreads);
  for (int i = 0; i < kThreads; ++i) {
    RewriteOneHost(i);
    std::thread([&] { snapshots[static_cast<size_t>(i)] = catalog_->snapshot(); }).join();
  }
  RewriteHosts(3);
  EXPECT_GT(Views(), 1.8);
  std::thread([&] { snapshots.clear(); }).join();
  RewriteOneHost(0);
  EXPECT_LT(Views(), 1.2);
}

TEST_F(SnapshotMemory, IsGivenBackByTheLastSnapshotOfACatalogThatIsGone) {
  const int64_t before = LiveBytes();
  Snapshot first = catalog_->snapshot();
  RewriteHosts(4);
  Snapshot second = catalog_->snapshot();
  catalog_.reset();
  EXPECT_GT(Views(), 1.8);
  std::thread([&] { Snapshot dropped = std::move(first); }).join();
  EXPECT_LT(Views(), 1.2);
  EXPECT_EQ(second.RenderedHosts(500, kHosts - 500).count, 500);
  second = Snapshot();
  EXPECT_LT(LiveBytes(), before - one_view_ / 2);
  EXPECT_LT(Views(), 0.2);
}

}  // namespace
}  // namespace muster
