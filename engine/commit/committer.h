// Committer: the one writer of a process. It takes batches in from any thread, has
// them carried out in groups, and looks after what has to be done now and then.
//
// Every call from any thread. Readers never wait here: they take the newest view
// from the publisher, and help with catching up only where nobody else is at it.
#ifndef MUSTER_COMMIT_COMMITTER_H_
#define MUSTER_COMMIT_COMMITTER_H_

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "commit/batch_rep.h"
#include "commit/commit_queue.h"
#include "commit/group_writer.h"
#include "commit/health.h"
#include "commit/host_sweeper.h"
#include "commit/host_times.h"
#include "commit/maintenance_thread.h"
#include "commit/tombstone_sweeper.h"
#include "commit/view_keeper.h"
#include "identity/api_key.h"
#include "identity/user_cache.h"
#include "muster/catalog.h"
#include "muster/store.h"

namespace muster::commit {

class Committer {
 public:
  // Prepares the store and loads the first view. `store` and `users`, which may be
  // null, must outlive the committer. FailedPrecondition where another process is the
  // only writer and this one wants to be; errors of store::OpenMeta() and LoadView().
  // `now_ms` is the clock that host timeouts go by.
  static absl::StatusOr<std::unique_ptr<Committer>> Open(Store& store,
                                                         identity::UserCache* users,
                                                         const Options& options,
                                                         HostClock::NowMs now_ms = MonotonicMs);

  // `report` comes empty, stays so for an empty batch, and is good for nothing
  // after an error. ResourceExhausted where nobody has taken the batch by `deadline`.
  absl::Status Apply(const WriteBatch::Rep& batch, ApplyReport* report, Deadline deadline);

  // The same without waiting: the callback is called once, by the maintenance thread or
  // by Stop(). ResourceExhausted, and it is not, where the queue is full.
  absl::Status ApplyAsync(WriteBatch batch, ApplyCallback callback);

  // Makes durable what is acknowledged.
  absl::Status Flush() { return writer_->Flush(); }

  // As GroupWriter has it.
  absl::StatusOr<std::unique_ptr<ReadTransaction>> BeginRead() { return writer_->BeginRead(); }
  absl::StatusOr<std::unique_ptr<ReadTransaction>> BeginLongRead() {
    return writer_->BeginLongRead();
  }
  absl::Status ReadChanges(
      uint64_t after, absl::FunctionRef<absl::Status(const store::Meta& meta)> begin,
      absl::FunctionRef<absl::Status(const store::LogEntry& entry)> visit) {
    return writer_->ReadChanges(after, begin, visit);
  }

  // Takes in what was committed before the call, by whatever process.
  absl::Status CatchUp() { return keeper_->CatchUp(); }

  // The same, without a commit that its writer has not announced to readers yet.
  absl::Status CatchUpWithReadable() { return keeper_->CatchUpWithReadable(); }

  // The same as a reader does it: see ViewKeeper.
  void TryCatchUp() noexcept { keeper_->TryCatchUp(); }

  // OK unless the last commit or catch-up failed. Then it tries again, at most
  // once a second and where nobody else is at it: after a commit that failed, an
  // empty one. Unavailable with one sentence. The maintenance thread does the same
  // by itself.
  absl::Status CheckWritable();

  // Has the maintenance thread look for hosts that fall silent from now on, where there
  // is a host timeout.
  void StartSweeping();
  // What that thread does then: see HostSweeper; nothing where there is no timeout.
  std::optional<std::chrono::milliseconds> SweepHosts();

  // Before the store is closed, with no other call under way: ends the maintenance
  // thread, carries out what is still queued, calls back and flushes; the error is that
  // of this.
  absl::Status Stop();

  // After Stop(), where the store could not be closed.
  void Resume();

  const view::Publisher& publisher() const { return keeper_->publisher(); }
  const identity::CatalogSecret& secret() const { return secret_; }

 private:
  Committer(Store& store, const Options& options, HostClock::NowMs now_ms);

  // Carries out groups for as long as `own`, which may be null, is in the queue. True
  // where there is more to do that nobody waits for.
  bool Lead(const CommitRequest* own);
  // Whether there was any.
  bool RunCallbacks();
  bool TooManyCompleted();
  // Calls back for a while, and for as long as there is something.
  bool LeadForAsync();
  std::optional<std::chrono::milliseconds> Maintain();
  std::optional<std::chrono::milliseconds> TryAgainIfTroubled();
  void SweepTombstonesAfter(int64_t retention_ms);
  std::optional<std::chrono::milliseconds> SweepTombstones();

  HostSweeper::Committer ForSweeper();

  Store& store_;
  const HostClock host_clock_;
  Health health_;
  std::unique_ptr<ViewKeeper> keeper_;
  std::unique_ptr<GroupWriter> writer_;
  identity::CatalogSecret secret_{};
  const size_t max_queued_;
  CommitQueue queue_;
  std::optional<HostSweeper> sweeper_;  // none without a host timeout
  std::atomic<bool> sweeping_{false};   // by the maintenance thread

  // Null where what is kept of ended sandboxes is kept for ever. Used by the
  // maintenance thread.
  std::unique_ptr<TombstoneSweeper> tombstones_;
  std::chrono::steady_clock::time_point next_sweep_{};

  std::mutex completed_mutex_;
  std::vector<std::unique_ptr<CommitRequest>> completed_;  // to be called back

  MaintenanceThread maintenance_;  // last: it uses all of the above
};

}  // namespace muster::commit

#endif  // MUSTER_COMMIT_COMMITTER_H_
