#include "commit/view_keeper.h"

#include <utility>

#include "commit/load_view.h"

namespace muster::commit {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

// Whether `a` is the state before `b`. LMDB lets a reader that stood still while it
// began see a newer state under an older commit's number, so that a commit with a
// higher number may well be older.
bool IsOlder(const store::Meta& a, const store::Meta& b) {
  return a.id == b.id && a.incarnation == b.incarnation && a.version < b.version;
}

// How long readers do without another look, so that not every snapshot pays for
// one: while another process is between LMDB's meta page and the announcement of
// its commit (less than it takes that process to tell anybody of it), while the
// maintenance thread is at it, and after a fault.
constexpr microseconds kAnnouncementPause{5};
constexpr milliseconds kMaintenancePause{1};
constexpr milliseconds kFaultPause{100};

// A commit that is announced so late belongs to a writer that was killed or
// suspended.
constexpr milliseconds kPatienceWithWriters{20};

}  // namespace

// What a new view is made from: the published one, which stays while this does.
struct ViewKeeper::Base {
  Base(const view::Publisher& publisher, const store::Meta& the_meta, uint64_t the_commit)
      : held(publisher.Take()), meta(the_meta), commit_id(the_commit) {}
  ~Base() { view::ReleaseSlot(held.slot); }
  Base(const Base&) = delete;
  Base& operator=(const Base&) = delete;

  const view::Publisher::Held held;
  const store::Meta meta;
  const uint64_t commit_id;
};

absl::StatusOr<std::unique_ptr<ViewKeeper>> ViewKeeper::Open(Store& store,
                                                             identity::UserCache* users,
                                                             Health* health, Wake wake) {
  if (auto prepared = store::OpenMeta(store); !prepared.ok()) return prepared.status();
  auto txn = store.BeginRead();
  if (!txn.ok()) return txn.status();
  absl::StatusOr<store::Meta> meta = store::RequireMeta(**txn);
  if (!meta.ok()) return meta.status();
  auto view = LoadView(**txn, *meta, nullptr, nullptr);
  if (!view.ok()) return view.status();
  store.RaiseHighWaterVersion(meta->incarnation, meta->version);
  return std::unique_ptr<ViewKeeper>(new ViewKeeper(
      store, users, health, *meta, (*txn)->commit_id(), *std::move(view), std::move(wake)));
}

ViewKeeper::ViewKeeper(Store& store, identity::UserCache* users, Health* health,
                       const store::Meta& meta, uint64_t commit_id,
                       std::unique_ptr<view::View> first, Wake wake)
    : store_(store),
      users_(users),
      health_(*health),
      wake_(std::move(wake)),
      seen_commit_(commit_id),
      publisher_(std::move(first)),
      meta_(meta),
      published_commit_(commit_id) {}

void ViewKeeper::Publish(std::unique_ptr<view::View> view, const store::Meta& meta,
                         uint64_t commit_id) {
  // The mark first: a tag must not be seen of a version that nobody would know of
  // if this process were killed now.
  store_.RaiseHighWaterVersion(meta.incarnation, meta.version);
  publisher_.Publish(std::move(view));
  meta_ = meta;
  published_commit_ = commit_id;
  seen_commit_.store(commit_id, std::memory_order_release);
}

void ViewKeeper::NoteCommit(const store::Meta& meta, uint64_t commit_id) {
  meta_ = meta;
  published_commit_ = commit_id;
  seen_commit_.store(commit_id, std::memory_order_release);
}

absl::StatusOr<bool> ViewKeeper::TakeIn(ReadTransaction& txn, const store::Meta& meta,
                                        Means means) {
  if (IsSameVersion(meta, meta_)) return true;
  if (means == Means::kLog && IsFar(meta_, meta)) return false;
  auto view = AdvanceView(txn, meta, publisher_.current(), meta_, means, users_);
  if (!view.ok()) {
    ForgetUsers();
    return view.status();
  }
  if (*view == nullptr) return false;
  Publish(*std::move(view), meta, txn.commit_id());
  store_.RingCommitBell();
  return true;
}

void ViewKeeper::ForgetUsers() {
  if (users_ != nullptr) users_->InvalidateAll(store_.LatestCommit());
}

std::unique_lock<std::mutex> ViewKeeper::LockView(Patience patience) {
  return patience == Patience::kAny ? std::unique_lock(view_mutex_)
                                    : std::unique_lock(view_mutex_, std::try_to_lock);
}

absl::StatusOr<ViewKeeper::Progress> ViewKeeper::CatchUpOnce(Patience patience) {
  std::optional<Base> base;
  {
    const std::unique_lock<std::mutex> lock = LockView(patience);
    if (!lock.owns_lock()) return Progress::kBusy;
    base.emplace(publisher_, meta_, published_commit_);
  }
  absl::StatusOr<Progress> progress = AdvanceFrom(*base, patience);
  // Who did not try to the end cannot tell that all is well.
  if (!progress.ok()) ForgetUsers();
  if (!progress.ok() || *progress == Progress::kDone) health_.NoteCatchUp(progress.status());
  return progress;
}

