#include "commit/durable_writer.h"

#include <utility>

#include "absl/cleanup/cleanup.h"
#include "commit/group.h"
#include "commit/stage.h"
#include "store/random.h"

namespace muster::commit {
namespace {

// How often a far catch-up is done before the turn instead of within it, where
// other writers would wait for it.
constexpr int kMaxCatchUpsBefore = 3;

// A store that was full was given room; others may have filled that at once.
constexpr int kMaxAttempts = 32;

}  // namespace

void DurableWriter::RenewIncarnationIfLost(store::Meta* meta) {
  const std::optional<uint64_t> mark = parts_.store.HighWaterVersion(meta->incarnation);
  if (mark && *mark <= meta->version) return;
  if (lost_incarnation_ != meta->incarnation) {
    lost_incarnation_ = meta->incarnation;
    drawn_incarnation_ = store::RandomNonZero();
  }
  meta->incarnation = drawn_incarnation_;
  if (mark) meta->version = *mark;
}

absl::StatusOr<DurableWriter::Turn> DurableWriter::BeginTurn(
    std::unique_ptr<WriteTransaction> begun) {
  for (int attempt = 0;; ++attempt) {
    Turn turn{std::move(begun), {}};
    if (turn.txn == nullptr) {
      auto txn = parts_.store.BeginWrite();
      if (!txn.ok()) return txn.status();
      turn.txn = *std::move(txn);
    }
    absl::StatusOr<store::Meta> meta = store::RequireMeta(*turn.txn);
    if (!meta.ok()) return meta.status();
    turn.view = parts_.keeper.HoldView();
    const bool last = attempt == kMaxCatchUpsBefore;
    absl::StatusOr<bool> taken_in =
        parts_.keeper.TakeIn(*turn.txn, *meta, last ? Means::kAny : Means::kLog);
    if (!taken_in.ok()) return taken_in.status();
    if (*taken_in) return turn;
    turn.view.unlock();
    turn.txn.reset();
    absl::Status status = parts_.keeper.CatchUpWithReadable();
    if (!status.ok()) return status;
  }
}

void DurableWriter::CarryOut(const CommitQueue::Requests& requests) {
  std::lock_guard<std::mutex> lock(writing_);
  const absl::Status status = CommitGroup(requests);
  if (!status.ok()) failed_at_commit_ = parts_.store.LatestCommit();
  for (CommitRequest* request : requests) {
    // A batch's own fault stays: it would have failed in any case.
    if (request->status.ok() && !request->batch.empty()) request->status = status;
    // That a batch changed nothing does not show that a commit can be made.
    NoteFault(*request);
  }
}

absl::Status DurableWriter::CommitGroup(const CommitQueue::Requests& requests) {
  for (int attempt = 1;; ++attempt) {
    const Attempt made = TryCommit(requests);
    if (made.status.ok()) return made.status;
    if (absl::IsResourceExhausted(made.status) && attempt < kMaxAttempts &&
        parts_.store.MakeRoom().ok()) {
      continue;
    }
    return made.committing ? Recovered(parts_.store, made.status) : made.status;
  }
}

DurableWriter::Attempt DurableWriter::TryCommit(const CommitQueue::Requests& requests) {
  absl::StatusOr<Turn> turn = BeginTurn();
  if (!turn.ok()) return {turn.status()};
  WriteTransaction& txn = *turn->txn;
  ViewKeeper& keeper = parts_.keeper;

  store::Meta meta = keeper.meta();
  RenewIncarnationIfLost(&meta);
  Stage stage;
  store::PendingLog log;
  Group group(&stage, txn, &meta, &log, parts_.host_clock);
  for (CommitRequest* request : requests) {
    request->report = ApplyReport{};
    request->status = group.Apply(request->batch, &request->report);
  }
  if (!group.touched()) return {absl::OkStatus()};

  std::unique_ptr<view::View> next;
  absl::Status status;
  if (!group.changed()) {
    meta = keeper.meta();
  } else {
    // Known before it is there: nobody may find it and take it for forgotten.
    parts_.store.RaiseHighWaterVersion(meta.incarnation, keeper.meta().version);
    absl::StatusOr<std::unique_ptr<view::View>> made = group.MakeView(keeper.view());
    if (!made.ok()) return {made.status()};
    next = *std::move(made);
    status = store::WriteChangeLog(txn, &meta, log, parts_.EnoughLogEntries(meta));
    if (status.ok()) status = store::WriteMeta(txn, meta);
  }
  if (status.ok()) status = stage.WriteTo(txn);
  if (!status.ok()) return {status};
  keeper.ExpectCommit(txn.commit_id() + 1);
  const absl::Cleanup expect_no_more = [&keeper] { keeper.ExpectNoMore(); };
  if (status = txn.Commit(); !status.ok()) return {status, true};
  group.changed_identities().Forget(txn.commit_id(), parts_.users);
  if (next == nullptr) {
    keeper.NoteCommit(meta, txn.commit_id());
  } else {
    keeper.Publish(std::move(next), meta, txn.commit_id());
    parts_.store.RingCommitBell();
  }
  parts_.health.NoteCommit(absl::OkStatus());
  return {absl::OkStatus()};
}

absl::Status DurableWriter::CommitNothing() {
  // What others write, or have written since, shows that it can be done.
  if (parts_.store.RoleTakenByOthers(Role::kOnlyWriter)) return absl::OkStatus();
  auto txn = parts_.store.TryBeginWrite();
  if (!txn.ok()) return txn.status();
  if (*txn == nullptr) {
    const bool written = parts_.store.LatestCommit() > failed_at_commit_;
    return written ? absl::OkStatus() : parts_.health.last_commit();
  }
  absl::StatusOr<Turn> turn = BeginTurn(*std::move(txn));
  absl::Status status = turn.status();
  if (status.ok()) status = store::WriteMeta(*turn->txn, parts_.keeper.meta());
  if (status.ok()) status = turn->txn->Commit();
  if (status.ok()) parts_.keeper.NoteCommit(parts_.keeper.meta(), turn->txn->commit_id());
  return status;
}

void DurableWriter::TryAgain() {
  std::unique_lock<std::mutex> lock(writing_, std::try_to_lock);
  if (!lock.owns_lock()) return;
  absl::Status status = CommitNothing();
  if (!status.ok()) status = Recovered(parts_.store, status);
  parts_.health.NoteCommit(status);
}

absl::Status DurableWriter::ReadChanges(
    uint64_t after, absl::FunctionRef<absl::Status(const store::Meta& meta)> begin,
    absl::FunctionRef<absl::Status(const store::LogEntry& entry)> visit) {
  auto txn = parts_.store.BeginRead();
  if (!txn.ok()) return txn.status();
  absl::StatusOr<store::Meta> meta = store::RequireMeta(**txn);
  if (!meta.ok()) return meta.status();
  absl::Status status = begin(*meta);
  return status.ok() ? store::ScanChangeLog(**txn, after, visit) : status;
}

}  // namespace muster::commit
