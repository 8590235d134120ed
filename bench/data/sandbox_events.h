// What happens to sandboxes: events drawn by a rule, and the counts that they come to.
#ifndef MUSTER_BENCH_DATA_SANDBOX_EVENTS_H_
#define MUSTER_BENCH_DATA_SANDBOX_EVENTS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "muster/model.h"

namespace muster_bench {

// The first event of each sandbox, one after the other, and then endless ones of
// random sandboxes.
class SandboxEvents {
 public:
  struct Event {
    size_t sandbox = 0;
    muster::SandboxStatus status = muster::SandboxStatus::kCreating;
    int64_t sequence = 0;
  };

  SandboxEvents(size_t sandboxes, size_t users);

  size_t sandboxes() const { return sandbox_ids_.size(); }
  size_t users() const { return user_ids_.size(); }

  Event At(uint64_t i) const;

  // Ids ascend with the numbers.
  size_t UserOf(size_t sandbox) const { return sandbox % users(); }
  const std::string& SandboxId(size_t sandbox) const { return sandbox_ids_[sandbox]; }
  const std::string& UserId(size_t user) const { return user_ids_[user]; }

 private:
  std::vector<std::string> sandbox_ids_;
  std::vector<std::string> user_ids_;
};

// Each user's counts after the events that were counted so far, in their order.
class SandboxCounts {
 public:
  explicit SandboxCounts(const SandboxEvents& events);

  // Returns the counts of the sandbox's user.
  const muster::UserStats& Count(const SandboxEvents::Event& event);

  const std::vector<muster::UserStats>& users() const { return users_; }

 private:
  const SandboxEvents& events_;
  std::vector<int8_t> statuses_;  // of each sandbox; negative: there is none
  std::vector<muster::UserStats> users_;
};

}  // namespace muster_bench

#endif  // MUSTER_BENCH_DATA_SANDBOX_EVENTS_H_
