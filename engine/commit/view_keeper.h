// ViewKeeper: keeps the published view in step with the store, whoever commits.
//
// Three kinds of callers bring it forward:
//  - a reader who finds the store ahead (TryCatchUp): at once where that is little
//    work and nobody else is at it; else the maintenance thread is woken, and the
//    reader goes on with the view there is;
//  - the maintenance thread, and whoever waits for the latest (CatchUp): however
//    much work it is;
//  - the writer, inside its own write transaction (HoldView).
//
// Views are made without any lock that a reader or a writer could wait for: from a
// pinned base and a read transaction. Only to publish one takes `view_mutex_`, and
// one that is not newer than the published view by then is dropped. So views are
// published only forwards.
//
// Every call from any thread, but for what HoldView() says.
#ifndef MUSTER_COMMIT_VIEW_KEEPER_H_
#define MUSTER_COMMIT_VIEW_KEEPER_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "commit/advance_view.h"
#include "commit/health.h"
#include "identity/user_cache.h"
#include "muster/store.h"
#include "store/meta.h"
#include "view/publisher.h"

namespace muster::commit {

class ViewKeeper {
 public:
  // Wakes the maintenance thread, which then calls Maintain().
  using Wake = std::function<void()>;

  // Prepares the store and loads the first view. All are borrowed and must outlive
  // the keeper; `users` may be null. Errors of store::OpenMeta() and LoadView().
  static absl::StatusOr<std::unique_ptr<ViewKeeper>> Open(Store& store,
                                                          identity::UserCache* users,
                                                          Health* health, Wake wake);

  const view::Publisher& publisher() const { return publisher_; }

  // For readers, in front of taking a snapshot: one look at memory where nobody has
  // committed. Never waits, and says nothing of errors, which go to Health.
  void TryCatchUp() noexcept {
    if (store_.LatestCommit() <= seen_commit_.load(std::memory_order_acquire)) return;
    TryCatchUpSlowly();
  }

  // Takes in what was committed before the call, by whatever process.
  absl::Status CatchUp();

  // The same, without a commit that its writer has not announced to readers yet.
  absl::Status CatchUpWithReadable();

  // For the maintenance thread: catches up; returns after how long it has to be called
  // again at the latest, if it has to.
  std::optional<std::chrono::milliseconds> Maintain();

  // For the writer, with its write transaction open: until the lock is let go, nobody
  // else publishes. The calls below need it.
  std::unique_lock<std::mutex> HoldView() { return std::unique_lock(view_mutex_); }

  const view::View& view() const { return publisher_.current(); }
  const store::Meta& meta() const { return meta_; }

  // Publishes what `txn` sees and `meta` describes, if that is not published yet.
  // False where it is too much for `means`.
  absl::StatusOr<bool> TakeIn(ReadTransaction& txn, const store::Meta& meta, Means means);

  // The writer is about to make that commit, which readers need not go and look at
  // by themselves; or it has published it, or failed to.
  void ExpectCommit(uint64_t commit_id) { seen_commit_.store(commit_id); }
  void ExpectNoMore() { seen_commit_.store(published_commit_); }

  void Publish(std::unique_ptr<view::View> view, const store::Meta& meta, uint64_t commit_id);

  // A commit that changed nothing that is in the view; `meta` describes its state.
  void NoteCommit(const store::Meta& meta, uint64_t commit_id);

 private:
  using Clock = std::chrono::steady_clock;
  enum class Patience { kReader, kAny };
  enum class Progress {
    kDone,  // all that a read transaction sees is published
    kFar,   // too much for a reader
    kBusy,  // the writer holds the view, and will publish
  };
  struct Base;

  ViewKeeper(Store& store, identity::UserCache* users, Health* health, const store::Meta& meta,
             uint64_t commit_id, std::unique_ptr<view::View> first, Wake wake);

  void TryCatchUpSlowly() noexcept;
  // Lets readers do without another look for so long, or until the view is newer
  // than it was at `seen`.
  void Pause(uint64_t seen, Clock::duration pause);
  // How long that should be.
  Clock::duration PauseAfter(const absl::StatusOr<Progress>& progress);
  // Under catching_up_.
  absl::StatusOr<Progress> CatchUpOnce(Patience patience);
  absl::StatusOr<Progress> AdvanceFrom(const Base& base, Patience patience);
  absl::StatusOr<Progress> PublishIfNewer(std::unique_ptr<view::View> view,
                                          const store::Meta& meta, uint64_t commit_id,
                                          Patience patience);
  std::unique_lock<std::mutex> LockView(Patience patience);
  // What is remembered of users may be out of date, and nobody can tell.
  void ForgetUsers();

  bool IsBehind() const { return store_.LatestCommit() > seen_commit_.load(); }

  Store& store_;
  identity::UserCache* const users_;
  Health& health_;
  const Wake wake_;

  // The newest commit that readers need not look at: it is published, or will be.
  std::atomic<uint64_t> seen_commit_;
  view::Publisher publisher_;

  // Until when readers leave it alone, as long as seen_commit_ is this.
  std::atomic<Clock::rep> not_before_{0};
  std::atomic<uint64_t> paused_at_{0};

  // On a line of its own: who waits here must not disturb what readers look at.
  alignas(64) std::mutex catching_up_;  // one at a time; taken before view_mutex_
  uint64_t awaited_commit_ = 0;         // not readable yet, …
  Clock::time_point awaited_since_{};   // … and when that was seen first

  std::mutex view_mutex_;  // of what follows, and of publishing
  store::Meta meta_;       // of the published view
  uint64_t published_commit_;
};

}  // namespace muster::commit

#endif  // MUSTER_COMMIT_VIEW_KEEPER_H_
