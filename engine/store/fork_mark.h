// ForkMark: whether this process is a child that was forked since.
//
// A store, its locks and its thread belong to the process that opened them. Each of
// them has a mark, and asks it first: one load and no system call, where getpid()
// would be one each time. A handler of pthread_atfork() counts the forks, in the
// child, so only fork() itself is noticed, not a bare clone().
//
// Any thread.
#ifndef MUSTER_STORE_FORK_MARK_H_
#define MUSTER_STORE_FORK_MARK_H_

#include <atomic>
#include <cstdint>

namespace muster::store {

class ForkMark {
 public:
  ForkMark();

  bool InForkedChild() const noexcept {
    return forks_.load(std::memory_order_relaxed) != made_after_;
  }

 private:
  static std::atomic<uint32_t> forks_;  // how many lie between the first process and this
  const uint32_t made_after_;
};

// Has a forked child close its copy of a file's descriptor, so that a lock that
// belongs to the open file ends with the process that took it. In the child the
// number may then mean another file. KeepInForkedChildren() before it is closed.
void CloseInForkedChildren(int fd);
void KeepInForkedChildren(int fd);

}  // namespace muster::store

#endif  // MUSTER_STORE_FORK_MARK_H_
