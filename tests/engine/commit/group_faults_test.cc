// A store that fails under many callers: each is told of its own batch, and what is there
// is what was acknowledged.
#include <set>
#include <thread>
#include <vector>

#include "engine/commit/catalog_text.h"
#include "engine/commit/fixture.h"
#include "engine/store/failing_store.h"

namespace muster {
namespace {

constexpr int kCallers = 4;
constexpr int kBatchesOfCaller = 6;

class GroupFaults : public testing::TestWithParam<Durability> {
 protected:
  GroupFaults() {
    Options options;
    options.durability = GetParam();
    options.flush_interval_ms = 1;
    catalog_ = *Catalog::Open(std::make_unique<FailingStore>(below_, &plan_), options);
  }

  // Every caller puts hosts of its own; those that were acknowledged.
  std::set<std::string> ApplyFromCallers(int round) {
    std::vector<std::set<std::string>> put(kCallers);
    std::vector<std::thread> callers;
    for (int caller = 0; caller < kCallers; ++caller) {
      callers.emplace_back([&, caller] {
        for (int i = 0; i < kBatchesOfCaller; ++i) {
          const std::string name =
              std::to_string(round) + "-" + std::to_string(caller) + "-" + std::to_string(i);
          WriteBatch batch;
          for (const char* half : {"-a", "-b"}) {
            batch.PutHost({name + half, HostStatus::kActive, 1, 1});
          }
          if (!catalog_->Apply(batch).ok()) continue;
          for (const char* half : {"-a", "-b"})
            put[static_cast<size_t>(caller)].insert(name + half);
        }
      });
    }
    for (std::thread& caller : callers) caller.join();
    std::set<std::string> all;
    for (const auto& of_caller : put) all.insert(of_caller.begin(), of_caller.end());
    return all;
  }

  static std::set<std::string> HostsOf(const Snapshot& snapshot) {
    std::set<std::string> hosts;
    for (const Host& host : snapshot.AllHosts()) hosts.insert(host.id);
    return hosts;
  }

  std::shared_ptr<Store> below_ = store::NewMemoryStore();
  FaultPlan plan_, never_;
  std::unique_ptr<Catalog> catalog_;
};

INSTANTIATE_TEST_SUITE_P(, GroupFaults,
                         testing::Values(Durability::kDurable, Durability::kRelaxed),
                         [](const auto& over) {
                           return over.param == Durability::kDurable ? "Durable" : "Relaxed";
                         });

TEST_P(GroupFaults, AcknowledgeWhatIsThereAndNothingElse) {
  std::set<std::string> acknowledged;
  int round = 0;
  for (FaultPlan::Extent extent : {FaultPlan::Extent::kOnce, FaultPlan::Extent::kFromThenOn}) {
    for (int nth = 1; nth <= 60; nth += 1 + nth / 10) {
      SCOPED_TRACE(nth);
      plan_.Fail(nth, absl::UnavailableError("an I/O error"), extent,
                 FaultPlan::Whose::kAnybody);
      acknowledged.merge(ApplyFromCallers(++round));
      plan_.Stop();
      ASSERT_EQ(HostsOf(catalog_->snapshot()), acknowledged);
      const absl::Status flushed = catalog_->Flush();
      ASSERT_TRUE(flushed.ok()) << flushed;
      const auto other = *Catalog::Open(std::make_unique<FailingStore>(below_, &never_));
      ASSERT_EQ(ContentOf(other->snapshot()), ContentOf(catalog_->snapshot()));
    }
  }
  EXPECT_EQ(ApplyFromCallers(++round).size(), size_t{2} * kCallers * kBatchesOfCaller);
}

}  // namespace
}  // namespace muster