absl::StatusOr<ViewKeeper::Progress> ViewKeeper::AdvanceFrom(const Base& base,
                                                             Patience patience) {
  auto txn = store_.BeginRead();
  if (!txn.ok()) return txn.status();
  const uint64_t commit_id = (*txn)->commit_id();
  if (commit_id <= base.commit_id) return Progress::kDone;
  absl::StatusOr<store::Meta> meta = store::RequireMeta(**txn);
  if (!meta.ok()) return meta.status();
  if (IsOlder(*meta, base.meta)) return Progress::kDone;
  const bool by_reader = patience == Patience::kReader;
  if (by_reader && IsFar(base.meta, *meta)) return Progress::kFar;

  std::unique_ptr<view::View> next;  // none where only the commit is new
  if (!IsSameVersion(*meta, base.meta)) {
    auto advanced = AdvanceView(**txn, *meta, *base.held.view, base.meta,
                                by_reader ? Means::kLog : Means::kAny, users_);
    if (!advanced.ok()) return advanced.status();
    if (*advanced == nullptr) return Progress::kFar;
    next = *std::move(advanced);
  }
  txn->reset();  // the writer may take a while, and old pages be kept by it
  return PublishIfNewer(std::move(next), *meta, commit_id, patience);
}

absl::StatusOr<ViewKeeper::Progress> ViewKeeper::PublishIfNewer(
    std::unique_ptr<view::View> view, const store::Meta& meta, uint64_t commit_id,
    Patience patience) {
  const std::unique_lock<std::mutex> lock = LockView(patience);
  if (!lock.owns_lock()) return Progress::kBusy;
  // Somebody may have been faster.
  if (commit_id <= published_commit_ || IsOlder(meta, meta_)) return Progress::kDone;
  if (view == nullptr) {
    NoteCommit(meta, commit_id);
    return Progress::kDone;
  }
  Publish(std::move(view), meta, commit_id);
  store_.RingCommitBell();  // for those of this process who wait
  return Progress::kDone;
}

void ViewKeeper::TryCatchUpSlowly() noexcept {
  const uint64_t seen = seen_commit_.load(std::memory_order_acquire);
  if (seen == paused_at_.load(std::memory_order_relaxed) &&
      Clock::now().time_since_epoch().count() < not_before_.load(std::memory_order_relaxed)) {
    return;
  }
  std::unique_lock<std::mutex> lock(catching_up_, std::try_to_lock);
  if (lock.owns_lock()) Pause(seen, PauseAfter(CatchUpOnce(Patience::kReader)));
}

void ViewKeeper::Pause(uint64_t seen, Clock::duration pause) {
  if (pause == Clock::duration::zero()) return;
  not_before_.store((Clock::now() + pause).time_since_epoch().count(),
                    std::memory_order_relaxed);
  paused_at_.store(seen, std::memory_order_relaxed);
}

ViewKeeper::Clock::duration ViewKeeper::PauseAfter(const absl::StatusOr<Progress>& progress) {
  if (!progress.ok()) return kFaultPause;
  if (*progress == Progress::kFar) {
    wake_();
    return kMaintenancePause;
  }
  if (!IsBehind()) return Clock::duration::zero();
  if (*progress == Progress::kBusy) return kAnnouncementPause;

  const uint64_t latest = store_.LatestCommit();
  const Clock::time_point now = Clock::now();
  if (awaited_commit_ != latest) {
    awaited_commit_ = latest;
    awaited_since_ = now;
  }
  if (now - awaited_since_ < kPatienceWithWriters) return kAnnouncementPause;
  wake_();
  return kMaintenancePause;
}

std::optional<milliseconds> ViewKeeper::Maintain() {
  if (!IsBehind()) return std::nullopt;
  const uint64_t seen = seen_commit_.load(std::memory_order_acquire);
  if (absl::Status status = CatchUpWithReadable(); !status.ok()) {
    Pause(seen, kFaultPause);  // or readers would wake it again at once
    return kFaultPause;
  }
  if (!IsBehind()) return std::nullopt;
  // A commit that readers are not shown: its writer is about to announce it, is
  // suspended, or was killed before. To be the writer once makes up for the last,
  // and is not tried while another writer lives.
  auto writer = store_.TryBeginWrite();
  if (!writer.ok() && !store_.RoleTakenByOthers(Role::kOnlyWriter)) return kFaultPause;
  if (writer.ok() && *writer == nullptr) return kPatienceWithWriters;
  if (writer.ok()) writer->reset();
  static_cast<void>(CatchUpWithReadable());
  return IsBehind() ? std::optional<milliseconds>(kPatienceWithWriters) : std::nullopt;
}

absl::Status ViewKeeper::CatchUpWithReadable() {
  std::lock_guard<std::mutex> lock(catching_up_);
  return CatchUpOnce(Patience::kAny).status();
}

absl::Status ViewKeeper::CatchUp() {
  const uint64_t latest = store_.LatestCommit();
  absl::Status status = CatchUpWithReadable();
  if (!status.ok() || seen_commit_.load() >= latest) return status;
  // The newest commit is there, but readers are not shown it yet: its writer is
  // about to, or was killed before. To be the writer once waits for the first
  // and makes up for the second.
  status = store_.BeginWrite().status();
  // Who may not write because another process is the only writer has waited all the same.
  const bool waited = status.ok() || store_.RoleTakenByOthers(Role::kOnlyWriter);
  return waited ? CatchUpWithReadable() : status;
}

}  // namespace muster::commit
