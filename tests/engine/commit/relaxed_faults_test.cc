// A store that fails under a relaxed catalog: what was acknowledged stays, and is on disk
// with the next flush that works.
#include "engine/commit/catalog_text.h"
#include "engine/commit/fixture.h"
#include "engine/store/failing_store.h"

namespace muster {
namespace {

const absl::Status kFault = absl::UnavailableError("an I/O error");

class RelaxedFaults : public testing::Test {
 protected:
  static Options Relaxed() {
    Options options;
    options.durability = Durability::kRelaxed;
    options.flush_interval_ms = 3'600'000;  // only when told to
    return options;
  }

  // What whoever opens the store finds in it.
  std::string OnDisk() {
    return ContentOf(
        (*Catalog::Open(std::make_unique<FailingStore>(below_, &never_)))->snapshot());
  }

  // Of every list, with what is put, changed and deleted.
  static WriteBatch NextBatch(int i) {
    WriteBatch batch;
    batch.PutHost({"changed", HostStatus::kActive, i, 1, {"node"}});
    batch.PutHost({"new-" + std::to_string(i), HostStatus::kActive, i, 1});
    if (i > 1) batch.DeleteHost("new-" + std::to_string(i - 1));
    batch.PutRootfs({"node", std::to_string(i)});
    batch.PutShape({"s-1vcpu", 1 + i, 1024, 1024});
    batch.PutUser({"usr_1", UserStats{0, 0, 0, i}, {{"sk_live_" + std::to_string(i)}}});
    return batch;
  }

  std::shared_ptr<Store> below_ = store::NewMemoryStore();
  FaultPlan plan_, never_;
  std::unique_ptr<Catalog> catalog_ =
      *Catalog::Open(std::make_unique<FailingStore>(below_, &plan_), Relaxed());
};

TEST_F(RelaxedFaults, WhileFlushingLoseNothing) {
  int batches = 0, failures = 0;
  for (FaultPlan::Extent extent : {FaultPlan::Extent::kOnce, FaultPlan::Extent::kFromThenOn}) {
    for (int nth = 1;; ++nth) {
      SCOPED_TRACE(nth);
      for (int i = 0; i < 3; ++i) {
        ++batches;
        ASSERT_TRUE(catalog_->Apply(NextBatch(batches)).ok());
      }
      const std::string acknowledged = ContentOf(catalog_->snapshot());
      const std::string on_disk = OnDisk();
      plan_.Fail(nth, kFault, extent);
      const absl::Status status = catalog_->Flush();
      const std::string failed = plan_.failed();
      if (extent == FaultPlan::Extent::kFromThenOn && !failed.empty()) {
        EXPECT_EQ(OnDisk(), on_disk);
      }
      plan_.Stop();
      EXPECT_EQ(status.ok(), failed.empty()) << status;
      EXPECT_EQ(ContentOf(catalog_->snapshot()), acknowledged);
      EXPECT_EQ(catalog_->GetUserStats("usr_1")->total, batches);
      EXPECT_TRUE(catalog_->Flush().ok());
      EXPECT_EQ(OnDisk(), acknowledged);
      if (failed.empty()) break;
      ++failures;
    }
  }
  EXPECT_GE(failures, 20);
}

TEST_F(RelaxedFaults, WhileApplyingRefuseTheBatchAlone) {
  int batches = 0, failures = 0;
  for (bool flushed : {false, true}) {
    for (int nth = 1;; ++nth) {
      SCOPED_TRACE(nth);
      ASSERT_TRUE(catalog_->Apply(NextBatch(++batches)).ok());
      if (flushed) {
        ASSERT_TRUE(catalog_->Flush().ok());
      }
      const std::string before = TextOf(catalog_->snapshot());
      const std::string content = ContentOf(catalog_->snapshot());
      plan_.Fail(nth, kFault);
      const absl::Status status = catalog_->Apply(NextBatch(batches + 1));
      plan_.Stop();
      EXPECT_EQ(status.ok(), plan_.failed().empty()) << status;
      if (!status.ok()) {
        EXPECT_EQ(TextOf(catalog_->snapshot()), before);
        EXPECT_EQ(catalog_->GetUserStats("usr_1")->total, batches);
        EXPECT_TRUE(catalog_->Flush().ok());
        EXPECT_EQ(OnDisk(), content);
        ++failures;
        continue;
      }
      ++batches;
      break;
    }
  }
  EXPECT_GE(failures, 5);
}

TEST_F(RelaxedFaults, AtTheEndAreToldByClose) {
  ASSERT_TRUE(catalog_->Apply(NextBatch(1)).ok());
  plan_.Fail(1, kFault, FaultPlan::Extent::kFromThenOn);
  EXPECT_TRUE(absl::IsUnavailable(catalog_->Close()));
}

}  // namespace
}  // namespace muster
