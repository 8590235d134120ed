// What does an update cost that is acknowledged and published at once, and on the
// disk a little later? One caller, its flushes counted; beside LMDB that never waits
// for the disk, and with a million hosts beside a thousand.
#include <benchmark/benchmark.h>
#include <lmdb.h>

#include <filesystem>

#include "data/hosts.h"
#include "data/program.h"
#include "peers/host_writer.h"
#include "scenarios/rounds.h"
#include "scenarios/side.h"

namespace muster_bench {
namespace {

// Hosts, which are updated by one caller. Lives until the program ends.
struct List {
  List(const std::string& path, size_t n)
      : directory(path), hosts(MakeHosts(n)), updates(n, 1) {
    std::filesystem::create_directories(directory);
  }

  Side* AddMuster() const {
    return new Side("Muster",
                    std::make_unique<MusterHostWriter>(hosts, directory + "/db",
                                                       muster::Durability::kRelaxed),
                    hosts, updates);
  }
  Side* AddLmdb() const {
    std::filesystem::create_directories(directory + "/lmdb");
    return new Side("LMDB", MakeLmdbHostWriter(hosts, directory + "/lmdb", MDB_NOSYNC), hosts,
                    updates);
  }

  const std::string directory;
  const std::vector<muster::Host> hosts;
  const HostUpdates updates;
};

void InTurn(Turns* turns, Side& one, Side& other, double seconds, double* one_per_s,
            double* other_per_s) {
  turns->Take([&] { *one_per_s = one.OneCaller(seconds, 1); },
              [&] { *other_per_s = other.OneCaller(seconds, 1); });
  one.CheckHosts();
  other.CheckHosts();
}

void Define(const ProgramOptions& options) {
  const double seconds = options.quick ? 0.6 : 3;
  const auto* const list = new List(options.directory + "/100000", 100000);
  Side* const muster = list->AddMuster();
  Side* const lmdb = list->AddLmdb();
  auto* const turns = new Turns;
  RegisterRounds("relaxed/hosts:100000/peer:lmdb_nosync", [=](auto& state) {
    double ours = 0, peer = 0;
    InTurn(turns, *muster, *lmdb, seconds, &ours, &peer);
    CountRates(state, ours, peer);
  });
  Side* const small = (new List(options.directory + "/1000", 1000))->AddMuster();
  Side* const large = (new List(options.directory + "/1000000", 1000000))->AddMuster();
  auto* const turns_of_sizes = new Turns;
  RegisterRounds("relaxed/hosts:1000000/peer:muster_1000", [=](auto& state) {
    double of_small = 0, of_large = 0;
    InTurn(turns_of_sizes, *small, *large, seconds, &of_small, &of_large);
    state.counters["small_per_s"] = of_small;
    state.counters["large_per_s"] = of_large;
    state.counters["large_over_small"] = of_small / of_large;  // of what an update costs
  });
}

}  // namespace
}  // namespace muster_bench

int main(int argc, char** argv) {
  return muster_bench::RunProgram(argc, argv, muster_bench::Define);
}
