// How a process learns that it was forked since something was made in it.
#ifndef MUSTER_BINDINGS_PYTHON_FORKS_H_
#define MUSTER_BINDINGS_PYTHON_FORKS_H_

#include <atomic>
#include <cstdint>

namespace muster::python {

// Asked before anything that takes a lock: after a fork a thread that is not there
// may have it. Costs one load; only fork() itself is noticed. Any thread.
class ForkMark {
 public:
  ForkMark();
  bool InForkedChild() const { return forks_.load(std::memory_order_relaxed) != made_after_; }

 private:
  static std::atomic<uint32_t> forks_;  // how many lie between the first process and this
  const uint32_t made_after_;
};

}  // namespace muster::python

#endif  // MUSTER_BINDINGS_PYTHON_FORKS_H_
