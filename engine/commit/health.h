// Health: how the last commit and the last catch-up went.
//
// Every call from any thread; nothing here waits for a store.
#ifndef MUSTER_COMMIT_HEALTH_H_
#define MUSTER_COMMIT_HEALTH_H_

#include <atomic>
#include <chrono>
#include <mutex>

#include "absl/status/status.h"

namespace muster::commit {

class Health {
 public:
  // Only what the store is to blame for counts; a batch at fault says nothing.
  void NoteCommit(const absl::Status& status);
  void NoteCatchUp(const absl::Status& status);

  bool troubled() const { return troubled_.load(std::memory_order_relaxed); }

  absl::Status last_commit() const;
  absl::Status last_catch_up() const;

  // True for one caller a second: it may see whether the trouble has passed.
  bool TakeTurn();

 private:
  std::atomic<bool> troubled_{false};
  mutable std::mutex mutex_;  // of what follows
  absl::Status last_commit_;
  absl::Status last_catch_up_;
  std::chrono::steady_clock::time_point last_turn_{};
};

}  // namespace muster::commit

#endif  // MUSTER_COMMIT_HEALTH_H_
