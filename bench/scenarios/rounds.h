// Benchmarks that hold two against each other: each repetition is a round, in which
// both run, so that whatever else the machine does is the same for both.
#ifndef MUSTER_BENCH_SCENARIOS_ROUNDS_H_
#define MUSTER_BENCH_SCENARIOS_ROUNDS_H_

#include <benchmark/benchmark.h>

#include <string>

namespace muster_bench {

// Runs two things, another one first each time.
class Turns {
 public:
  template <typename One, typename Other>
  void Take(const One& one, const Other& other) {
    if (turned_) other();
    one();
    if (!turned_) other();
    turned_ = !turned_;
  }

 private:
  bool turned_ = false;
};

// `round(state)` is called once a repetition, within the loop of the benchmark. What
// it measures it keeps in the counters.
template <typename Round>
void RegisterRounds(const std::string& name, const Round& round) {
  benchmark::RegisterBenchmark(name.c_str(),
                               [round](benchmark::State& state) {
                                 for (auto _ : state) round(state);
                               })
      ->Iterations(1)
      ->UseRealTime();
}

// The rates of Muster and of a peer, and the one over the other.
inline void CountRates(benchmark::State& state, double muster, double peer) {
  state.counters["muster_per_s"] = muster;
  state.counters["peer_per_s"] = peer;
  state.counters["over_peer"] = muster / peer;
}

}  // namespace muster_bench

#endif  // MUSTER_BENCH_SCENARIOS_ROUNDS_H_
