// What does an update cost until it is on the disk? From 64 threads at once, from one
// that does not wait for each, and from one that does, by ones and by thousands;
// beside SQLite and beside LMDB. In a list of 100,000.
#include <benchmark/benchmark.h>
#include <sqlite3.h>

#include <filesystem>

#include "data/hosts.h"
#include "data/program.h"
#include "peers/host_writer.h"
#include "scenarios/rounds.h"
#include "scenarios/side.h"

namespace muster_bench {
namespace {

constexpr size_t kHosts = 100000;
constexpr size_t kCallers = 64;
constexpr int kInFlight = 1000;

// Lives until the program ends.
struct Sides {
  Sides(const std::string& path, size_t callers) : directory(path), updates(kHosts, callers) {}

  Side* Add(const std::string& name, std::unique_ptr<HostWriter> writer) {
    return new Side(name, std::move(writer), hosts, updates);
  }
  std::string Directory(const std::string& name) const {
    const std::string path = directory + "/" + name;
    std::filesystem::create_directories(path);
    return path;
  }
  Side* AddMuster() {
    return Add("Muster", std::make_unique<MusterHostWriter>(hosts, Directory("muster") + "/db",
                                                            muster::Durability::kDurable));
  }

  const std::string directory;
  const std::vector<muster::Host> hosts = MakeHosts(kHosts);
  const HostUpdates updates;
};

// Callers of Muster, and one thread that keeps a thousand under way; callers of SQLite.
void CallersInTurn(benchmark::State& state, Side& muster, Side& sqlite, double seconds) {
  static Turns turns;
  double waiting = 0, in_flight = 0, peer = 0;
  turns.Take(
      [&] {
        waiting = muster.AllCallers(seconds);
        in_flight = muster.InFlight(seconds, kInFlight);
      },
      [&] { peer = sqlite.AllCallers(seconds); });
  muster.CheckHosts();
  sqlite.CheckHosts();
  CountRates(state, waiting, peer);
  state.counters["async_per_s"] = in_flight;
  state.counters["async_over_peer"] = in_flight / peer;
}

void OneCallerInTurn(benchmark::State& state, Side& muster, Side& lmdb, size_t batch,
                     double seconds) {
  static Turns turns;
  double ours = 0, peer = 0;
  turns.Take([&] { ours = muster.OneCaller(seconds, batch); },
             [&] { peer = lmdb.OneCaller(seconds, batch); });
  muster.CheckHosts();
  lmdb.CheckHosts();
  CountRates(state, ours, peer);
}

void DefineCallers(const std::string& directory, double seconds) {
  auto* const sides = new Sides(directory, kCallers);
  Side* const muster = sides->AddMuster();
  Side* const sqlite =
      sides->Add("SQLite", MakeSqliteHostWriter(sides->hosts, sides->Directory("sqlite")));
  RegisterRounds("durable/hosts:100000/callers:64/peer:sqlite",
                 [=](auto& state) { CallersInTurn(state, *muster, *sqlite, seconds); });
}

void DefineOneCaller(const std::string& directory, double seconds) {
  auto* const sides = new Sides(directory, 1);
  Side* const muster = sides->AddMuster();
  Side* const lmdb =
      sides->Add("LMDB", MakeLmdbHostWriter(sides->hosts, sides->Directory("lmdb"), 0));
  for (const size_t batch : {1, 1000}) {
    RegisterRounds(
        "durable/hosts:100000/callers:1/batch:" + std::to_string(batch) + "/peer:lmdb",
        [=](auto& state) { OneCallerInTurn(state, *muster, *lmdb, batch, seconds); });
  }
}

void Define(const ProgramOptions& options) {
  benchmark::AddCustomContext("sqlite_version", sqlite3_libversion());
  const double seconds = options.quick ? 0.4 : 1.5;
  DefineCallers(options.directory + "/callers", seconds);
  DefineOneCaller(options.directory + "/one", seconds);
}

}  // namespace
}  // namespace muster_bench

int main(int argc, char** argv) {
  return muster_bench::RunProgram(argc, argv, muster_bench::Define);
}
