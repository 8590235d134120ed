// How long until a store can be read, and what does its view take? Catalog::Open
// of a store with a million hosts, its file in the page cache, and the bytes that
// opening it added to the heap.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <algorithm>

#include "data/fail.h"
#include "data/hosts.h"
#include "data/places.h"
#include "data/program.h"
#include "data/reference.h"
#include "muster/catalog.h"
#include "muster/http.h"

namespace muster_bench {
namespace {

size_t LiveHeapBytes() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

std::unique_ptr<muster::Catalog> Open(const std::string& path) {
  auto catalog = muster::Catalog::Open(path);
  Check(catalog.status(), "Catalog::Open");
  return *std::move(catalog);
}

void Build(const std::string& path, const std::vector<muster::Host>& hosts) {
  const auto catalog = Open(path);
  muster::WriteBatch batch;
  for (const muster::Host& host : hosts) batch.PutHost(host);
  Check(catalog->Apply(batch), "Apply");
}

// That what is opened is the whole list, in order.
void CheckOpened(const std::string& path, const Reference& reference) {
  const auto catalog = Open(path);
  const auto handler = muster::Handler::Create(catalog.get());
  Check(handler.status(), "Handler::Create");
  for (const Place& place : RandomPlaces(reference.size(), 500, 64)) {
    const auto response = handler->Handle({"GET", place.target, nullptr});
    Check(response && response->body().ToString() == reference.Page(500, place.offset),
          "the store opens with other hosts");
  }
}

void BM_Open(benchmark::State& state, const std::string& path, size_t hosts) {
  malloc_trim(0);  // what an earlier opening left; this one pays for its own pages
  const size_t before = LiveHeapBytes();
  std::unique_ptr<muster::Catalog> catalog;
  for (auto _ : state) catalog = Open(path);
  const size_t added = LiveHeapBytes() - before;
  state.counters["bytes_per_host"] = static_cast<double>(added) / static_cast<double>(hosts);
}

void Define(const ProgramOptions& options) {
  for (const size_t n : {100000, 1000000}) {
    if (options.quick && n < 1000000) continue;
    const std::string path = options.directory + "/" + std::to_string(n);
    const std::vector<muster::Host> hosts = MakeHosts(n);
    Build(path, hosts);
    CheckOpened(path, Reference(hosts));
    const std::string name = "opening/hosts:" + std::to_string(n) + "/peer:muster";
    benchmark::RegisterBenchmark(name.c_str(),
                                 [path, n](auto& state) { BM_Open(state, path, n); })
        ->Iterations(1)
        ->UseRealTime();
  }
}

}  // namespace
}  // namespace muster_bench

int main(int argc, char** argv) {
  return muster_bench::RunProgram(argc, argv, muster_bench::Define);
}
