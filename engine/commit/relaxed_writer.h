// RelaxedWriter: a group is acknowledged once it is in memory and published, and is
// written later, with what comes after it, in one durable commit.
//
// Words: what is acknowledged and not written yet stands in the *active* stage; a
// flush *freezes* it, with the change log and the meta record of that moment, begins a
// new one, and commits the frozen one. So batches go on while the store is written,
// and a record that changes often is written once a flush. What is lost with the
// process is always the newest: a suffix of the versions.
//
// What the engine reads of this process comes through the stages: active over frozen
// over the store. The store may get the frozen stage at any moment; it then says the
// same once more.
//
// This process is the only writer of the store, or nobody could know what it may
// write next. Commits of the store and groups are numbered together, so that readers,
// who look at the store's number, never find it ahead.
//
// Locks, in this order: flushing_, writing_, stage_mutex_, the view's.
#ifndef MUSTER_COMMIT_RELAXED_WRITER_H_
#define MUSTER_COMMIT_RELAXED_WRITER_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>

#include "commit/group.h"
#include "commit/group_writer.h"
#include "commit/stage.h"

namespace muster::commit {

class RelaxedWriter : public GroupWriter {
 public:
  // `wake` is called when there is something to flush, `interval` before it is due.
  RelaxedWriter(const WriterParts& parts, std::chrono::milliseconds interval,
                std::function<void()> wake);

  void CarryOut(const CommitQueue::Requests& requests) override;
  absl::StatusOr<std::unique_ptr<ReadTransaction>> BeginRead() override;
  absl::StatusOr<std::unique_ptr<ReadTransaction>> BeginLongRead() override;
  absl::Status ReadChanges(
      uint64_t after, absl::FunctionRef<absl::Status(const store::Meta& meta)> begin,
      absl::FunctionRef<absl::Status(const store::LogEntry& entry)> visit) override;
  absl::Status Flush() override;
  std::optional<std::chrono::milliseconds> FlushIfDue() override;
  void TryAgain() override;

 private:
  using Clock = std::chrono::steady_clock;
  class Read;

  absl::Status CarryOutStaged(const CommitQueue::Requests& requests);
  // Under writing_, stage_mutex_ and the view's lock.
  absl::Status Publish(Group* group, const store::Meta& meta);
  void NoteUnflushed();
  std::shared_lock<std::shared_mutex> ShareStage();
  std::unique_lock<std::shared_mutex> LockStage();

  // Under flushing_.
  absl::Status FlushLocked();
  absl::Status Freeze();
  absl::Status WriteFrozen();
  absl::Status TryWriteFrozen();
  absl::Status CommitNothing();
  // Takes a number for a commit of the store.
  void NumberCommit(const WriteTransaction& txn);

  const std::chrono::milliseconds interval_;
  const std::function<void()> wake_;

  std::mutex flushing_;  // one flush at a time

  std::mutex writing_;  // one group at a time
  uint64_t commit_id_;  // of the newest group or commit

  // Exclusively by whoever changes what follows, and shared by whoever reads it.
  std::shared_mutex stage_mutex_;
  std::mutex stage_gate_;  // passed by all: who waits to change it is not overtaken
  std::unique_ptr<Stage> active_;
  std::shared_ptr<const Stage> frozen_;  // changed under flushing_ too
  store::PendingLog log_;                // of the active stage

  std::atomic<size_t> active_bytes_{0};
  // When the next flush is due; 0: there is nothing to flush.
  std::atomic<Clock::rep> flush_due_{0};
};

}  // namespace muster::commit

#endif  // MUSTER_COMMIT_RELAXED_WRITER_H_
