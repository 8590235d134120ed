// What does a page cost? A page of 50 hosts from Handler, at random offsets,
// beside the same bytes copied by memcpy: the least that any server has to do to
// send them.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "muster/catalog.h"
#include "muster/http.h"

namespace {

constexpr int kHosts = 10000;
constexpr int kTargets = 1024;  // random offsets, drawn before the clock runs

[[noreturn]] void Fail(const char* what) {
  std::fprintf(stderr, "bench_page: %s\n", what);
  std::exit(1);
}

muster::Host MakeHost(int i) {
  muster::Host host;
  char id[16];
  std::snprintf(id, sizeof id, "10.%d.%d.%d", i >> 16, (i >> 8) & 255, i & 255);
  host.id = id;
  host.free_mib = 512 * (i % 97);
  host.vm_count = i % 41;
  host.rootfses = {"devbox:1", "node"};
  return host;
}

// A catalog, its handler, and one request and the answer's bytes per offset.
class Fixture {
 public:
  Fixture() {
    auto catalog = muster::Catalog::OpenInMemory();
    if (!catalog.ok()) Fail("no catalog");
    catalog_ = *std::move(catalog);
    muster::WriteBatch batch;
    for (int i = 0; i < kHosts; ++i) batch.PutHost(MakeHost(i));
    if (!catalog_->Apply(batch).ok()) Fail("the hosts cannot be applied");
    auto handler = muster::Handler::Create(catalog_.get());
    if (!handler.ok()) Fail("no handler");
    handler_.emplace(*std::move(handler));

    std::mt19937 random(1);
    std::uniform_int_distribution<int> offset(0, kHosts - 50);
    for (int i = 0; i < kTargets; ++i) {
      const int at = offset(random);
      targets_.push_back("/v1/hosts?limit=50&offset=" + std::to_string(at));
      answers_.push_back(Expected(at));
      if (Handle(i).body().ToString() != answers_.back()) Fail("a wrong page");
    }
  }

  muster::Response Handle(size_t i) const {
    auto response = handler_->Handle({"GET", targets_[i % kTargets], nullptr});
    if (!response || response->status() != 200) Fail("not a page");
    return *std::move(response);
  }
  const std::string& answer(size_t i) const { return answers_[i % kTargets]; }

 private:
  // The page put together anew from the typed entries.
  std::string Expected(int offset) const {
    const muster::Page<muster::Host> page = catalog_->snapshot().Hosts(50, offset);
    std::string text = R"({"status":"success","data":{"data":[)";
    for (const muster::Host& host : page.items) {
      if (text.back() == '}') text += ',';
      text += "{\"id\":\"" + host.id +
              "\",\"status\":\"active\",\"free_mib\":" + std::to_string(host.free_mib) +
              ",\"vm_count\":" + std::to_string(host.vm_count) +
              ",\"rootfses\":[\"devbox:1\",\"node\"]}";
    }
    return text + "],\"pagination\":{\"total\":" + std::to_string(kHosts) +
           ",\"limit\":50,\"offset\":" + std::to_string(offset) + ",\"count\":50}}}";
  }

  std::unique_ptr<muster::Catalog> catalog_;
  std::optional<muster::Handler> handler_;
  std::vector<std::string> targets_;
  std::vector<std::string> answers_;
};

const Fixture& fixture() {
  static const Fixture* const fixture = new Fixture;
  return *fixture;
}

void BM_HandlerPage(benchmark::State& state) {
  const Fixture& pages = fixture();
  size_t i = state.thread_index() * 37;
  for (auto _ : state) {
    const muster::Response response = pages.Handle(i++);
    benchmark::DoNotOptimize(response.body().begin());
  }
}

// The same, with every byte copied to where a socket could take it from.
void BM_HandlerPageCopied(benchmark::State& state) {
  const Fixture& pages = fixture();
  std::vector<char> to(1 << 16);
  size_t i = state.thread_index() * 37;
  for (auto _ : state) {
    const muster::Response response = pages.Handle(i++);
    char* at = to.data();
    for (std::string_view bytes : response.body()) {
      std::memcpy(at, bytes.data(), bytes.size());
      at += bytes.size();
    }
    benchmark::ClobberMemory();
  }
}

void BM_Memcpy(benchmark::State& state) {
  const Fixture& pages = fixture();
  std::vector<char> to(1 << 16);
  size_t i = state.thread_index() * 37;
  for (auto _ : state) {
    const std::string& answer = pages.answer(i++);
    std::memcpy(to.data(), answer.data(), answer.size());
    benchmark::ClobberMemory();
  }
}

BENCHMARK(BM_HandlerPage)->UseRealTime()->Threads(1)->ThreadPerCpu();
BENCHMARK(BM_HandlerPageCopied)->UseRealTime()->Threads(1)->ThreadPerCpu();
BENCHMARK(BM_Memcpy)->UseRealTime()->Threads(1)->ThreadPerCpu();

}  // namespace

BENCHMARK_MAIN();
