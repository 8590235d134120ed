// What does a report cost, from the call until it is on disk? Batches of one host
// and of a thousand, in a list of 100,000, each flushed before the next.
#include <benchmark/benchmark.h>

#include "data/fail.h"
#include "data/hosts.h"
#include "data/program.h"
#include "peers/peer.h"

namespace muster_bench {
namespace {

constexpr size_t kHosts = 100000;
constexpr size_t kChanges = size_t{1} << 16;  // drawn before the clock runs

using Batches = std::vector<std::vector<muster::Host>>;

// Batches of `size` reports of random hosts.
Batches MakeBatches(const std::vector<muster::Host>& hosts, size_t size) {
  Batches batches(kChanges / size);
  uint64_t random = size;
  for (std::vector<muster::Host>& batch : batches) {
    for (size_t i = 0; i < size; ++i) {
      random = Mix(random);
      muster::Host& host = batch.emplace_back(hosts[random % hosts.size()]);
      Report(host, Mix(random));
    }
  }
  return batches;
}

// That an update shows in what the peer answers.
void CheckUpdates(NamedPeer& named, std::vector<muster::Host> hosts) {
  std::vector<muster::Host> changed;
  for (size_t i = 0; i < hosts.size(); i += 97) {
    Report(hosts[i], Mix(hosts.size() + i));
    changed.push_back(hosts[i]);
  }
  named.peer->Update(changed);
  CheckPages(named.name, *named.peer, Reference(hosts));
}

void BM_Updates(benchmark::State& state, Peer& peer, const Batches& batches) {
  static size_t next = 0;
  for (auto _ : state) peer.Update(batches[next++ % batches.size()]);
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(batches[0].size()));
}

void Define(const ProgramOptions& options) {
  const auto* const hosts = new std::vector<muster::Host>(MakeHosts(kHosts));
  const auto* const reference = new Reference(*hosts);
  auto* const peers = new std::vector<NamedPeer>(
      MakePeers({*hosts, *reference, options.directory},
                {"muster", "lmdb_json", "lmdb_rapidjson", "sqlite", "rocksdb"}));
  for (NamedPeer& named : *peers) CheckUpdates(named, *hosts);
  for (const size_t size : {1, 1000}) {
    const auto* const batches = new Batches(MakeBatches(*hosts, size));
    for (NamedPeer& named : *peers) {
      const std::string name =
          "updates/hosts:100000/batch:" + std::to_string(size) + "/peer:" + named.name;
      benchmark::RegisterBenchmark(name.c_str(), [&named, batches](auto& state) {
        BM_Updates(state, *named.peer, *batches);
      })->UseRealTime();
    }
  }
}

}  // namespace
}  // namespace muster_bench

int main(int argc, char** argv) {
  return muster_bench::RunProgram(argc, argv, muster_bench::Define);
}
