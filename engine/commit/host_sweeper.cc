#include "commit/host_sweeper.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "model/record.h"
#include "store/records.h"
#include "view/counted_tree.h"

namespace muster::commit {
namespace {

using std::chrono::milliseconds;

// A host is marked at most this part of the timeout late.
constexpr int64_t kRoundsPerTimeout = 6;

// Who was not called for longer than this stood still, and so may have those who
// take heartbeats in. Some part of it may be a busy machine.
constexpr int64_t kMinPauseMs = 1000;

// A batch keeps other writers waiting.
constexpr size_t kMarksPerBatch = 4096;

// Goes through the hosts in order of id, those that clients do not see too.
class HostCursor {
 public:
  explicit HostCursor(const view::RenderedList& hosts)
      : shown_(hosts.shown(), 0), hidden_(hosts.hidden(), 0) {
    Choose();
  }

  bool at_end() const { return next_ == nullptr; }
  view::Row row() const { return next_->row(); }
  void Next() {
    next_->Next();
    Choose();
  }

 private:
  void Choose() {
    if (shown_.at_end()) {
      next_ = hidden_.at_end() ? nullptr : &hidden_;
    } else {
      const bool shown_first =
          hidden_.at_end() || shown_.row().order_key < hidden_.row().order_key;
      next_ = shown_first ? &shown_ : &hidden_;
    }
  }

  view::CountedTree::Cursor shown_, hidden_;
  view::CountedTree::Cursor* next_ = nullptr;  // null: at the end
};

}  // namespace

HostSweeper::HostSweeper(Store* store, const HostClock* clock, Committer committer)
    : store_(*store),
      clock_(*clock),
      committer_(std::move(committer)),
      interval_ms_(std::max<int64_t>(1, clock->timeout_ms() / kRoundsPerTimeout)) {}

milliseconds HostSweeper::Sweep() {
  const int64_t now_ms = clock_.now_ms();
  if (now_ms < next_round_ms_) return milliseconds(next_round_ms_ - now_ms);
  const int64_t pause_ms = std::max(clock_.timeout_ms() / 2, kMinPauseMs);
  const bool stood_still = now_ms - next_round_ms_ > pause_ms;
  next_round_ms_ = now_ms + interval_ms_;

  const bool listened = has_role_ && !stood_still && was_well_;
  if (!TakeRole()) return milliseconds(interval_ms_);
  was_well_ = committer_.is_well();
  if (!listened || !was_well_) listening_since_ms_ = now_ms;
  if (now_ms - listening_since_ms_ >= clock_.timeout_ms()) {
    // Where marks cannot be committed, neither can heartbeats.
    was_well_ = SweepOnce(now_ms).ok();
  }
  return milliseconds(interval_ms_);
}

bool HostSweeper::TakeRole() {
  if (has_role_) return true;
  absl::StatusOr<bool> taken = store_.TryTakeRole(Role::kSweeper);
  has_role_ = taken.ok() && *taken;
  return has_role_;
}

absl::Status HostSweeper::SweepOnce(int64_t now_ms) {
  absl::StatusOr<Ids> silent = FindSilent(now_ms);
  if (!silent.ok()) return silent.status();
  return Mark(*silent, now_ms - clock_.timeout_ms());
}

absl::StatusOr<HostSweeper::Ids> HostSweeper::FindSilent(int64_t now_ms) {
  auto hosts = committer_.hosts();
  if (!hosts.ok()) return hosts.status();
  auto txn = committer_.begin_read();
  if (!txn.ok()) return txn.status();

  Ids silent;
  HostCursor host(**hosts);
  // Called only once the sweeper has listened for as long as the timeout.
  const auto look_at = [&](std::optional<int64_t> heard_ms) {
    const bool is_silent = !heard_ms || now_ms - *heard_ms >= clock_.timeout_ms();
    if (is_silent && !model::IsSilentHost(host.row().record)) {
      silent.emplace_back(host.row().order_key);
    }
    host.Next();
  };
  absl::Status status = store::ScanTable(**txn, Table::kHeartbeats, {},
                                         [&](std::string_view id, std::string_view record) {
                                           while (!host.at_end() && host.row().order_key < id)
                                             look_at(std::nullopt);
                                           if (!host.at_end() && host.row().order_key == id) {
                                             look_at(DecodeHostTime(record, now_ms));
                                           }
                                           return absl::OkStatus();
                                         });
  if (!status.ok()) return status;
  while (!host.at_end()) look_at(std::nullopt);
  return silent;
}

absl::Status HostSweeper::Mark(const Ids& ids, int64_t heard_ms) {
  std::string value;
  model::PutVarint(static_cast<uint64_t>(heard_ms), &value);
  WriteBatch::Rep batch;
  for (size_t i = 0; i < ids.size(); ++i) {
    batch.Add(ChangeKind::kMarkSilent, List::kHosts, ids[i], value);
    if (batch.size() < kMarksPerBatch && i + 1 < ids.size()) continue;
    if (absl::Status status = committer_.apply(batch); !status.ok()) return status;
    batch.Clear();
  }
  return absl::OkStatus();
}

}  // namespace muster::commit
