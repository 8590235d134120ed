// Committer: the one writer. It carries batches out, keeps the view in step with
// the store, and takes in what other processes committed.
//
// A batch goes in one write transaction: first whatever other processes have
// committed since is taken in, then the batch is checked and written, the next
// view is made and the meta record written, the transaction committed, and only
// then the view published. A failure at any step leaves store and view as they
// were.
//
// Every call from any thread. Readers never wait here: they take the publisher's
// newest view, and help with catching up only where nobody else is at it.
#ifndef MUSTER_COMMIT_COMMITTER_H_
#define MUSTER_COMMIT_COMMITTER_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "commit/batch_rep.h"
#include "identity/api_key.h"
#include "muster/store.h"
#include "store/meta.h"
#include "view/publisher.h"

namespace muster::commit {

class Committer {
 public:
  using Clock = std::chrono::steady_clock;

  // Prepares the store and loads the first view. `store` must outlive the
  // committer. Errors of store::OpenMeta() and LoadView().
  static absl::StatusOr<std::unique_ptr<Committer>> Open(Store& store);

  absl::Status Apply(const WriteBatch::Rep& batch);

  // Takes in what was committed before the call, by whatever process.
  absl::Status CatchUp();

  // The same as a reader does it: only where the store is ahead and nobody is
  // at it, and without a word of errors, which CheckWritable() reports.
  void TryCatchUp() noexcept {
    if (store_.LatestCommit() == seen_commit_.load(std::memory_order_acquire)) return;
    TryCatchUpSlowly();
  }

  // OK unless the last commit or catch-up failed. Then it tries again, at most
  // once a second and where nobody else is at it: after a commit that failed, an
  // empty one. Unavailable with one sentence.
  absl::Status CheckWritable();

  const view::Publisher& publisher() const { return publisher_; }
  const identity::CatalogSecret& secret() const { return secret_; }

 private:
  Committer(Store& store, const store::Meta& meta, uint64_t seen_commit,
            std::unique_ptr<view::View> first);

  void TryCatchUpSlowly() noexcept;

  // All below: under mutex_.
  absl::Status CatchUpLocked();
  absl::Status ApplyLocked(const WriteBatch::Rep& batch);
  // Publishes what `txn` sees, if that is not what is published already.
  absl::Status TakeIn(ReadTransaction& txn);
  void Publish(std::unique_ptr<view::View> view, const store::Meta& meta);
  absl::Status CommitNothing();
  void NoteTrouble() { troubled_ = !last_commit_.ok() || !last_catch_up_.ok(); }

  Store& store_;
  const identity::CatalogSecret secret_;

  // The newest commit that is published, or was found not to matter. Readers
  // compare it with the store's.
  std::atomic<uint64_t> seen_commit_;
  view::Publisher publisher_;

  // Until when readers leave it alone: a commit that another process is just
  // finishing, or one that cannot be taken in, is not tried by every reader.
  std::atomic<Clock::rep> not_before_{0};

  // Whether the last commit or catch-up failed, to be seen without the mutex,
  // which a long import may hold.
  std::atomic<bool> troubled_{false};

  // On a line of its own: writers must not disturb what readers look at.
  alignas(64) std::mutex mutex_;
  store::Meta meta_;  // of the published view
  absl::Status last_commit_;
  absl::Status last_catch_up_;
  Clock::time_point last_probe_{};
};

}  // namespace muster::commit

#endif  // MUSTER_COMMIT_COMMITTER_H_
