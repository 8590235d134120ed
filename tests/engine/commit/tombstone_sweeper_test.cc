// That what is kept of ended sandboxes is dropped after its time, and still counted.
#include "commit/tombstone_sweeper.h"

#include "commit/committer.h"
#include "engine/commit/sandboxes.h"

namespace muster::commit {
namespace {

using S = SandboxStatus;

constexpr int64_t kHourMs = 3600 * 1000;

class TombstoneSweeperTest : public SandboxTest {
 protected:
  // As a process of its own would sweep.
  TombstoneSweeperTest() {
    own_store_ = std::make_unique<SharedStore>(store_, &watch_);
    committer_ = *Committer::Open(*own_store_, nullptr, Options());
    sweeper_ = std::make_unique<TombstoneSweeper>(
        *own_store_, kHourMs, [this](const WriteBatch::Rep& batch) {
          ++batches_;
          ApplyReport report;
          return committer_->Apply(batch, &report, kNoDeadline);
        });
  }

  int64_t EndOf(std::string_view id) { return *Find(id).ended_unix_ms; }
  void Sweep(int64_t now_unix_ms) {
    const absl::Status status = sweeper_->SweepSlice(now_unix_ms);
    ASSERT_TRUE(status.ok()) << status;
  }
  bool IsKept(std::string_view id) { return catalog_->FindSandbox(id)->has_value(); }

  std::unique_ptr<Store> own_store_;
  std::unique_ptr<Committer> committer_;
  std::unique_ptr<TombstoneSweeper> sweeper_;
  int batches_ = 0;
};

TEST_F(TombstoneSweeperTest, AnEndedSandboxIsKeptForItsTime) {
  Take("a", S::kDestroyed, 1);
  Sweep(EndOf("a") + kHourMs - 1);
  EXPECT_TRUE(IsKept("a"));
  EXPECT_EQ(batches_, 0);
}

TEST_F(TombstoneSweeperTest, AnEndedSandboxIsDroppedAfterItsTimeAndStaysInTheTotal) {
  Take("a", S::kDestroyed, 1);
  Take("b", S::kRunning, 1);
  Sweep(EndOf("a") + kHourMs);
  EXPECT_FALSE(IsKept("a"));
  EXPECT_TRUE(IsKept("b"));
  EXPECT_EQ(Stats(), (UserStats{1, 0, 0, 2}));
  EXPECT_TRUE(catalog_->Recount()->miscounts.empty());
}

TEST_F(TombstoneSweeperTest, ASandboxThatRunsAgainIsNotDropped) {
  Take("a", S::kDestroyed, 1);
  const int64_t end = EndOf("a");
  Take("a", S::kRunning, 2);
  Sweep(end + kHourMs);
  EXPECT_TRUE(IsKept("a"));
}

TEST_F(TombstoneSweeperTest, WhatIsNoLongerAsItWasReadIsNotDropped) {
  Take("a", S::kDestroyed, 1);
  const int64_t end = EndOf("a");
  watch_.before_write = [&] {
    watch_.before_write = nullptr;
    Take("a", S::kRunning, 2);
  };
  Sweep(end + kHourMs);
  EXPECT_EQ(batches_, 1);
  EXPECT_TRUE(IsKept("a"));
}

TEST_F(TombstoneSweeperTest, ASandboxThatWentWithItsUserIsDroppedToo) {
  Take("a", S::kRunning, 1);
  Do([](WriteBatch& batch) { batch.DeleteUser("usr_1", OwnedSandboxes::kDelete); });
  Sweep(EndOf("a") + kHourMs);
  EXPECT_FALSE(IsKept("a"));
  EXPECT_FALSE(IsThere("usr_1"));
}

TEST_F(TombstoneSweeperTest, AUserOfWhomAllWasDroppedCanBeDeletedAlone) {
  Take("a", S::kDestroyed, 1);
  Sweep(EndOf("a") + kHourMs);
  Do([](WriteBatch& batch) { batch.DeleteUser("usr_1"); });
  EXPECT_FALSE(IsThere("usr_1"));
}

TEST_F(TombstoneSweeperTest, SlicesGoRound) {
  Do([](WriteBatch& batch) {
    for (int i = 0; i < 2 * TombstoneSweeper::kSliceRecords + 1; ++i) {
      batch.RecordSandbox(Event(std::to_string(10000 + i), "usr_1", S::kFailed, 1));
    }
  });
  const int64_t now = EndOf("12000") + kHourMs;
  Sweep(now);
  EXPECT_EQ((*catalog_->Recount()).sandbox_count, TombstoneSweeper::kSliceRecords + 1);
  const auto between_slices = sweeper_->pause();
  Sweep(now);
  Sweep(now);
  EXPECT_EQ((*catalog_->Recount()).sandbox_count, 0);
  EXPECT_GT(sweeper_->pause(), between_slices);
  Take("00000", S::kFailed, 1);
  Sweep(EndOf("00000") + kHourMs);
  EXPECT_FALSE(IsKept("00000"));
  EXPECT_EQ(Stats().total, 2 * TombstoneSweeper::kSliceRecords + 2);
}

TEST_F(TombstoneSweeperTest, ASliceThatFailedComesAgain) {
  Take("a", S::kDestroyed, 1);
  const int64_t now = EndOf("a") + kHourMs;
  watch_.before_write = nullptr;
  TombstoneSweeper failing(*own_store_, kHourMs, [](const WriteBatch::Rep&) {
    return absl::UnavailableError("the disk is full");
  });
  EXPECT_TRUE(absl::IsUnavailable(failing.SweepSlice(now)));
  EXPECT_TRUE(absl::IsUnavailable(failing.SweepSlice(now)));
  EXPECT_TRUE(IsKept("a"));
}

TEST_F(TombstoneSweeperTest, ADamagedRecordIsToldAndPassedOver) {
  Take("b", S::kDestroyed, 1);
  const int64_t now = EndOf("b") + kHourMs;
  auto txn = *store_->BeginWrite();
  ASSERT_TRUE(txn->Put(Table::kSandboxes, "a", "damaged record").ok());
  ASSERT_TRUE(txn->Commit().ok());
  EXPECT_TRUE(absl::IsDataLoss(sweeper_->SweepSlice(now)));
  EXPECT_FALSE(IsKept("b"));
}

}  // namespace
}  // namespace muster::commit
