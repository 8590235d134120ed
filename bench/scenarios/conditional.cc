// What does a client cost that asks whether the list has changed? A conditional
// GET /v1/hosts with the tag that the list has: 304, without a body.
#include <benchmark/benchmark.h>

#include <optional>

#include "data/fail.h"
#include "data/hosts.h"
#include "data/one_header.h"
#include "data/program.h"
#include "muster/catalog.h"
#include "muster/http.h"

namespace muster_bench {
namespace {

constexpr size_t kHosts = 100000;
constexpr const char* kTarget = "/v1/hosts?limit=50&offset=50000";

// Lives until the program ends.
struct Served {
  std::unique_ptr<muster::Catalog> catalog;
  std::optional<muster::Handler> handler;
  std::string etag;
};

int Status(const Served& served, const muster::HeaderFields* headers) {
  const auto response = served.handler->Handle({"GET", kTarget, headers});
  if (!response) Fail("/v1/hosts is not served");
  return response->status();
}

void BM_Conditional(benchmark::State& state, const Served& served) {
  const OneHeader header("if-none-match", served.etag);
  for (auto _ : state) {
    if (Status(served, &header) != 304) Fail("not a 304");
  }
}

void Define(const ProgramOptions& options) {
  auto* const served = new Served;
  auto catalog = muster::Catalog::Open(options.directory + "/db");
  Check(catalog.status(), "Catalog::Open");
  served->catalog = *std::move(catalog);
  muster::WriteBatch batch;
  for (const muster::Host& host : MakeHosts(kHosts)) batch.PutHost(host);
  Check(served->catalog->Apply(batch), "Apply");
  auto handler = muster::Handler::Create(served->catalog.get());
  Check(handler.status(), "Handler::Create");
  served->handler.emplace(*std::move(handler));
  served->etag = served->catalog->snapshot().etag(muster::List::kHosts);
  const OneHeader stale("if-none-match", "\"another\"");
  Check(Status(*served, nullptr) == 200 && Status(*served, &stale) == 200, "not a page");
  benchmark::RegisterBenchmark("conditional/hosts:100000/peer:muster",
                               [served](auto& state) { BM_Conditional(state, *served); });
}

}  // namespace
}  // namespace muster_bench

int main(int argc, char** argv) {
  return muster_bench::RunProgram(argc, argv, muster_bench::Define);
}
