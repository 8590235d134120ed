#include "data/program.h"

#include <benchmark/benchmark.h>
#include <lmdb.h>
#include <stdlib.h>

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <vector>

#include "absl/base/config.h"
#include "data/fail.h"
#include "muster/version.h"

namespace muster_bench {
namespace {

// Takes our options out of argv and leaves the others to Google Benchmark.
ProgramOptions TakeOptions(int* argc, char** argv) {
  constexpr std::string_view kDirectory = "--directory=";
  ProgramOptions options;
  options.directory = ".";
  int kept = 1;
  for (int i = 1; i < *argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--quick") {
      options.quick = true;
    } else if (argument.starts_with(kDirectory)) {
      options.directory = argument.substr(kDirectory.size());
    } else {
      argv[kept++] = argv[i];
    }
  }
  *argc = kept;
  return options;
}

// A new directory of this process's own in `parent`.
std::string MakeDirectory(const std::string& parent) {
  std::error_code error;
  std::filesystem::create_directories(parent, error);
  std::string path = parent + "/bench-XXXXXX";
  Check(mkdtemp(path.data()) != nullptr, "no directory can be made in " + parent);
  return path;
}

void AddContext(const ProgramOptions& options) {
  benchmark::AddCustomContext("mode", options.quick ? "quick" : "full");
  benchmark::AddCustomContext("compiler", MUSTER_BENCH_COMPILER);
  benchmark::AddCustomContext("benchmark_version", MUSTER_BENCH_BENCHMARK_VERSION);
  benchmark::AddCustomContext("abseil_version", std::to_string(ABSL_LTS_RELEASE_VERSION));
  benchmark::AddCustomContext("lmdb_version", mdb_version(nullptr, nullptr, nullptr));
}

}  // namespace

void Fail(const std::string& what) {
  std::fprintf(stderr, "bench: %s\n", what.c_str());
  std::exit(1);
}

int RunProgram(int argc, char** argv,
               const std::function<void(const ProgramOptions&)>& define) {
  ProgramOptions options = TakeOptions(&argc, argv);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  options.directory = MakeDirectory(options.directory);
  AddContext(options);
  define(options);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  std::filesystem::remove_all(options.directory);
  return 0;
}

}  // namespace muster_bench
