// What does a page cost? GET /v1/hosts at the first, the middle, the last and
// at random offsets, of lists of a thousand to a million hosts: Muster beside
// every peer, each giving the same bytes.
#include <benchmark/benchmark.h>
#include <rocksdb/version.h>
#include <sqlite3.h>

#include <deque>
#include <filesystem>

#include "data/hosts.h"
#include "data/program.h"
#include "peers/peer.h"

namespace muster_bench {
namespace {

constexpr size_t kPlaces = 4096;     // a power of two
constexpr int kSlowIterations = 16;  // one in each sixteenth of the list

// The pages of one position.
struct Position {
  std::string name;
  std::vector<Place> places;  // as many as a power of two
};

// What one list length needs, for as long as the program runs.
struct Size {
  explicit Size(size_t n) : hosts(MakeHosts(n)), reference(hosts) {}

  std::vector<muster::Host> hosts;  // only while peers are made
  Reference reference;
  std::vector<NamedPeer> peers;
  std::deque<Position> positions;  // stay where they are
};

// Goes on where the repetition before it stopped and so sees other pages.
void MakePages(benchmark::State& state, Peer& peer, const Position& position) {
  thread_local size_t next = 0;
  const size_t mask = position.places.size() - 1;
  size_t i = next + state.thread_index() * 1367;
  for (auto _ : state) peer.MakePage(position.places[i++ & mask]);
  next = i;
}

benchmark::internal::Benchmark* Register(NamedPeer& named, size_t n, int limit,
                                         const Position& position) {
  const std::string name = "pages/hosts:" + std::to_string(n) +
                           "/limit:" + std::to_string(limit) + "/at:" + position.name +
                           "/peer:" + named.name;
  Peer* const peer = named.peer.get();
  return benchmark::RegisterBenchmark(name.c_str(), [peer, &position](benchmark::State& state) {
    MakePages(state, *peer, position);
  });
}

// Where a deep page takes milliseconds, a run by time would see too few.
bool IsSlow(const std::string& peer, size_t n) {
  if (peer == "rocksdb") return n >= 100000;
  return n >= 1000000 && (peer == "sqlite" || peer.starts_with("lmdb"));
}

void RegisterPosition(Size& size, size_t peers, int limit, Position position) {
  const size_t n = size.reference.size();
  const Position& kept = size.positions.emplace_back(std::move(position));
  const bool random = kept.name == "random";
  for (size_t i = 0; i < peers; ++i) {
    NamedPeer& named = size.peers[i];
    auto* const registered = Register(named, n, limit, kept);
    if (random && IsSlow(named.name, n)) registered->Iterations(kSlowIterations);
    if (random && named.name == "muster_spans" && n == 100000 && limit == 50) {
      Register(named, n, limit, kept)->Threads(2);
    }
  }
}

// Offsets at which the cost of skipping can be seen, as results name them.
std::vector<std::pair<std::string, int64_t>> Offsets(const ProgramOptions& options, size_t n,
                                                     int limit) {
  const auto total = static_cast<int64_t>(n);
  std::vector<std::pair<std::string, int64_t>> offsets = {{"first", 0}, {"middle", total / 2}};
  if (options.quick) return offsets;
  offsets.emplace_back("last", total - limit);
  if (n == 100000 && limit == 50) {
    for (const int64_t offset : {100, 1000, 10000}) {
      offsets.emplace_back(std::to_string(offset), offset);
    }
  }
  return offsets;
}

// Those of which figures are made stand first.
const std::vector<std::string>& PeerNames() {
  static const auto* const names = new std::vector<std::string>{
      "muster_spans", "muster",         "memcpy", "vector_of_strings",
      "lmdb_json",    "lmdb_rapidjson", "sqlite", "rocksdb"};
  return *names;
}
constexpr size_t kFewPeers = 3;

void DefineSize(const ProgramOptions& options, size_t n, size_t peers) {
  auto* const size = new Size(n);  // read until the program ends
  const std::string directory = options.directory + "/" + std::to_string(n);
  std::filesystem::create_directories(directory);
  size->peers = MakePeers({size->hosts, size->reference, directory},
                          {PeerNames().begin(), PeerNames().begin() + peers});
  size->hosts = {};
  for (const int limit : {50, 500}) {
    if (options.quick && limit == 500) peers = kFewPeers;
    RegisterPosition(*size, peers, limit, {"random", RandomPlaces(n, limit, kPlaces)});
    if (peers == kFewPeers) continue;
    for (const auto& [name, offset] : Offsets(options, n, limit)) {
      RegisterPosition(*size, peers, limit, {name, {MakePlace(n, limit, offset)}});
    }
  }
}

void Define(const ProgramOptions& options) {
  benchmark::AddCustomContext("sqlite_version", sqlite3_libversion());
  benchmark::AddCustomContext("rocksdb_version", std::to_string(ROCKSDB_MAJOR) + "." +
                                                     std::to_string(ROCKSDB_MINOR) + "." +
                                                     std::to_string(ROCKSDB_PATCH));
  const size_t all = PeerNames().size();
  if (options.quick) {
    DefineSize(options, 1000, kFewPeers);
    DefineSize(options, 100000, all);
    DefineSize(options, 200000, kFewPeers);
    return;
  }
  for (const size_t n : {1000, 10000, 100000, 1000000}) DefineSize(options, n, all);
}

}  // namespace
}  // namespace muster_bench

int main(int argc, char** argv) {
  return muster_bench::RunProgram(argc, argv, muster_bench::Define);
}
