#include "forks.h"

#include <pthread.h>

namespace muster::python {

std::atomic<uint32_t> ForkMark::forks_{0};

ForkMark::ForkMark() : made_after_(forks_.load(std::memory_order_relaxed)) {
  static const int registered =
      pthread_atfork(nullptr, nullptr, [] { forks_.fetch_add(1, std::memory_order_relaxed); });
  static_cast<void>(registered);
}

}  // namespace muster::python
