// What the programs have in common: their options, a directory to work in,
// and the run itself.
#ifndef MUSTER_BENCH_DATA_PROGRAM_H_
#define MUSTER_BENCH_DATA_PROGRAM_H_

#include <functional>
#include <string>

namespace muster_bench {

struct ProgramOptions {
  bool quick = false;     // --quick: fewer sizes and shorter, for all figures in two minutes
  std::string directory;  // --directory=…: where stores are made; the current one
};

// Reads the options, has `define` make the data and register the benchmarks, and
// runs them. Whatever stands in the directory that `define` is given is removed
// at the end. Google Benchmark's own options hold as well.
int RunProgram(int argc, char** argv, const std::function<void(const ProgramOptions&)>& define);

}  // namespace muster_bench

#endif  // MUSTER_BENCH_DATA_PROGRAM_H_
