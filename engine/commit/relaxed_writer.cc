#include "commit/relaxed_writer.h"

#include <algorithm>
#include <deque>
#include <string>
#include <utility>

#include "commit/staged_transaction.h"
#include "store/seal.h"
#include "view/view.h"

namespace muster::commit {
namespace {

using std::chrono::milliseconds;

// So much may be in memory alone; then batches wait for a flush.
constexpr size_t kMaxActiveBytes = size_t{64} << 20;

// How often a flush that failed is tried again.
constexpr milliseconds kRetryInterval{1000};

// A flush that has not begun so long after it was due will not begin by itself.
constexpr milliseconds kLate{2000};

constexpr int kMaxAttempts = 32;

// A read transaction of a store that is begun when it is needed.
class LazyRead : public ReadTransaction {
 public:
  explicit LazyRead(Store& store) : store_(store) {}

  absl::StatusOr<std::optional<std::string_view>> Get(Table table,
                                                      std::string_view key) override {
    if (absl::Status status = Begin(); !status.ok()) return status;
    return txn_->Get(table, key);
  }
  absl::Status Scan(
      Table table, std::string_view first,
      const std::function<bool(std::string_view, std::string_view)>& visit) override {
    if (absl::Status status = Begin(); !status.ok()) return status;
    return txn_->Scan(table, first, visit);
  }
  uint64_t commit_id() const override { return txn_ == nullptr ? 0 : txn_->commit_id(); }

 private:
  absl::Status Begin() {
    if (txn_ != nullptr) return absl::OkStatus();
    auto txn = store_.BeginRead();
    if (!txn.ok()) return txn.status();
    txn_ = *std::move(txn);
    return absl::OkStatus();
  }

  Store& store_;
  std::unique_ptr<ReadTransaction> txn_;
};

// The same, with the hosts as they stand in the view of that state: each is found there
// faster than in the store, and its place in the view is looked for anyhow.
class HostsFromView : public ReadTransaction {
 public:
  HostsFromView(ReadTransaction& below, const view::View& view) : below_(below), view_(view) {}

  absl::StatusOr<std::optional<std::string_view>> Get(Table table,
                                                      std::string_view key) override {
    if (table != Table::kHosts) return below_.Get(table, key);
    const std::optional<view::Row> row = view_.hosts->Find(key);
    if (!row) return std::optional<std::string_view>();
    store::Seal(table, key, row->record, &sealed_.emplace_back());
    return std::optional<std::string_view>(sealed_.back());
  }
  absl::Status Scan(
      Table table, std::string_view first,
      const std::function<bool(std::string_view, std::string_view)>& visit) override {
    return below_.Scan(table, first, visit);
  }
  uint64_t commit_id() const override { return below_.commit_id(); }

 private:
  ReadTransaction& below_;
  const view::View& view_;
  std::deque<std::string> sealed_;  // whose bytes were given out
};

// The store with the frozen stage, if there is one, laid over it.
class FrozenRead {
 public:
  FrozenRead(Store& store, std::shared_ptr<const Stage> frozen)
      : store_(store), frozen_(std::move(frozen)) {
    if (frozen_ != nullptr) staged_.emplace(*frozen_, store_, 0);
  }
  ReadTransaction& txn() { return staged_ ? static_cast<ReadTransaction&>(*staged_) : store_; }

 private:
  LazyRead store_;
  const std::shared_ptr<const Stage> frozen_;
  std::optional<StagedRead> staged_;
};

}  // namespace

// What is acknowledged, while nobody changes it.
class RelaxedWriter::Read : public ReadTransaction {
 public:
  explicit Read(RelaxedWriter& writer)
      : lock_(writer.ShareStage()),
        below_(writer.parts_.store, writer.frozen_),
        staged_(*writer.active_, below_.txn(), writer.commit_id_) {}

  absl::StatusOr<std::optional<std::string_view>> Get(Table table,
                                                      std::string_view key) override {
    return staged_.Get(table, key);
  }
  absl::Status Scan(
      Table table, std::string_view first,
      const std::function<bool(std::string_view, std::string_view)>& visit) override {
    return staged_.Scan(table, first, visit);
  }
  uint64_t commit_id() const override { return staged_.commit_id(); }

