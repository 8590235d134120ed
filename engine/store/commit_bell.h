// CommitBell: a count that can be waited for, also from other processes.
//
// Plain memory that is zero to begin with, so that it can stand in a page that
// processes map. A waiter that is killed stays counted, which costs later rings a
// system call and nothing else.
//
// Every call from any thread and any process that maps it.
#ifndef MUSTER_STORE_COMMIT_BELL_H_
#define MUSTER_STORE_COMMIT_BELL_H_

#include <atomic>
#include <chrono>
#include <cstdint>

namespace muster::store {

struct CommitBell {
  std::atomic<uint32_t> rings;    // the word that the kernel compares
  std::atomic<uint32_t> waiters;  // at least as many as wait

  uint32_t count() const noexcept { return rings.load(std::memory_order_acquire); }

  // What the caller wrote before is seen by whoever sees the new count. No system
  // call where nobody waits.
  void Ring() noexcept;

  // Returns once the count is other than `seen`, or at `deadline`.
  void Wait(uint32_t seen, std::chrono::steady_clock::time_point deadline) noexcept;
};

}  // namespace muster::store

#endif  // MUSTER_STORE_COMMIT_BELL_H_
