// Committer: the one writer. It carries batches out.
//
// A batch goes in one write transaction: first whatever other processes have
// committed since is taken in, then the batch is checked and written, with the
// change log, the next view is made and the meta record written, the transaction
// committed, and only then the view published. A failure at any step leaves store
// and view as they were.
//
// Every call from any thread. Readers never wait here: they take the newest view
// from the publisher, and help with catching up only where nobody else is at it.
#ifndef MUSTER_COMMIT_COMMITTER_H_
#define MUSTER_COMMIT_COMMITTER_H_

#include <memory>
#include <mutex>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "commit/batch_rep.h"
#include "commit/health.h"
#include "commit/view_keeper.h"
#include "identity/api_key.h"
#include "identity/user_cache.h"
#include "muster/store.h"

namespace muster::commit {

class Committer {
 public:
  // Prepares the store and loads the first view. `store` and `users`, which may be
  // null, must outlive the committer. Errors of store::OpenMeta() and LoadView().
  static absl::StatusOr<std::unique_ptr<Committer>> Open(Store& store,
                                                         identity::UserCache* users);

  // `report` comes empty, stays so for an empty batch, and is good for nothing
  // after an error.
  absl::Status Apply(const WriteBatch::Rep& batch, ApplyReport* report);

  // Takes in what was committed before the call, by whatever process.
  absl::Status CatchUp() { return keeper_->CatchUp(); }

  // The same as a reader does it: see ViewKeeper.
  void TryCatchUp() noexcept { keeper_->TryCatchUp(); }

  // OK unless the last commit or catch-up failed. Then it tries again, at most
  // once a second and where nobody else is at it: after a commit that failed, an
  // empty one. Unavailable with one sentence.
  absl::Status CheckWritable();

  // Lets go of the store's threads, before it is closed.
  void Stop() { keeper_->Stop(); }

  const view::Publisher& publisher() const { return keeper_->publisher(); }
  const identity::CatalogSecret& secret() const { return secret_; }

 private:
  Committer(Store& store, identity::UserCache* users) : store_(store), users_(users) {}

  // What a batch is carried out in: a write transaction, and the view held still.
  struct Turn {
    std::unique_ptr<WriteTransaction> txn;
    std::unique_lock<std::mutex> view;
  };

  // The next three: under writing_.
  // Begins a turn with all taken in that others have committed. `begun` is a write
  // transaction if there is one already.
  absl::StatusOr<Turn> BeginTurn(std::unique_ptr<WriteTransaction> begun = nullptr);
  absl::Status ApplyInTurn(const WriteBatch::Rep& batch, ApplyReport* report);
  absl::Status CommitNothing();

  Store& store_;
  identity::UserCache* const users_;
  Health health_;
  std::unique_ptr<ViewKeeper> keeper_;
  identity::CatalogSecret secret_{};
  std::mutex writing_;
};

}  // namespace muster::commit

#endif  // MUSTER_COMMIT_COMMITTER_H_
