// How often something can be done in so many seconds, on the wall.
#ifndef MUSTER_BENCH_DATA_CLOCK_H_
#define MUSTER_BENCH_DATA_CLOCK_H_

#include <chrono>
#include <cstdint>

namespace muster_bench {

using Clock = std::chrono::steady_clock;

inline double SecondsSince(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// Calls `step()` for so many seconds, then `finish()`, and returns how many steps
// there were a second of all that time. The clock is read once in `stride` steps.
template <typename Step, typename Finish>
double StepsPerSecond(double seconds, int stride, const Step& step, const Finish& finish) {
  const Clock::time_point begin = Clock::now();
  uint64_t steps = 0;
  do {
    for (int i = 0; i < stride; ++i) step();
    steps += stride;
  } while (SecondsSince(begin) < seconds);
  finish();
  return static_cast<double>(steps) / SecondsSince(begin);
}

}  // namespace muster_bench

#endif  // MUSTER_BENCH_DATA_CLOCK_H_
