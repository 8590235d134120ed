// Batches of many callers: how they share commits, and what each of them gets.
#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "engine/commit/fixture.h"
#include "engine/commit/shared_store.h"
#include "store/memory/memory_store.h"

namespace muster {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using testing::ElementsAre;

// What callbacks were told, in order.
class Outcomes {
 public:
  ApplyCallback Callback() {
    return [this](const absl::Status& status, const ApplyReport& report) {
      std::lock_guard<std::mutex> lock(mutex_);
      codes_.push_back(status.code());
      versions_.push_back(report.version);
      changed_.notify_all();
    };
  }
  std::vector<absl::StatusCode> Await(size_t count) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return codes_.size() >= count; });
    return codes_;
  }
  std::vector<uint64_t> versions() {
    std::lock_guard<std::mutex> lock(mutex_);
    return versions_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<absl::StatusCode> codes_;
  std::vector<uint64_t> versions_;
};

// A catalog whose store another writer holds, so that batches have to wait behind one
// that stands at the store.
class GroupCommit : public testing::Test {
 protected:
  GroupCommit() {
    watch_.before_write = [this] { ++writes_; };
    Open({});
  }
  void Open(const Options& options) {
    catalog_ = *Catalog::Open(std::make_unique<SharedStore>(store_, &watch_), options);
    held_ = *store_->BeginWrite();
    const int before = writes_;
    Async(Put("first"));
    AwaitWriter(before);
  }
  // Waits until somebody stands at the store.
  void AwaitWriter(int writes_before) {
    while (writes_ == writes_before) std::this_thread::yield();
  }
  void Release() { held_.reset(); }

  static WriteBatch Put(const std::string& id) {
    WriteBatch batch;
    batch.PutHost({id, HostStatus::kActive, 1, 1});
    return batch;
  }
  void Async(WriteBatch batch) {
    ASSERT_TRUE(catalog_->ApplyAsync(std::move(batch), outcomes_.Callback()).ok());
  }

  std::atomic<int> writes_{0};
  Watch watch_;
  const std::shared_ptr<Store> store_ = store::NewMemoryStore();
  std::unique_ptr<WriteTransaction> held_;
  Outcomes outcomes_;
  std::unique_ptr<Catalog> catalog_;
};

TEST_F(GroupCommit, BatchesThatWaitShareOneCommit) {
  for (int i = 0; i < 100; ++i) Async(Put("h" + std::to_string(i)));
  const uint64_t before = store_->LatestCommit();
  Release();
  outcomes_.Await(101);
  EXPECT_LE(store_->LatestCommit() - before, 2u);
  EXPECT_EQ(catalog_->snapshot().version(), 101u);
  EXPECT_EQ(catalog_->snapshot().Hosts().total, 101);
}

TEST_F(GroupCommit, EachBatchIsAVersionOfItsOwn) {
  for (int i = 0; i < 4; ++i) Async(Put("h" + std::to_string(i)));
  Release();
  outcomes_.Await(5);
  EXPECT_THAT(outcomes_.versions(), ElementsAre(1, 2, 3, 4, 5));
}

TEST_F(GroupCommit, ABatchThatFailsFailsAloneAndLeavesNoTrace) {
  Async(Put("a"));
  WriteBatch bad;
  bad.PutHost({"trace", HostStatus::kActive, 1, 1});
  bad.PutUser({"usr_trace", UserStats{1, 0, 0, 1}, {{"sk_trace_1"}}});
  bad.SetHostStatus("nobody", HostStatus::kDead);
  Async(std::move(bad));
  Async(Put("b"));
  Release();
  EXPECT_THAT(outcomes_.Await(4),
              ElementsAre(absl::StatusCode::kOk, absl::StatusCode::kOk,
                          absl::StatusCode::kNotFound, absl::StatusCode::kOk));
  const Snapshot snapshot = catalog_->snapshot();
  EXPECT_EQ(snapshot.version(), 3u);
  EXPECT_EQ(snapshot.FindHost("trace"), std::nullopt);
  EXPECT_TRUE(snapshot.FindHost("b").has_value());
  EXPECT_EQ(*catalog_->FindUser("usr_trace"), std::nullopt);
  EXPECT_FALSE(catalog_->FindUserByApiKey("sk_trace_1").ok());
  EXPECT_TRUE(catalog_->ListApiKeys()->empty());
}

TEST_F(GroupCommit, ABatchSeesWhatThoseBeforeItLeft) {
  Async(Put("a"));
  WriteBatch drain, remove, again;
  drain.SetHostStatus("a", HostStatus::kDraining);
  remove.DeleteHost("a");
  again.SetHostStatus("a", HostStatus::kActive);
  Async(std::move(drain));
  Async(std::move(remove));
  Async(std::move(again));
  Release();
  EXPECT_THAT(outcomes_.Await(5),
              ElementsAre(absl::StatusCode::kOk, absl::StatusCode::kOk, absl::StatusCode::kOk,
                          absl::StatusCode::kOk, absl::StatusCode::kNotFound));
}

