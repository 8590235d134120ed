#include "data/sandbox_events.h"

#include <array>
#include <cstdio>

#include "data/hosts.h"

namespace muster_bench {
namespace {

using muster::SandboxStatus;

// A sandbox runs and pauses most of the time; one event in sixteen is its end, and
// the one that comes after it says that it goes on.
constexpr std::array<SandboxStatus, 16> kStatuses = {
    SandboxStatus::kRunning,  SandboxStatus::kPausing,    SandboxStatus::kPaused,
    SandboxStatus::kRunning,  SandboxStatus::kResuming,   SandboxStatus::kRunning,
    SandboxStatus::kPaused,   SandboxStatus::kForking,    SandboxStatus::kRunning,
    SandboxStatus::kPausing,  SandboxStatus::kPaused,     SandboxStatus::kRunning,
    SandboxStatus::kError,    SandboxStatus::kDestroying, SandboxStatus::kRunning,
    SandboxStatus::kDestroyed};

// The count that a status is in beside the total; null for an ended sandbox.
int64_t* CountOf(SandboxStatus status, muster::UserStats* stats) {
  switch (status) {
    case SandboxStatus::kRunning:
      return &stats->running;
    case SandboxStatus::kPaused:
      return &stats->paused;
    case SandboxStatus::kDestroyed:
    case SandboxStatus::kFailed:
      return nullptr;
    default:
      return &stats->other;
  }
}

}  // namespace

SandboxEvents::SandboxEvents(size_t sandboxes, size_t users) {
  char id[32];
  for (size_t i = 0; i < sandboxes; ++i) {
    std::snprintf(id, sizeof id, "sbx_%06zx%010llx", i,
                  static_cast<unsigned long long>(Mix(i) >> 24));
    sandbox_ids_.emplace_back(id);
  }
  for (size_t i = 0; i < users; ++i) {
    std::snprintf(id, sizeof id, "usr_%06zx", i);
    user_ids_.emplace_back(id);
  }
}

SandboxEvents::Event SandboxEvents::At(uint64_t i) const {
  const auto sequence = static_cast<int64_t>(i + 1);
  if (i < sandboxes()) return {i, SandboxStatus::kCreating, sequence};
  const uint64_t random = Mix(i);
  return {random % sandboxes(), kStatuses[(random >> 40) % kStatuses.size()], sequence};
}

SandboxCounts::SandboxCounts(const SandboxEvents& events)
    : events_(events), statuses_(events.sandboxes(), -1), users_(events.users()) {}

const muster::UserStats& SandboxCounts::Count(const SandboxEvents::Event& event) {
  muster::UserStats* const stats = &users_[events_.UserOf(event.sandbox)];
  int8_t* const status = &statuses_[event.sandbox];
  if (*status < 0) {
    ++stats->total;
  } else if (int64_t* before = CountOf(static_cast<SandboxStatus>(*status), stats)) {
    --*before;
  }
  if (int64_t* now = CountOf(event.status, stats)) ++*now;
  *status = static_cast<int8_t>(event.status);
  return *stats;
}

}  // namespace muster_bench
