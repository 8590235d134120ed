// The system refuses to write or to sync the data file: the batch is refused, readers go
// on, and when the system is well again so is the catalog, without being opened anew. The
// test is linked with the recorder, which lets real calls of a real store fail.
#include <errno.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <tuple>

#include "durability/driver.h"
#include "durability/lane.h"
#include "durability/ledger.h"
#include "durability/recorder.h"
#include "muster/catalog.h"

namespace muster::durability {
namespace {

class IoErrors : public testing::TestWithParam<std::tuple<FaultCall, int>> {
 protected:
  static constexpr int kForEver = 1'000'000;
  static constexpr uint64_t kBefore = 45;  // batches, some of them large

  IoErrors() {
    WatchDirectory(db_);
    auto opened = Catalog::Open(db_);
    EXPECT_TRUE(opened.ok()) << opened.status();
    catalog_ = *std::move(opened);
    for (uint64_t i = 1; i <= kBefore; ++i) {
      EXPECT_TRUE(catalog_->Apply(LaneBatch(0, i)).ok());
    }
    ledger_.Add({0, Ack::kDurable, kBefore, 0});
  }
  ~IoErrors() override { FailNothing(); }

  FaultCall call() const { return std::get<0>(GetParam()); }
  int error() const { return std::get<1>(GetParam()); }

  void FailFromNowOn() { FailCalls(call(), 1, kForEver, error()); }

  const WorkDir dir_;
  const std::string db_ = dir_.path() + "/db";
  std::unique_ptr<Catalog> catalog_;
  Ledger ledger_{Found{}};
};

INSTANTIATE_TEST_SUITE_P(Of, IoErrors,
                         testing::Combine(testing::Values(FaultCall::kWrite,
                                                          FaultCall::kMetaWrite,
                                                          FaultCall::kSync),
                                          testing::Values(EIO, ENOSPC)),
                         [](const auto& over) {
                           const FaultCall call = std::get<0>(over.param);
                           return std::string(call == FaultCall::kWrite       ? "Write"
                                              : call == FaultCall::kMetaWrite ? "MetaWrite"
                                                                              : "Sync") +
                                  (std::get<1>(over.param) == EIO ? "Eio" : "Enospc");
                         });

TEST_P(IoErrors, RefuseTheBatchInOneLine) {
  FailFromNowOn();
  const uint64_t met = FaultsMet();
  const absl::Status status = catalog_->Apply(LaneBatch(0, kBefore + 1));
  EXPECT_GT(FaultsMet(), met);
  EXPECT_TRUE(absl::IsUnavailable(status) || absl::IsResourceExhausted(status)) << status;
  EXPECT_EQ(std::string(status.message()).find('\n'), std::string::npos) << status;
}

TEST_P(IoErrors, LeaveReadersAsTheyWere) {
  const std::string tag(catalog_->snapshot().etag(List::kHosts));
  FailFromNowOn();
  ASSERT_FALSE(catalog_->Apply(LaneBatch(0, kBefore + 1)).ok());
  EXPECT_EQ(catalog_->snapshot().etag(List::kHosts), tag);
  EXPECT_EQ(catalog_->snapshot().version(), kBefore);
  EXPECT_EQ(catalog_->snapshot().FindHost(LaneCounter(0))->free_mib,
            static_cast<int64_t>(kBefore));
}

TEST_P(IoErrors, AreToldByCheckReady) {
  EXPECT_TRUE(catalog_->CheckReady().ok());
  FailFromNowOn();
  ASSERT_FALSE(catalog_->Apply(LaneBatch(0, kBefore + 1)).ok());
  EXPECT_TRUE(absl::IsUnavailable(catalog_->CheckReady()));
}

// As a balancer sees it, that sends no traffic any more.
TEST_P(IoErrors, AreOverWhenTheSystemIsWell) {
  FailFromNowOn();
  ASSERT_FALSE(catalog_->Apply(LaneBatch(0, kBefore + 1)).ok());
  FailNothing();
  EXPECT_TRUE(BecomesReady(*catalog_));
}

TEST_P(IoErrors, LetTheNextBatchThrough) {
  FailFromNowOn();
  ASSERT_FALSE(catalog_->Apply(LaneBatch(0, kBefore + 1)).ok());
  ASSERT_FALSE(catalog_->Apply(LaneBatch(0, kBefore + 1)).ok());
  FailNothing();
  const absl::Status status = catalog_->Apply(LaneBatch(0, kBefore + 1));
  ASSERT_TRUE(status.ok()) << status;
  ledger_.Add({0, Ack::kDurable, kBefore + 1, 0});
  Found found;
  EXPECT_EQ(ledger_.Check(*catalog_, &found), "");
}

// Each call of a commit in turn, once and from then on: what was acknowledged stays, and
// a batch that was refused is there whole or not at all.
TEST_P(IoErrors, AtAnyCallLoseNothing) {
  uint64_t batches = kBefore;
  for (int times : {1, 2, kForEver}) {
    for (int nth = 1;; ++nth) {
      SCOPED_TRACE(std::to_string(nth) + ", " + std::to_string(times));
      const uint64_t met = FaultsMet();
      FailCalls(call(), nth, times, error());
      const absl::Status status = catalog_->Apply(LaneBatch(0, batches + 1));
      FailNothing();
      EXPECT_EQ(status.ok(), FaultsMet() == met) << status;
      if (status.ok()) ledger_.Add({0, Ack::kDurable, batches + 1, 0});
      absl::Status well = catalog_->CatchUp();
      EXPECT_TRUE(well.ok()) << well;
      Found found;
      ASSERT_EQ(ledger_.Check(*catalog_, &found), "");
      batches = found.batches[0];
      if (FaultsMet() == met) break;
    }
  }
  ASSERT_TRUE(catalog_->Close().ok());
  Found found;
  EXPECT_EQ(CheckStore(db_, ledger_, 1, &found), "");
}

}  // namespace
}  // namespace muster::durability
