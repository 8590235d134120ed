// A real store of which any call fails on command.
//
// Every call that can fail counts as one point, a Scan() as two: it fails before
// the first record, or after it. So whoever lets point after point fail, until
// nothing does, has seen a piece of work fail in every way that a store can make it.
#ifndef MUSTER_TESTS_ENGINE_STORE_FAILING_STORE_H_
#define MUSTER_TESTS_ENGINE_STORE_FAILING_STORE_H_

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "engine/store/forwarding_store.h"
#include "muster/store.h"

namespace muster {

// Which points fail, and how. Outlives the store; any thread.
class FaultPlan {
 public:
  enum class Extent { kOnce, kFromThenOn };
  enum class Whose { kThisThread, kAnybody };

  // From here the points count anew; the `nth`, from 1, is the first to fail. Those of
  // this thread alone, unless told otherwise: the engine's own thread looks at the
  // store when it likes. With kFromThenOn everybody's fail from there.
  void Fail(int nth, absl::Status status, Extent extent = Extent::kOnce,
            Whose whose = Whose::kThisThread) {
    std::lock_guard<std::mutex> lock(mutex_);
    nth_ = nth;
    status_ = std::move(status);
    extent_ = extent;
    points_ = 0;
    whose_ = whose;
    thread_ = std::this_thread::get_id();
    failed_.clear();
  }
  void Stop() {
    std::lock_guard<std::mutex> lock(mutex_);
    nth_ = 0;
  }

  // The call that failed first since Fail(); "" where none did.
  std::string failed() const {
    std::lock_guard<std::mutex> lock(mutex_);
    return failed_;
  }

  // For the store: what becomes of this point.
  absl::Status At(std::string_view call) {
    std::lock_guard<std::mutex> lock(mutex_);
    if (whose_ == Whose::kAnybody || std::this_thread::get_id() == thread_) {
      ++points_;
    } else if (extent_ == Extent::kOnce || failed_.empty()) {
      return absl::OkStatus();
    }
    const bool fails =
        nth_ > 0 && (extent_ == Extent::kOnce ? points_ == nth_ : points_ >= nth_);
    if (!fails) return absl::OkStatus();
    if (failed_.empty()) failed_ = call;
    return status_;
  }

 private:
  mutable std::mutex mutex_;
  int nth_ = 0;  // 0: nothing fails
  Extent extent_ = Extent::kOnce;
  absl::Status status_;
  int points_ = 0;
  Whose whose_ = Whose::kThisThread;
  std::thread::id thread_;
  std::string failed_;
};

class FailingTransaction : public WriteTransaction {
 public:
  using Read = std::unique_ptr<ReadTransaction>;
  using Write = std::unique_ptr<WriteTransaction>;
  FailingTransaction(Read read, FaultPlan* plan) : read_(std::move(read)), plan_(*plan) {}
  FailingTransaction(Write write, FaultPlan* plan) : write_(std::move(write)), plan_(*plan) {}

  absl::StatusOr<std::optional<std::string_view>> Get(Table table,
                                                      std::string_view key) override {
    if (absl::Status status = plan_.At("Get"); !status.ok()) return status;
    return reader().Get(table, key);
  }
  absl::Status Scan(
      Table table, std::string_view first,
      const std::function<bool(std::string_view, std::string_view)>& visit) override {
    if (absl::Status status = plan_.At("Scan"); !status.ok()) return status;
    bool begun = false;
    absl::Status fault;
    absl::Status status =
        reader().Scan(table, first, [&](std::string_view key, std::string_view value) {
          if (!fault.ok()) return false;
          if (!std::exchange(begun, true)) fault = plan_.At("Scan, after its first record");
          return visit(key, value);
        });
    return fault.ok() ? status : fault;
  }
  uint64_t commit_id() const override {
    return write_ != nullptr ? write_->commit_id() : read_->commit_id();
  }
  absl::Status Put(Table table, std::string_view key, std::string_view value) override {
    absl::Status status = plan_.At("Put");
    return status.ok() ? write_->Put(table, key, value) : status;
  }
  absl::Status Delete(Table table, std::string_view key) override {
    absl::Status status = plan_.At("Delete");
    return status.ok() ? write_->Delete(table, key) : status;
  }
  absl::Status Commit() override {
    absl::Status status = plan_.At("Commit");
    return status.ok() ? write_->Commit() : status;
  }

 private:
  ReadTransaction& reader() { return write_ != nullptr ? *write_ : *read_; }

  const Read read_;
  const Write write_;
  FaultPlan& plan_;
};

// Closing it leaves the store below open, for whoever else looks at it.
class FailingStore : public ForwardingStore {
 public:
  FailingStore(std::shared_ptr<Store> store, FaultPlan* plan)
      : ForwardingStore(std::move(store)), plan_(*plan) {}

  absl::StatusOr<std::unique_ptr<ReadTransaction>> BeginRead() override {
    if (absl::Status status = plan_.At("BeginRead"); !status.ok()) return status;
    auto begun = ForwardingStore::BeginRead();
    if (!begun.ok()) return begun;
    return std::unique_ptr<ReadTransaction>(new FailingTransaction(*std::move(begun), &plan_));
  }
  absl::StatusOr<std::unique_ptr<WriteTransaction>> BeginWrite() override {
    if (absl::Status status = plan_.At("BeginWrite"); !status.ok()) return status;
    return Failing(ForwardingStore::BeginWrite());
  }
  absl::StatusOr<std::unique_ptr<WriteTransaction>> TryBeginWrite() override {
    if (absl::Status status = plan_.At("TryBeginWrite"); !status.ok()) return status;
    return Failing(ForwardingStore::TryBeginWrite());
  }
  absl::Status Probe() override {
    absl::Status status = plan_.At("Probe");
    return status.ok() ? ForwardingStore::Probe() : status;
  }
  absl::Status Close() override { return absl::OkStatus(); }

 private:
  absl::StatusOr<std::unique_ptr<WriteTransaction>> Failing(
      absl::StatusOr<std::unique_ptr<WriteTransaction>> begun) {
    if (!begun.ok() || *begun == nullptr) return begun;
    return std::unique_ptr<WriteTransaction>(new FailingTransaction(*std::move(begun), &plan_));
  }

  FaultPlan& plan_;
};

}  // namespace muster

#endif  // MUSTER_TESTS_ENGINE_STORE_FAILING_STORE_H_
