// That a recount finds wrong counts, and sets them right where that is asked.
#include "engine/commit/sandboxes.h"

namespace muster {
namespace {

using S = SandboxStatus;

class RecountTest : public SandboxTest {};

TEST_F(RecountTest, CountsThatAreRightAreProved) {
  Take("a", S::kRunning, 1);
  Take("b", S::kDestroyed, 1);
  Take("c", S::kPaused, 1, "usr_2");
  Do([](WriteBatch& batch) { batch.PutUser({"usr_3", UserStats{1, 0, 0, 9}}); });
  const RecountReport report = *catalog_->Recount();
  EXPECT_EQ(report.user_count, 2);
  EXPECT_EQ(report.sandbox_count, 3);
  EXPECT_TRUE(report.miscounts.empty());
  EXPECT_FALSE(report.repaired);
}

TEST_F(RecountTest, SandboxesWhoseUserWasDeletedCountForNobody) {
  Take("a", S::kRunning, 1);
  Do([](WriteBatch& batch) { batch.DeleteUser("usr_1", OwnedSandboxes::kDelete); });
  const RecountReport report = *catalog_->Recount();
  EXPECT_EQ(report.sandbox_count, 0);
  EXPECT_TRUE(report.miscounts.empty());
}

TEST_F(RecountTest, WrongCountsAreFoundAndLeftAsTheyAre) {
  Take("a", S::kRunning, 1);
  Falsify("usr_1", {UserStats{0, 2, 0, 2}, true, 0});
  const RecountReport report = *catalog_->Recount();
  ASSERT_EQ(report.miscounts.size(), 1u);
  EXPECT_EQ(report.miscounts[0].user_id, "usr_1");
  EXPECT_EQ(report.miscounts[0].recorded, (UserStats{0, 2, 0, 2}));
  EXPECT_EQ(report.miscounts[0].counted, (UserStats{1, 0, 0, 1}));
  EXPECT_FALSE(report.repaired);
  EXPECT_EQ(Stats(), (UserStats{0, 2, 0, 2}));
}

TEST_F(RecountTest, WrongCountsAreSetRight) {
  Take("a", S::kRunning, 1);
  Take("b", S::kRunning, 1, "usr_2");
  Falsify("usr_1", {UserStats{0, 2, 0, 2}, true, 0});
  const RecountReport report = *catalog_->Recount(true);
  EXPECT_TRUE(report.repaired);
  EXPECT_EQ(report.miscounts.size(), 1u);
  EXPECT_EQ(Stats(), (UserStats{1, 0, 0, 1}));
  EXPECT_TRUE(catalog_->Recount()->miscounts.empty());
  Take("a", S::kPaused, 2);
  EXPECT_EQ(Stats(), (UserStats{0, 1, 0, 1}));
}

TEST_F(RecountTest, ARepairOfNothingChangesNothing) {
  Take("a", S::kRunning, 1);
  const uint64_t version = catalog_->snapshot().version();
  EXPECT_TRUE(catalog_->Recount(true)->miscounts.empty());
  EXPECT_EQ(catalog_->snapshot().version(), version);
}

TEST_F(RecountTest, DroppedSandboxesStayInTheTotal) {
  Take("a", S::kRunning, 1);
  Falsify("usr_1", {UserStats{0, 0, 0, 0}, true, 5});
  EXPECT_EQ(catalog_->Recount(true)->miscounts[0].counted, (UserStats{1, 0, 0, 6}));
  EXPECT_EQ(Stats(), (UserStats{1, 0, 0, 6}));
}

TEST_F(RecountTest, AUserWhoIsNotMarkedAsCountedByEventsIsFound) {
  Take("a", S::kRunning, 1);
  Falsify("usr_1", {UserStats{1, 0, 0, 1}, false, 0});
  EXPECT_EQ(catalog_->Recount(true)->miscounts.size(), 1u);
  Take("a", S::kPaused, 2);
  EXPECT_EQ(Stats(), (UserStats{0, 1, 0, 1}));
}

TEST_F(RecountTest, ADamagedSandboxIsDataLoss) {
  Take("a", S::kRunning, 1);
  auto txn = *store_->BeginWrite();
  ASSERT_TRUE(txn->Put(Table::kSandboxes, "a", "damaged record").ok());
  ASSERT_TRUE(txn->Commit().ok());
  EXPECT_TRUE(absl::IsDataLoss(catalog_->Recount().status()));
  EXPECT_TRUE(absl::IsDataLoss(catalog_->Recount(true).status()));
}

TEST_F(RecountTest, ASandboxThatIsMissingIsDataLoss) {
  Take("a", S::kRunning, 1);
  auto txn = *store_->BeginWrite();
  ASSERT_TRUE(txn->Delete(Table::kSandboxes, "a").ok());
  ASSERT_TRUE(txn->Commit().ok());
  EXPECT_TRUE(absl::IsDataLoss(catalog_->Recount().status()));
}

}  // namespace
}  // namespace muster
