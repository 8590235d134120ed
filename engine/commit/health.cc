#include "commit/health.h"

namespace muster::commit {
namespace {

constexpr std::chrono::seconds kTurnInterval{1};

bool IsStoreFault(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsResourceExhausted(status) ||
         absl::IsDataLoss(status) || absl::IsInternal(status) ||
         absl::IsPermissionDenied(status);
}

}  // namespace

void Health::NoteCommit(const absl::Status& status) {
  if (status.ok() ? !troubled() : !IsStoreFault(status)) return;
  std::lock_guard<std::mutex> lock(mutex_);
  last_commit_ = status;
  troubled_ = !last_commit_.ok() || !last_catch_up_.ok();
}

void Health::NoteCatchUp(const absl::Status& status) {
  if (status.ok() && !troubled()) return;
  std::lock_guard<std::mutex> lock(mutex_);
  last_catch_up_ = status;
  troubled_ = !last_commit_.ok() || !last_catch_up_.ok();
}

absl::Status Health::last_commit() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return last_commit_;
}

absl::Status Health::last_catch_up() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return last_catch_up_;
}

bool Health::TakeTurn() {
  std::lock_guard<std::mutex> lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (now - last_turn_ < kTurnInterval) return false;
  last_turn_ = now;
  return true;
}

}  // namespace muster::commit
