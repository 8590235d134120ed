// DurableWriter: a group is one transaction of the store, acknowledged once it is on
// disk.
//
// First whatever other processes have committed since is taken in, then each batch is
// checked and carried out on a stage over the transaction, the next view is made, all
// is written with the change log and the meta record, committed, and only then
// published. A failure at any step leaves store and view as they were.
#ifndef MUSTER_COMMIT_DURABLE_WRITER_H_
#define MUSTER_COMMIT_DURABLE_WRITER_H_

#include <memory>
#include <mutex>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "commit/group_writer.h"

namespace muster::commit {

class DurableWriter : public GroupWriter {
 public:
  using GroupWriter::GroupWriter;

  void CarryOut(const CommitQueue::Requests& requests) override;
  absl::StatusOr<std::unique_ptr<ReadTransaction>> BeginRead() override {
    return parts_.store.BeginRead();
  }
  absl::StatusOr<std::unique_ptr<ReadTransaction>> BeginLongRead() override {
    return parts_.store.BeginRead();
  }
  absl::Status ReadChanges(
      uint64_t after, absl::FunctionRef<absl::Status(const store::Meta& meta)> begin,
      absl::FunctionRef<absl::Status(const store::LogEntry& entry)> visit) override;
  absl::Status Flush() override { return absl::OkStatus(); }
  std::optional<std::chrono::milliseconds> FlushIfDue() override { return std::nullopt; }
  void TryAgain() override;

 private:
  // What a group is carried out in: a write transaction, and the view held still.
  struct Turn {
    std::unique_ptr<WriteTransaction> txn;
    std::unique_lock<std::mutex> view;
  };
  struct Attempt {
    absl::Status status;
    bool committing = false;  // it was the commit that failed
  };

  // All under writing_.
  // Begins a turn with all taken in that others have committed. `begun` is a write
  // transaction if there is one already.
  absl::StatusOr<Turn> BeginTurn(std::unique_ptr<WriteTransaction> begun = nullptr);
  absl::Status CommitGroup(const CommitQueue::Requests& requests);
  Attempt TryCommit(const CommitQueue::Requests& requests);
  absl::Status CommitNothing();

  // A relaxed writer that was killed has shown versions to its clients that the store
  // never got, and the next ones must not be taken for those: gives `meta` another
  // incarnation, and a version past all that were shown, if that is so.
  void RenewIncarnationIfLost(store::Meta* meta);

  std::mutex writing_;
  uint64_t failed_at_commit_ = 0;  // the store's newest when a commit failed last
  // The incarnation that was found lost, and the one drawn for it, until it is written.
  uint64_t lost_incarnation_ = 0;
  uint64_t drawn_incarnation_ = 0;
};

}  // namespace muster::commit

#endif  // MUSTER_COMMIT_DURABLE_WRITER_H_
