// Muster itself: Handle() of a request with its query, on a durable catalog.
#include <benchmark/benchmark.h>

#include <cstring>
#include <optional>

#include "data/fail.h"
#include "muster/catalog.h"
#include "muster/http.h"
#include "peers/peer.h"

namespace muster_bench {
namespace {

struct Served {
  std::unique_ptr<muster::Catalog> catalog;
  std::optional<muster::Handler> handler;
};

std::optional<muster::Response> Handle(const Served& served, const Place& place) {
  auto response = served.handler->Handle({"GET", place.target, nullptr});
  if (!response || response->status() != 200) Fail("no page for " + place.target);
  return response;
}

void Apply(Served& served, const std::vector<muster::Host>& hosts) {
  muster::WriteBatch batch;
  for (const muster::Host& host : hosts) batch.PutHost(host);
  Check(served.catalog->Apply(batch), "Apply");
}

class SpansPeer : public Peer {
 public:
  explicit SpansPeer(std::shared_ptr<Served> served) : served_(std::move(served)) {}

  void MakePage(const Place& place) override {
    const auto response = Handle(*served_, place);
    benchmark::DoNotOptimize(response->body().begin());
  }
  std::string PageText(const Place& place) override {
    return Handle(*served_, place)->body().ToString();
  }
  void Update(const std::vector<muster::Host>& hosts) override { Apply(*served_, hosts); }

 private:
  std::shared_ptr<Served> served_;
};

class CopiedPeer : public BufferPeer {
 public:
  explicit CopiedPeer(std::shared_ptr<Served> served)
      : served_(std::move(served)), to_(1 << 18) {}

  void MakePage(const Place& place) override {
    const auto response = Handle(*served_, place);
    char* at = to_.data();
    for (const std::string_view bytes : response->body()) {
      std::memcpy(at, bytes.data(), bytes.size());
      at += bytes.size();
    }
    size_ = at - to_.data();
    benchmark::ClobberMemory();
  }

  void Update(const std::vector<muster::Host>& hosts) override { Apply(*served_, hosts); }

 private:
  std::string_view buffer() const override { return {to_.data(), size_}; }

  std::shared_ptr<Served> served_;
  std::vector<char> to_;
  size_t size_ = 0;
};

}  // namespace

MusterPeers MakeMuster(const PeerInput& input) {
  auto served = std::make_shared<Served>();
  auto catalog = muster::Catalog::Open(input.directory + "/db");
  Check(catalog.status(), "Catalog::Open");
  served->catalog = *std::move(catalog);
  Apply(*served, input.hosts);
  auto handler = muster::Handler::Create(served->catalog.get());
  Check(handler.status(), "Handler::Create");
  served->handler.emplace(*std::move(handler));
  return {std::make_unique<SpansPeer>(served), std::make_unique<CopiedPeer>(served)};
}

}  // namespace muster_bench
