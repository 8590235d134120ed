#include "commit/committer.h"

#include <algorithm>
#include <utility>

#include "commit/durable_writer.h"
#include "commit/relaxed_writer.h"

namespace muster::commit {
namespace {

using std::chrono::milliseconds;

// How often it is tried to make good what failed.
constexpr milliseconds kTroubleInterval{1000};

// How long batches that nobody waits for keep the maintenance thread from its other
// duties.
constexpr milliseconds kLeadTime{20};

// From one slice of tombstones to the next, at the least.
constexpr milliseconds kMinSweepPause{20};

using Interval = std::optional<milliseconds>;

Interval Sooner(Interval a, Interval b) {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

absl::Status TakeOnlyWriter(Store& store) {
  absl::StatusOr<bool> taken = store.TryTakeRole(Role::kOnlyWriter);
  if (!taken.ok()) return taken.status();
  if (*taken) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "another process has the store open as its only writer (relaxed durability): stop it, "
      "or write through it");
}

}  // namespace

Committer::Committer(Store& store, const Options& options, HostClock::NowMs now_ms)
    : store_(store),
      host_clock_(&store, options.host_timeout_ms, std::move(now_ms)),
      max_queued_(std::max<size_t>(options.max_queued_batches, 1)),
      queue_(max_queued_),
      maintenance_([this] { return Maintain(); }) {
  if (options.host_timeout_ms > 0) sweeper_.emplace(&store_, &host_clock_, ForSweeper());
}

absl::StatusOr<std::unique_ptr<Committer>> Committer::Open(Store& store,
                                                           identity::UserCache* users,
                                                           const Options& options,
                                                           HostClock::NowMs now_ms) {
  const bool relaxed = options.durability == Durability::kRelaxed;
  if (relaxed) {
    if (absl::Status status = TakeOnlyWriter(store); !status.ok()) return status;
  }
  std::unique_ptr<Committer> committer(new Committer(store, options, std::move(now_ms)));
  const auto wake = [committer = committer.get()] { committer->maintenance_.Wake(); };
  auto keeper = ViewKeeper::Open(store, users, &committer->health_, wake);
  if (!keeper.ok()) return keeper.status();
  committer->keeper_ = *std::move(keeper);
  committer->secret_ = committer->keeper_->meta().secret;
  const WriterParts parts{store, *committer->keeper_,    committer->health_,
                          users, committer->host_clock_, options.change_log_entries};
  if (relaxed) {
    committer->writer_ =
        std::make_unique<RelaxedWriter>(parts, milliseconds(options.flush_interval_ms), wake);
  } else {
    committer->writer_ = std::make_unique<DurableWriter>(parts);
  }
  if (options.tombstone_retention_ms > 0) {
    committer->SweepTombstonesAfter(options.tombstone_retention_ms);
  }
  return committer;
}

absl::Status Committer::Apply(const WriteBatch::Rep& batch, ApplyReport* report,
                              Deadline deadline) {
  if (!batch.status().ok() || batch.empty()) return batch.status();
  CommitRequest request(batch);
  switch (queue_.Join(&request, deadline)) {
    case CommitQueue::Outcome::kLate:
      return absl::ResourceExhaustedError(
          "the batch was not taken by its deadline: too many are waiting, try again later");
    case CommitQueue::Outcome::kLead:
      if (Lead(&request)) maintenance_.Wake();
      break;
    case CommitQueue::Outcome::kDone:
      break;
  }
  *report = std::move(request.report);
  return request.status;
}

absl::Status Committer::ApplyAsync(WriteBatch batch, ApplyCallback callback) {
  auto request = std::make_unique<CommitRequest>(std::move(batch), std::move(callback));
  bool needs_leader = false;
  if (TooManyCompleted() || !queue_.Push(&request, &needs_leader)) {
    return absl::ResourceExhaustedError(
        "too many batches are waiting: try again when some were called back");
  }
  if (needs_leader) maintenance_.Wake();
  return absl::OkStatus();
}

bool Committer::TooManyCompleted() {
  std::lock_guard<std::mutex> lock(completed_mutex_);
  return completed_.size() >= max_queued_;
}

bool Committer::Lead(const CommitRequest* own) {
  bool more = false, leads_on = true;
  while (leads_on) {
    const CommitQueue::Requests taken = queue_.Take();
    writer_->CarryOut(taken);
    std::vector<std::unique_ptr<CommitRequest>> completed;
    for (CommitRequest* request : taken) {
      if (request->awaited()) continue;
      completed.emplace_back(request);
      request->owned.Clear();
      if (!request->status.ok()) request->report = ApplyReport{};
    }
    bool needs_leader = false;
    leads_on = queue_.Finish(taken, own, &needs_leader);
    more |= needs_leader || !completed.empty();
    if (completed.empty()) continue;
    std::lock_guard<std::mutex> lock(completed_mutex_);
    std::move(completed.begin(), completed.end(), std::back_inserter(completed_));
  }
  if (health_.troubled()) maintenance_.Wake();
  return more;
}

bool Committer::RunCallbacks() {
  std::vector<std::unique_ptr<CommitRequest>> completed;
  {
    std::lock_guard<std::mutex> lock(completed_mutex_);
    completed.swap(completed_);
  }
  for (const auto& request : completed) request->callback(request->status, request->report);
  return !completed.empty();
}

bool Committer::LeadForAsync() {
  const auto end = std::chrono::steady_clock::now() + kLeadTime;
  bool more = false;
  do {
    more = queue_.TryLead() && Lead(nullptr);
    RunCallbacks();
  } while (more && std::chrono::steady_clock::now() < end);
  return more;
}

Interval Committer::TryAgainIfTroubled() {
  if (!health_.troubled()) return std::nullopt;
  static_cast<void>(CheckWritable());
  return health_.troubled() ? Interval(kTroubleInterval) : std::nullopt;
}

void Committer::SweepTombstonesAfter(int64_t retention_ms) {
  // Others' batches go first: a slice that finds no room comes again.
  const auto apply = [this](const WriteBatch::Rep& batch) {
    ApplyReport report;
    return Apply(batch, &report, std::chrono::steady_clock::now() + kTroubleInterval);
  };
  tombstones_ = std::make_unique<TombstoneSweeper>(store_, retention_ms, apply);
  maintenance_.Wake();
}

Interval Committer::SweepTombstones() {
  if (tombstones_ == nullptr) return std::nullopt;
  using std::chrono::steady_clock, std::chrono::system_clock;
  if (const auto now = steady_clock::now(); now < next_sweep_) {
    return std::chrono::ceil<milliseconds>(next_sweep_ - now);
  }
  const auto unix_time = system_clock::now().time_since_epoch();
  const auto unix_ms = std::chrono::duration_cast<milliseconds>(unix_time).count();
  // A fault shows where it lies: in Health, or with the next event of the sandbox.
  if (!store_.RoleTakenByOthers(Role::kOnlyWriter)) {
    static_cast<void>(tombstones_->SweepSlice(unix_ms));
  }
  const milliseconds pause = std::max(tombstones_->pause(), kMinSweepPause);
  next_sweep_ = steady_clock::now() + pause;
  return pause;
}

HostSweeper::Committer Committer::ForSweeper() {
  HostSweeper::Committer self;
  self.hosts = [this]() -> absl::StatusOr<std::shared_ptr<const view::RenderedList>> {
    if (absl::Status status = keeper_->CatchUpWithReadable(); !status.ok()) return status;
    const view::Publisher::Held held = publisher().Take();
    std::shared_ptr<const view::RenderedList> hosts = held.view->hosts;
    view::ReleaseSlot(held.slot);
    return hosts;
  };
  // Without what is not flushed yet: a mark is checked once more when it is applied.
  self.begin_read = [this] { return store_.BeginRead(); };
  self.apply = [this](const WriteBatch::Rep& batch) {
    ApplyReport report;
    return Apply(batch, &report, kNoDeadline);
  };
  self.is_well = [this] { return !health_.troubled(); };
  return self;
}

void Committer::StartSweeping() {
  if (!sweeper_) return;
  sweeping_ = true;
  maintenance_.Wake();
}

Interval Committer::SweepHosts() {
  return sweeper_ ? Interval(sweeper_->Sweep()) : std::nullopt;
}

Interval Committer::Maintain() {
  Interval next = keeper_->Maintain();
  if (LeadForAsync()) next = milliseconds(0);
  next = Sooner(next, writer_->FlushIfDue());
  next = Sooner(next, SweepTombstones());
  if (sweeping_) next = Sooner(next, SweepHosts());
  return Sooner(next, TryAgainIfTroubled());
}

absl::Status Committer::CheckWritable() {
  if (!health_.troubled()) return absl::OkStatus();
  if (health_.TakeTurn()) {
    if (!health_.last_catch_up().ok()) {
      static_cast<void>(keeper_->CatchUpWithReadable());
    }
    if (!health_.last_commit().ok()) writer_->TryAgain();
  }
  if (!health_.last_catch_up().ok()) {
    return absl::UnavailableError("the newest commit cannot be read from the store");
  }
  if (health_.last_commit().ok()) return absl::OkStatus();
  return absl::UnavailableError("the last commit to the store failed");
}

absl::Status Committer::Stop() {
  maintenance_.Retire();  // what is led from here is led by this thread alone
  do {
    while (queue_.TryLead()) static_cast<void>(Lead(nullptr));
  } while (RunCallbacks());
  return writer_->Flush();
}

void Committer::Resume() { maintenance_.Resume(); }

}  // namespace muster::commit
