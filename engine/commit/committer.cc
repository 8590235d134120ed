#include "commit/committer.h"

#include <utility>

#include "absl/cleanup/cleanup.h"
#include "commit/batch_applier.h"
#include "commit/load_view.h"
#include "view/view_edit.h"

namespace muster::commit {
namespace {

// How often a far catch-up is done before the turn instead of within it, where
// other writers would wait for it.
constexpr int kMaxCatchUpsBefore = 3;

}  // namespace

absl::StatusOr<std::unique_ptr<Committer>> Committer::Open(Store& store,
                                                           identity::UserCache* users) {
  std::unique_ptr<Committer> committer(new Committer(store, users));
  auto keeper = ViewKeeper::Open(store, users, &committer->health_);
  if (!keeper.ok()) return keeper.status();
  committer->keeper_ = *std::move(keeper);
  committer->secret_ = committer->keeper_->meta().secret;
  return committer;
}

absl::Status Committer::Apply(const WriteBatch::Rep& batch, ApplyReport* report) {
  if (!batch.status().ok()) return batch.status();
  if (batch.size() == 0 && !batch.replaces_any()) return absl::OkStatus();
  std::lock_guard<std::mutex> lock(writing_);
  absl::Status status = ApplyInTurn(batch, report);
  // That a batch changed nothing does not show that a commit can be made.
  if (!status.ok()) health_.NoteCommit(status);
  return status;
}

absl::StatusOr<Committer::Turn> Committer::BeginTurn(std::unique_ptr<WriteTransaction> begun) {
  for (int attempt = 0;; ++attempt) {
    Turn turn{std::move(begun), {}};
    if (turn.txn == nullptr) {
      auto txn = store_.BeginWrite();
      if (!txn.ok()) return txn.status();
      turn.txn = *std::move(txn);
    }
    absl::StatusOr<store::Meta> meta = store::RequireMeta(*turn.txn);
    if (!meta.ok()) return meta.status();
    turn.view = keeper_->HoldView();
    const bool last = attempt == kMaxCatchUpsBefore;
    absl::StatusOr<bool> taken_in =
        keeper_->TakeIn(*turn.txn, *meta, last ? Means::kAny : Means::kLog);
    if (!taken_in.ok()) return taken_in.status();
    if (*taken_in) return turn;
    turn.view.unlock();
    turn.txn.reset();
    absl::Status status = keeper_->CatchUpWithReadable();
    if (!status.ok()) return status;
  }
}

absl::Status Committer::ApplyInTurn(const WriteBatch::Rep& batch, ApplyReport* report) {
  absl::StatusOr<Turn> turn = BeginTurn();
  if (!turn.ok()) return turn.status();
  WriteTransaction& txn = *turn->txn;

  store::Meta meta = keeper_->meta();
  view::ViewEdit edit(keeper_->view());
  BatchApplier applier(txn, &meta, &edit);
  if (absl::Status status = applier.Apply(batch, report); !status.ok()) return status;
  report->version = meta.version;
  if (!applier.changed()) return absl::OkStatus();

  absl::StatusOr<std::unique_ptr<view::View>> next = edit.Finish();
  if (!next.ok()) return next.status();
  report->version = ++meta.version;
  for (List list : {List::kShapes, List::kRootfs, List::kHosts}) {
    if (edit.changed(list)) meta.list(list).version = meta.version;
  }
  SetVersions(meta, next->get());
  if (absl::Status status = store::WriteMeta(txn, meta); !status.ok()) return status;
  keeper_->ExpectCommit(txn.commit_id() + 1);
  const absl::Cleanup expect_no_more = [this] { keeper_->ExpectNoMore(); };
  if (absl::Status status = txn.Commit(); !status.ok()) return status;
  applier.changed_identities().Forget(txn.commit_id(), users_);
  keeper_->Publish(*std::move(next), meta, txn.commit_id());
  health_.NoteCommit(absl::OkStatus());
  return absl::OkStatus();
}

absl::Status Committer::CommitNothing() {
  auto txn = store_.TryBeginWrite();
  if (!txn.ok()) return txn.status();
  if (*txn == nullptr) return health_.last_commit();  // another process is at it
  absl::StatusOr<Turn> turn = BeginTurn(*std::move(txn));
  absl::Status status = turn.status();
  if (status.ok()) status = store::WriteMeta(*turn->txn, keeper_->meta());
  if (status.ok()) status = turn->txn->Commit();
  return status;
}

absl::Status Committer::CheckWritable() {
  if (!health_.troubled()) return absl::OkStatus();
  std::unique_lock<std::mutex> lock(writing_, std::try_to_lock);
  if (!lock.owns_lock()) return absl::UnavailableError("the store is not known to be well yet");
  if (health_.TakeTurn()) {
    if (!health_.last_catch_up().ok()) {
      static_cast<void>(keeper_->CatchUpWithReadable());
    }
    if (!health_.last_commit().ok()) health_.NoteCommit(CommitNothing());
  }
  if (!health_.last_catch_up().ok()) {
    return absl::UnavailableError("the newest commit cannot be read from the store");
  }
  if (health_.last_commit().ok()) return absl::OkStatus();
  return absl::UnavailableError("the last commit to the store failed");
}

}  // namespace muster::commit
