// GroupWriter: how groups of batches get into the store: DurableWriter and
// RelaxedWriter.
//
// Every call from any thread.
#ifndef MUSTER_COMMIT_GROUP_WRITER_H_
#define MUSTER_COMMIT_GROUP_WRITER_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "commit/commit_queue.h"
#include "commit/health.h"
#include "commit/host_times.h"
#include "commit/view_keeper.h"
#include "identity/user_cache.h"
#include "muster/store.h"
#include "store/change_log.h"
#include "store/meta.h"

namespace muster::commit {

// What both write with. All is borrowed; `users` may be null.
struct WriterParts {
  Store& store;
  ViewKeeper& keeper;
  Health& health;
  identity::UserCache* users;
  const HostClock& host_clock;
  uint64_t min_log_entries;  // 0: as many as there are records

  // How many entries the change log is to keep.
  uint64_t EnoughLogEntries(const store::Meta& meta) const {
    return min_log_entries != 0 ? min_log_entries : store::EnoughLogEntries(meta);
  }
};

class GroupWriter {
 public:
  explicit GroupWriter(const WriterParts& parts) : parts_(parts) {}
  virtual ~GroupWriter() = default;

  // Carries the requests out in order and sets the status and the report of each; those
  // that are OK are then in the view, and in the store as far as was promised.
  virtual void CarryOut(const CommitQueue::Requests& requests) = 0;

  // What the store holds with all that was acknowledged, as of one moment. Short: it
  // may keep the writer waiting.
  virtual absl::StatusOr<std::unique_ptr<ReadTransaction>> BeginRead() = 0;

  // The same for who takes his time.
  virtual absl::StatusOr<std::unique_ptr<ReadTransaction>> BeginLongRead() = 0;

  // Calls `begin` with the meta record, and where that is OK `visit` for each entry of
  // the change log after version `after`, all as of one moment.
  virtual absl::Status ReadChanges(
      uint64_t after, absl::FunctionRef<absl::Status(const store::Meta& meta)> begin,
      absl::FunctionRef<absl::Status(const store::LogEntry& entry)> visit) = 0;

  // Makes durable what is not yet.
  virtual absl::Status Flush() = 0;

  // For the maintenance thread: the same, if it is time; after how long it has to be
  // called again, if it has to.
  virtual std::optional<std::chrono::milliseconds> FlushIfDue() = 0;

  // After a commit that failed: makes one, be it an empty one, unless somebody else is
  // at it, and tells Health how it went.
  virtual void TryAgain() = 0;

 protected:
  // Tells Health where it is the store that a request failed by: a batch that was at
  // fault when it came says nothing of the store, whatever it says.
  void NoteFault(const CommitRequest& request) {
    if (!request.status.ok() && request.batch.status().ok()) {
      parts_.health.NoteCommit(request.status);
    }
  }

  const WriterParts parts_;
};

// Lets the store recover from a commit that failed, with no transaction open. Returns
// the failure, or why it could not.
absl::Status Recovered(Store& store, const absl::Status& failure);

}  // namespace muster::commit

#endif  // MUSTER_COMMIT_GROUP_WRITER_H_
