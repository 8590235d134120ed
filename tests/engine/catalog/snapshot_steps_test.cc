// The writer stands still at each step of publishing; readers go on.
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "engine/commit/fixture.h"
#include "view/publisher.h"

namespace muster {
namespace {

using view::PublishStep;
using view::RetiredViewCount;

constexpr int kHosts = 700;
constexpr int kReaders = 3;
constexpr int kRounds = 200;

// Parks the one thread that asked for it when it comes to a step.
class Parking {
 public:
  // For the calling thread, which comes to that step later.
  void ParkAt(PublishStep step) {
    const std::lock_guard<std::mutex> lock(mutex_);
    step_ = step;
    thread_ = std::this_thread::get_id();
  }

  void Reach(PublishStep step) {
    std::unique_lock<std::mutex> lock(mutex_);
    if (step != step_ || std::this_thread::get_id() != thread_) return;
    step_.reset();
    parked_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !parked_; });
  }

  void AwaitParked() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return parked_; });
  }

  void Leave() {
    const std::lock_guard<std::mutex> lock(mutex_);
    parked_ = false;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<PublishStep> step_;
  std::thread::id thread_;
  bool parked_ = false;
};

Parking& TheParking() {
  static Parking* const parking = new Parking;
  return *parking;
}

class SnapshotSteps : public CatalogTest {
 protected:
  SnapshotSteps() {
    view::SetPublishHook([](PublishStep step) { TheParking().Reach(step); });
    PutHosts(*catalog_, 1);
  }
  ~SnapshotSteps() override { view::SetPublishHook(nullptr); }

  static void PutHosts(Catalog& catalog, int64_t free_mib) {
    WriteBatch batch;
    for (int i = 0; i < kHosts; ++i) {
      batch.PutHost({std::to_string(1000 + i), HostStatus::kActive, free_mib, 0});
    }
    ASSERT_TRUE(catalog.Apply(batch).ok());
  }

  // A writer that is at that step of publishing its hosts now.
  std::thread ParkedWriter(PublishStep step, int64_t free_mib) {
    std::thread writer([this, step, free_mib] {
      TheParking().ParkAt(step);
      PutHosts(*catalog_, free_mib);
    });
    TheParking().AwaitParked();
    return writer;
  }

  // Every page of every list. The hosts must all have that number.
  static void ReadAll(const Snapshot& snapshot, int64_t free_mib) {
    int64_t seen = 0;
    for (int64_t offset = 0; offset < kHosts; offset += 50) {
      for (const Host& host : snapshot.Hosts(50, offset).items) {
        ASSERT_EQ(host.free_mib, free_mib);
        ++seen;
      }
      ASSERT_GT(snapshot.RenderedHosts(50, offset).rows.byte_count(), 50u);
    }
    ASSERT_EQ(seen, kHosts);
    ASSERT_EQ(snapshot.RenderedRootfses(), R"({"rootfs":[],"default":""})");
  }

  // Readers that each do all of their rounds.
  void ReadersGoOn(int64_t free_mib) {
    std::vector<std::thread> readers;
    for (int i = 0; i < kReaders; ++i) {
      readers.emplace_back([&] {
        for (int round = 0; round < kRounds / 10; ++round) {
          ReadAll(catalog_->snapshot(), free_mib);
          for (int j = 0; j < 10; ++j) ASSERT_TRUE(catalog_->snapshot().valid());
        }
      });
    }
    for (std::thread& reader : readers) reader.join();
  }
};

class AtEachStep : public SnapshotSteps, public testing::WithParamInterface<int> {};

TEST_P(AtEachStep, ReadersFinishWhileTheWriterStandsStill) {
  const auto step = static_cast<PublishStep>(GetParam());
  Snapshot before = catalog_->snapshot();
  std::thread writer = ParkedWriter(step, 2);
  ReadersGoOn(step == PublishStep::kBegun ? 1 : 2);
  ReadAll(before, 1);
  before = Snapshot();
  TheParking().Leave();
  writer.join();
  ReadAll(catalog_->snapshot(), 2);
  PutHosts(*catalog_, 3);
  EXPECT_EQ(RetiredViewCount(), 0u);
}

TEST_P(AtEachStep, AnotherCatalogGoesOnAndEndsWhileTheWriterStandsStill) {
  std::optional<std::unique_ptr<Catalog>> other(*Catalog::OpenInMemory());
  PutHosts(**other, 5);
  std::thread writer = ParkedWriter(static_cast<PublishStep>(GetParam()), 2);
  Snapshot held = (*other)->snapshot();
  PutHosts(**other, 6);
  PutHosts(**other, 7);
  ReadAll(held, 5);
  ReadAll((*other)->snapshot(), 7);
  other.reset();
  ReadAll(held, 5);
  held = Snapshot();
  TheParking().Leave();
  writer.join();
  EXPECT_EQ(RetiredViewCount(), 0u) << "freed by whoever was at it";
}

// What a suspended writer has locked is locked in a child for ever.
TEST_P(AtEachStep, AForkedChildReadsAndHasCatalogsOfItsOwn) {
  const Snapshot before = catalog_->snapshot();
  std::thread writer = ParkedWriter(static_cast<PublishStep>(GetParam()), 2);
  const pid_t child = fork();
  if (child == 0) {
    ReadAll(before, 1);
    EXPECT_TRUE(catalog_->snapshot().valid());
    {
      std::unique_ptr<Catalog> own = *Catalog::OpenInMemory();
      PutHosts(*own, 8);
      Snapshot held = own->snapshot();
      PutHosts(*own, 9);
      ReadAll(held, 8);
      EXPECT_EQ(RetiredViewCount(), 1u);
      own.reset();
      held = Snapshot();
    }
    EXPECT_EQ(RetiredViewCount(), 0u);
    _exit(HasFailure() ? 1 : 0);
  }
  TheParking().Leave();
  writer.join();
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

INSTANTIATE_TEST_SUITE_P(Publishing, AtEachStep, testing::Range(0, view::kPublishStepCount));

TEST_F(SnapshotSteps, AViewIsFreedOnlyWhenNoSlotHasIt) {
  const Snapshot held = catalog_->snapshot();
  std::thread writer = ParkedWriter(PublishStep::kScanned, 2);
  EXPECT_EQ(RetiredViewCount(), 1u);
  TheParking().Leave();
  writer.join();
  EXPECT_EQ(RetiredViewCount(), 1u);
  ReadAll(held, 1);
}

// The slots were looked through just before: nobody else will come.
TEST_F(SnapshotSteps, AViewThatWasDroppedTooLateForOneLookIsFreedByTheNext) {
  std::optional<std::unique_ptr<Catalog>> other(*Catalog::OpenInMemory());
  PutHosts(**other, 5);
  Snapshot held = (*other)->snapshot();
  other.reset();
  EXPECT_EQ(RetiredViewCount(), 1u);
  std::thread writer = ParkedWriter(PublishStep::kScanned, 2);
  held = Snapshot();
  EXPECT_EQ(RetiredViewCount(), 2u);
  TheParking().Leave();
  writer.join();
  EXPECT_EQ(RetiredViewCount(), 0u);
}

}  // namespace
}  // namespace muster
