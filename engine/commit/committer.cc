#include "commit/committer.h"

#include <utility>

#include "commit/batch_applier.h"
#include "commit/load_view.h"
#include "view/view_edit.h"

namespace muster::commit {
namespace {

constexpr std::chrono::seconds kProbeInterval{1};
// How long a commit takes from LMDB's meta page to its announcement, about; and
// what a fault gets to pass.
constexpr std::chrono::microseconds kAnnouncementPause{100};
constexpr std::chrono::milliseconds kFaultPause{100};

bool SameVersion(const store::Meta& a, const store::Meta& b) {
  return a.id == b.id && a.incarnation == b.incarnation && a.version == b.version;
}

absl::StatusOr<store::Meta> RequireMeta(ReadTransaction& txn) {
  absl::StatusOr<std::optional<store::Meta>> meta = store::ReadMeta(txn);
  if (!meta.ok()) return meta.status();
  if (!meta->has_value()) {
    return absl::DataLossError("the store lost its meta record: restore it from a backup");
  }
  return **std::move(meta);
}

// A fault of the batch, or of the store?
bool IsStoreFault(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsResourceExhausted(status) ||
         absl::IsDataLoss(status) || absl::IsInternal(status);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Committer>> Committer::Open(Store& store) {
  if (auto prepared = store::OpenMeta(store); !prepared.ok()) return prepared.status();
  auto txn = store.BeginRead();
  if (!txn.ok()) return txn.status();
  absl::StatusOr<store::Meta> meta = RequireMeta(**txn);
  if (!meta.ok()) return meta.status();
  auto view = LoadView(**txn, *meta, nullptr, nullptr);
  if (!view.ok()) return view.status();
  store.RaiseHighWaterVersion(meta->incarnation, meta->version);
  return std::unique_ptr<Committer>(
      new Committer(store, *meta, (*txn)->commit_id(), *std::move(view)));
}

Committer::Committer(Store& store, const store::Meta& meta, uint64_t seen_commit,
                     std::unique_ptr<view::View> first)
    : store_(store),
      secret_(meta.secret),
      seen_commit_(seen_commit),
      publisher_(std::move(first)),
      meta_(meta) {}

absl::Status Committer::Apply(const WriteBatch::Rep& batch) {
  if (!batch.status().ok()) return batch.status();
  if (batch.size() == 0 && !batch.replaces_any()) return absl::OkStatus();
  std::lock_guard<std::mutex> lock(mutex_);
  absl::Status status = ApplyLocked(batch);
  if (IsStoreFault(status)) last_commit_ = status;
  NoteTrouble();
  return status;
}

absl::Status Committer::ApplyLocked(const WriteBatch::Rep& batch) {
  auto txn = store_.BeginWrite();
  if (!txn.ok()) return txn.status();
  if (absl::Status status = TakeIn(**txn); !status.ok()) return status;

  store::Meta meta = meta_;
  view::ViewEdit edit(publisher_.current());
  BatchApplier applier(**txn, &meta, &edit);
  if (absl::Status status = applier.Apply(batch); !status.ok()) return status;
  if (!applier.changed()) return absl::OkStatus();

  absl::StatusOr<std::unique_ptr<view::View>> next = edit.Finish();
  if (!next.ok()) return next.status();
  ++meta.version;
  for (List list : {List::kShapes, List::kRootfs, List::kHosts}) {
    if (edit.changed(list)) meta.list(list).version = meta.version;
  }
  SetVersions(meta, next->get());
  if (absl::Status status = store::WriteMeta(**txn, meta); !status.ok()) return status;
  if (absl::Status status = (*txn)->Commit(); !status.ok()) return status;

  last_commit_ = absl::OkStatus();  // only a real commit shows that one can be made
  Publish(*std::move(next), meta);
  seen_commit_.store((*txn)->commit_id(), std::memory_order_release);
  return absl::OkStatus();
}

absl::Status Committer::TakeIn(ReadTransaction& txn) {
  absl::StatusOr<store::Meta> meta = RequireMeta(txn);
  if (!meta.ok()) return meta.status();
  if (SameVersion(*meta, meta_)) return absl::OkStatus();
  auto view = LoadView(txn, *meta, &publisher_.current(), &meta_);
  if (!view.ok()) return view.status();
  Publish(*std::move(view), *meta);
  return absl::OkStatus();
}

void Committer::Publish(std::unique_ptr<view::View> view, const store::Meta& meta) {
  // The mark first: a tag must not be seen of a version that nobody would know of
  // if this process were killed now.
  store_.RaiseHighWaterVersion(meta.incarnation, meta.version);
  publisher_.Publish(std::move(view));
  meta_ = meta;
}

absl::Status Committer::CatchUp() {
  const uint64_t latest = store_.LatestCommit();
  std::lock_guard<std::mutex> lock(mutex_);
  absl::Status status = CatchUpLocked();
  if (!status.ok() || seen_commit_.load(std::memory_order_relaxed) >= latest) return status;
  // The newest commit is there, but readers are not shown it yet: its writer is
  // about to, or was killed before. To be the writer once waits for the first
  // and makes up for the second.
  status = store_.BeginWrite().status();
  return status.ok() ? CatchUpLocked() : status;
}

void Committer::TryCatchUpSlowly() noexcept {
  const Clock::rep now = Clock::now().time_since_epoch().count();
  if (now < not_before_.load(std::memory_order_relaxed)) return;
  std::unique_lock<std::mutex> lock(mutex_, std::try_to_lock);
  if (!lock.owns_lock()) return;
  const bool done = CatchUpLocked().ok();
  if (done && seen_commit_.load(std::memory_order_relaxed) >= store_.LatestCommit()) return;
  const Clock::duration pause = done ? kAnnouncementPause : kFaultPause;
  not_before_.store(now + pause.count(), std::memory_order_relaxed);
}

absl::Status Committer::CatchUpLocked() {
  auto txn = store_.BeginRead();
  last_catch_up_ = txn.status();
  if (last_catch_up_.ok()) last_catch_up_ = TakeIn(**txn);
  if (last_catch_up_.ok()) {
    seen_commit_.store((*txn)->commit_id(), std::memory_order_release);
  }
  NoteTrouble();
  return last_catch_up_;
}

absl::Status Committer::CommitNothing() {
  auto txn = store_.BeginWrite();
  if (!txn.ok()) return txn.status();
  absl::Status status = TakeIn(**txn);
  if (status.ok()) status = store::WriteMeta(**txn, meta_);
  if (status.ok()) status = (*txn)->Commit();
  return status;
}

absl::Status Committer::CheckWritable() {
  if (!troubled_) return absl::OkStatus();
  std::unique_lock<std::mutex> lock(mutex_, std::try_to_lock);
  if (!lock.owns_lock()) return absl::UnavailableError("the store is not known to be well yet");
  const Clock::time_point now = Clock::now();
  if (now - last_probe_ >= kProbeInterval) {
    last_probe_ = now;
    if (!last_catch_up_.ok()) static_cast<void>(CatchUpLocked());
    if (!last_commit_.ok()) last_commit_ = CommitNothing();
    NoteTrouble();
  }
  if (!last_catch_up_.ok()) {
    return absl::UnavailableError("the newest commit cannot be read from the store");
  }
  if (last_commit_.ok()) return absl::OkStatus();
  return absl::UnavailableError("the last commit to the store failed");
}

}  // namespace muster::commit
