#include "store/commit_bell.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <ctime>

namespace muster::store {
namespace {

// Not the private kind: the word may be shared between processes.
long Futex(std::atomic<uint32_t>* word, int operation, uint32_t value,
           const struct timespec* deadline) {
  static_assert(sizeof(*word) == sizeof(uint32_t));
  return syscall(SYS_futex, word, operation, value, deadline, nullptr, FUTEX_BITSET_MATCH_ANY);
}

// std::chrono::steady_clock is CLOCK_MONOTONIC, which is what the kernel waits by.
struct timespec ToTimespec(std::chrono::steady_clock::time_point time) {
  const auto since = time.time_since_epoch();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since);
  const auto rest = std::chrono::duration_cast<std::chrono::nanoseconds>(since - seconds);
  struct timespec result {};
  result.tv_sec = static_cast<time_t>(seconds.count());
  result.tv_nsec = static_cast<long>(rest.count());
  return result;
}

}  // namespace

// A waiter counts itself and then looks at the rings, a ringer the other way
// round; both orders are sequentially consistent, so that one sees the other.
void CommitBell::Ring() noexcept {
  rings.fetch_add(1, std::memory_order_seq_cst);
  if (waiters.load(std::memory_order_seq_cst) == 0) return;
  Futex(&rings, FUTEX_WAKE, INT_MAX, nullptr);
}

void CommitBell::Wait(uint32_t seen, std::chrono::steady_clock::time_point deadline) noexcept {
  if (rings.load(std::memory_order_acquire) != seen) return;
  const struct timespec until = ToTimespec(deadline);
  waiters.fetch_add(1, std::memory_order_seq_cst);
  while (rings.load(std::memory_order_seq_cst) == seen &&
         std::chrono::steady_clock::now() < deadline) {
    if (Futex(&rings, FUTEX_WAIT_BITSET, seen, &until) == 0) continue;
    if (errno != EINTR && errno != EAGAIN) break;
  }
  waiters.fetch_sub(1, std::memory_order_seq_cst);
}

}  // namespace muster::store