TEST_F(GroupCommit, AListThatIsAsBeforeTheGroupKeepsItsVersion) {
  WriteBatch remove;
  remove.DeleteHost("passing");
  Async(Put("passing"));
  Async(std::move(remove));
  Release();
  outcomes_.Await(3);
  EXPECT_EQ(catalog_->snapshot().version(), 3u);
  EXPECT_EQ(catalog_->snapshot().version(List::kHosts), 1u);
}

TEST_F(GroupCommit, ThreadsThatWaitAreAllAnswered) {
  std::vector<std::thread> threads;
  std::atomic<int> applied{0};
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&, i] {
      for (int k = 0; k < 20; ++k) {
        const std::string id = std::to_string(i) + "-" + std::to_string(k);
        ApplyReport report;
        if (!catalog_->Apply(Put(id), &report).ok()) continue;
        // What was acknowledged is seen.
        applied += catalog_->snapshot().FindHost(id).has_value() &&
                   catalog_->snapshot().version() >= report.version;
      }
    });
  }
  Release();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(applied, 16 * 20);
  EXPECT_EQ(catalog_->snapshot().version(), 16u * 20 + 1);
}

TEST_F(GroupCommit, ABatchThatNobodyTookByItsDeadlineChangesNothing) {
  const Deadline deadline = steady_clock::now() + milliseconds(5);
  const absl::Status status = catalog_->Apply(Put("late"), nullptr, deadline);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
  Release();
  outcomes_.Await(1);
  EXPECT_TRUE(catalog_->Apply(Put("next")).ok());
  EXPECT_EQ(catalog_->snapshot().FindHost("late"), std::nullopt);
}

TEST_F(GroupCommit, ADeadlineEndsWhenTheBatchIsTaken) {
  Release();
  outcomes_.Await(1);
  held_ = *store_->BeginWrite();
  const int before = writes_;
  const Deadline deadline = steady_clock::now() + milliseconds(20);
  std::thread caller(
      [&] { EXPECT_TRUE(catalog_->Apply(Put("taken"), nullptr, deadline).ok()); });
  AwaitWriter(before);
  std::this_thread::sleep_until(deadline);
  Release();
  caller.join();
}

TEST_F(GroupCommit, AFullQueueRefusesWhatMustNotWaitAndHoldsUpWhatMay) {
  Release();
  outcomes_.Await(1);
  Options options;
  options.max_queued_batches = 2;
  Open(options);
  Async(Put("a"));
  Async(Put("b"));
  EXPECT_EQ(catalog_->ApplyAsync(Put("c"), outcomes_.Callback()).code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(catalog_->Apply(Put("c"), nullptr, steady_clock::now() + milliseconds(5)).code(),
            absl::StatusCode::kResourceExhausted);
  std::thread waits([&] { EXPECT_TRUE(catalog_->Apply(Put("d")).ok()); });
  Release();
  waits.join();
  outcomes_.Await(4);
  EXPECT_EQ(catalog_->snapshot().FindHost("c"), std::nullopt);
  EXPECT_TRUE(catalog_->snapshot().FindHost("b").has_value());
}

TEST_F(GroupCommit, ACallbackMayApplyMore) {
  Outcomes inner;
  ASSERT_TRUE(catalog_
                  ->ApplyAsync(Put("outer"),
                               [&](const absl::Status&, const ApplyReport&) {
                                 ASSERT_TRUE(
                                     catalog_->ApplyAsync(Put("inner"), inner.Callback()).ok());
                               })
                  .ok());
  Release();
  EXPECT_THAT(inner.Await(1), ElementsAre(absl::StatusCode::kOk));
  EXPECT_TRUE(catalog_->snapshot().FindHost("inner").has_value());
}

TEST_F(GroupCommit, CloseCarriesOutWhatWaitsAndCallsBack) {
  for (int i = 0; i < 50; ++i) Async(Put("h" + std::to_string(i)));
  std::thread closer([&] { EXPECT_TRUE(catalog_->Close().ok()); });
  Release();
  closer.join();
  EXPECT_EQ(outcomes_.Await(51).size(), 51u);
  EXPECT_EQ(catalog_->snapshot().Hosts().total, 51);
}

TEST_F(GroupCommit, AnInvalidBatchIsToldSoByItsCallback) {
  WriteBatch invalid;
  invalid.PutHost({"", HostStatus::kActive, 1, 1});
  Async(std::move(invalid));
  Release();
  EXPECT_THAT(outcomes_.Await(2),
              ElementsAre(absl::StatusCode::kOk, absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace muster