 private:
  const std::shared_lock<std::shared_mutex> lock_;
  FrozenRead below_;
  StagedRead staged_;
};

RelaxedWriter::RelaxedWriter(const WriterParts& parts, milliseconds interval,
                             std::function<void()> wake)
    : GroupWriter(parts),
      interval_(interval),
      wake_(std::move(wake)),
      commit_id_(parts.store.LatestCommit()),
      active_(std::make_unique<Stage>()) {}

std::shared_lock<std::shared_mutex> RelaxedWriter::ShareStage() {
  std::lock_guard<std::mutex> gate(stage_gate_);
  return std::shared_lock<std::shared_mutex>(stage_mutex_);
}

std::unique_lock<std::shared_mutex> RelaxedWriter::LockStage() {
  std::lock_guard<std::mutex> gate(stage_gate_);
  return std::unique_lock<std::shared_mutex>(stage_mutex_);
}

void RelaxedWriter::CarryOut(const CommitQueue::Requests& requests) {
  absl::Status status;
  if (active_bytes_.load(std::memory_order_relaxed) > kMaxActiveBytes) status = Flush();
  if (status.ok()) status = CarryOutStaged(requests);
  for (CommitRequest* request : requests) {
    if (request->status.ok() && !request->batch.empty()) request->status = status;
  }
}

absl::Status RelaxedWriter::CarryOutStaged(const CommitQueue::Requests& requests) {
  std::lock_guard<std::mutex> lock(writing_);
  auto stage_lock = LockStage();
  const std::unique_lock<std::mutex> view_lock = parts_.keeper.HoldView();
  FrozenRead below(parts_.store, frozen_);
  store::Meta meta = parts_.keeper.meta();
  HostsFromView state(below.txn(), parts_.keeper.view());
  Group group(active_.get(), state, &meta, &log_, parts_.host_clock);
  for (CommitRequest* request : requests) {
    request->report = ApplyReport{};
    request->status = group.Apply(request->batch, &request->report);
    NoteFault(*request);
  }
  if (!group.touched()) return absl::OkStatus();
  if (absl::Status status = Publish(&group, meta); !status.ok()) {
    parts_.health.NoteCommit(status);
    return status;
  }
  active_bytes_.store(active_->bytes(), std::memory_order_relaxed);
  stage_lock.unlock();
  parts_.store.RingCommitBell();
  NoteUnflushed();
  return absl::OkStatus();
}

absl::Status RelaxedWriter::Publish(Group* group, const store::Meta& meta) {
  ViewKeeper& keeper = parts_.keeper;
  std::unique_ptr<view::View> next;
  if (group->changed()) {
    absl::StatusOr<std::unique_ptr<view::View>> made = group->MakeView(keeper.view());
    if (!made.ok()) {
      group->RollBack();
      return made.status();
    }
    next = *std::move(made);
  }
  ++commit_id_;
  group->changed_identities().Forget(commit_id_, parts_.users);
  if (next == nullptr) {
    keeper.NoteCommit(meta, commit_id_);
  } else {
    keeper.Publish(std::move(next), meta, commit_id_);
  }
  return absl::OkStatus();
}

void RelaxedWriter::NoteUnflushed() {
  const Clock::time_point now = Clock::now();
  const Clock::rep due = flush_due_.load(std::memory_order_relaxed);
  if (due == 0) flush_due_.store((now + interval_).time_since_epoch().count());
  // Long overdue: there may have been no thread to be had when it was woken.
  const bool is_late = due != 0 && Clock::time_point(Clock::duration(due)) + kLate < now;
  if (due == 0 || is_late) wake_();
}

absl::StatusOr<std::unique_ptr<ReadTransaction>> RelaxedWriter::BeginRead() {
  return std::unique_ptr<ReadTransaction>(new Read(*this));
}

absl::StatusOr<std::unique_ptr<ReadTransaction>> RelaxedWriter::BeginLongRead() {
  // Who copies whole tables must not hold the writer up.
  if (absl::Status status = Flush(); !status.ok()) return status;
  return parts_.store.BeginRead();
}

absl::Status RelaxedWriter::ReadChanges(
    uint64_t after, absl::FunctionRef<absl::Status(const store::Meta& meta)> begin,
    absl::FunctionRef<absl::Status(const store::LogEntry& entry)> visit) {
  Read txn(*this);
  absl::Status status;
  {
    const std::unique_lock<std::mutex> view_lock = parts_.keeper.HoldView();
    status = begin(parts_.keeper.meta());
  }
  if (status.ok()) status = store::ScanChangeLog(txn, after, visit);
  if (!status.ok()) return status;
  log_.Visit([&](const store::LogEntry& entry) {
    if (status.ok() && entry.version > after) status = visit(entry);
  });
  return status;
}

absl::Status RelaxedWriter::Flush() {
  std::lock_guard<std::mutex> lock(flushing_);
  return FlushLocked();
}

absl::Status RelaxedWriter::FlushLocked() {
  const bool left_over = frozen_ != nullptr;  // from a flush that failed
  absl::Status status = left_over ? WriteFrozen() : absl::OkStatus();
  if (status.ok()) status = Freeze();
  if (status.ok() && frozen_ != nullptr) status = WriteFrozen();
  if (status.ok()) return status;
  parts_.health.NoteCommit(status);
  flush_due_ = (Clock::now() + kRetryInterval).time_since_epoch().count();
  wake_();  // which may sleep for as long as the interval
  return status;
}

absl::Status RelaxedWriter::Freeze() {
  std::lock_guard<std::mutex> lock(writing_);
  const auto stage_lock = LockStage();
  if (active_->empty()) {
    flush_due_ = 0;  // it may have been set by a flush that failed and was made good
    return absl::OkStatus();
  }
  FrozenRead below(parts_.store, nullptr);
  StagedWrite txn(active_.get(), below.txn());
  const std::unique_lock<std::mutex> view_lock = parts_.keeper.HoldView();
  store::Meta meta = parts_.keeper.meta();
  active_->Settle();
  absl::Status status = store::WriteChangeLog(txn, &meta, log_, parts_.EnoughLogEntries(meta));
  if (status.ok()) status = store::WriteMeta(txn, meta);
  if (!status.ok()) {
    active_->RollBack(0);
    return status;
  }
  parts_.keeper.NoteCommit(meta, commit_id_);
  active_->Settle();
  frozen_ = std::move(active_);
  active_ = std::make_unique<Stage>();
  log_ = store::PendingLog();
  active_bytes_ = 0;
  flush_due_ = 0;
  return absl::OkStatus();
}

absl::Status RelaxedWriter::WriteFrozen() {
  absl::Status status;
  for (int attempt = 1; attempt <= kMaxAttempts; ++attempt) {
    status = TryWriteFrozen();
    if (absl::IsResourceExhausted(status) && parts_.store.MakeRoom().ok()) continue;
    // Also where it was not the commit that failed: an earlier recovery may have.
    if (!status.ok()) status = Recovered(parts_.store, status);
    break;
  }
  parts_.health.NoteCommit(status);
  if (!status.ok()) return status;
  parts_.store.RingCommitBell();  // for other processes, who see it from now on
  const auto stage_lock = LockStage();
  frozen_.reset();
  return status;
}

absl::Status RelaxedWriter::TryWriteFrozen() {
  auto txn = parts_.store.BeginWrite();
  if (!txn.ok()) return txn.status();
  if (absl::Status status = frozen_->WriteTo(**txn); !status.ok()) return status;
  NumberCommit(**txn);
  return (*txn)->Commit();
}

void RelaxedWriter::NumberCommit(const WriteTransaction& txn) {
  std::lock_guard<std::mutex> lock(writing_);
  if (commit_id_ > txn.commit_id()) return;
  const auto stage_lock = LockStage();
  commit_id_ = txn.commit_id() + 1;
  const std::unique_lock<std::mutex> view_lock = parts_.keeper.HoldView();
  parts_.keeper.NoteCommit(parts_.keeper.meta(), commit_id_);
}

std::optional<milliseconds> RelaxedWriter::FlushIfDue() {
  const Clock::rep due = flush_due_.load();
  if (due == 0) return std::nullopt;
  const Clock::time_point now = Clock::now();
  const Clock::time_point when{Clock::duration(due)};
  if (now < when) return std::chrono::ceil<milliseconds>(when - now);
  return Flush().ok() ? std::nullopt : std::optional<milliseconds>(kRetryInterval);
}

absl::Status RelaxedWriter::CommitNothing() {
  auto txn = parts_.store.BeginWrite();
  if (!txn.ok()) return txn.status();
  absl::StatusOr<store::Meta> meta = store::RequireMeta(**txn);
  if (!meta.ok()) return meta.status();
  absl::Status status = store::WriteMeta(**txn, *meta);
  NumberCommit(**txn);
  return status.ok() ? (*txn)->Commit() : status;
}

void RelaxedWriter::TryAgain() {
  std::unique_lock<std::mutex> lock(flushing_, std::try_to_lock);
  if (!lock.owns_lock()) return;
  if (frozen_ != nullptr || flush_due_.load() != 0) {
    static_cast<void>(FlushLocked());  // says how it went
  } else {
    absl::Status status = CommitNothing();
    if (!status.ok()) status = Recovered(parts_.store, status);
    parts_.health.NoteCommit(status);
  }
}

}  // namespace muster::commit
