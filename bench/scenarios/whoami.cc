// Who is asking? GET /v1/whoami with the X-Api-Key of a random one of a million
// users, and with keys that nobody has; beside databases that hold the same hashes.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <random>

#include "data/fail.h"
#include "data/one_header.h"
#include "data/program.h"
#include "data/users.h"
#include "muster/catalog.h"
#include "muster/http.h"
#include "peers/whoami_peer.h"

namespace muster_bench {
namespace {

constexpr size_t kUsersPerBatch = 100000;

// Muster: a request with its header, through the handler.
class MusterWhoami {
 public:
  MusterWhoami(const std::vector<muster::User>& users, const std::string& directory) {
    // Room for all of them, and not much more.
    muster::Options options;
    options.identity_cache_bytes = std::max(users.size() * 128, size_t{32} << 20);
    auto catalog = muster::Catalog::Open(directory + "/db", options);
    Check(catalog.status(), "Catalog::Open");
    catalog_ = *std::move(catalog);
    for (size_t begin = 0; begin < users.size(); begin += kUsersPerBatch) {
      muster::WriteBatch batch;
      const size_t end = std::min(begin + kUsersPerBatch, users.size());
      for (size_t i = begin; i < end; ++i) batch.PutUser(users[i]);
      Check(catalog_->Apply(batch), "Apply");
    }
    auto handler = muster::Handler::Create(catalog_.get());
    Check(handler.status(), "Handler::Create");
    handler_.emplace(*std::move(handler));
  }

  std::optional<muster::Response> Handle(std::string_view key) const {
    const OneHeader header("x-api-key", key);
    auto response = handler_->Handle({"GET", "/v1/whoami", &header});
    if (!response) Fail("/v1/whoami is not served");
    return response;
  }

  std::string Text(std::string_view key) const {
    const auto response = Handle(key);
    return response->status() == 200 ? response->body().ToString() : "";
  }

 private:
  std::unique_ptr<muster::Catalog> catalog_;
  std::optional<muster::Handler> handler_;
};

// What is asked for, in random order.
struct Asked {
  Keys known;
  Keys unknown;
};

// Holds the answers for every user against what they must be, twice: the first
// time brings them into memory. `ask` gives "" for a key that nobody has.
template <typename Ask>
void CheckAnswers(const std::string& name, const std::vector<muster::User>& users,
                  const Asked& asked, const Ask& ask) {
  for (int turn = 0; turn < 2; ++turn) {
    for (const muster::User& user : users) {
      if (ask(user.api_keys->front()) == WhoamiText(user)) continue;
      Fail(name + " gives a wrong answer for " + user.id);
    }
  }
  Check(ask(asked.unknown[0]).empty(), name + " lets an unknown key in");
}

void BM_Muster(benchmark::State& state, const MusterWhoami& muster, const Keys& keys,
               int status) {
  static size_t next = 0;
  for (auto _ : state) {
    const auto response = muster.Handle(keys[next++ % keys.size()]);
    if (response->status() != status) Fail("another status");
    benchmark::DoNotOptimize(response->body().begin());
  }
}

void BM_Peer(benchmark::State& state, WhoamiPeer& peer, const Keys& keys, bool known) {
  static size_t next = 0;
  for (auto _ : state) {
    if (peer.Ask(keys[next++ % keys.size()]).empty() == known) Fail("another answer");
  }
}

std::string Name(size_t users, const std::string& key, const std::string& peer) {
  return "whoami/users:" + std::to_string(users) + "/key:" + key + "/peer:" + peer;
}

void RegisterMuster(const std::vector<muster::User>& users, const Asked& asked,
                    const std::string& directory) {
  const auto* const muster = new MusterWhoami(users, directory);
  CheckAnswers("Muster", users, asked, [&](auto key) { return muster->Text(key); });
  benchmark::RegisterBenchmark(
      Name(users.size(), "known", "muster").c_str(),
      [muster, &asked](auto& state) { BM_Muster(state, *muster, asked.known, 200); });
  benchmark::RegisterBenchmark(
      Name(users.size(), "unknown", "muster").c_str(),
      [muster, &asked](auto& state) { BM_Muster(state, *muster, asked.unknown, 401); });
}

void RegisterPeer(const std::string& name, WhoamiPeer* peer,
                  const std::vector<muster::User>& users, const Asked& asked) {
  CheckAnswers(name, users, asked, [&](auto key) { return std::string(peer->Ask(key)); });
  benchmark::RegisterBenchmark(
      Name(users.size(), "known", name).c_str(),
      [peer, &asked](auto& state) { BM_Peer(state, *peer, asked.known, true); });
  benchmark::RegisterBenchmark(
      Name(users.size(), "unknown", name).c_str(),
      [peer, &asked](auto& state) { BM_Peer(state, *peer, asked.unknown, false); });
}

void Define(const ProgramOptions& options) {
  const size_t count = options.quick ? 200000 : 1000000;
  std::vector<muster::User> users;
  users.reserve(count);
  for (size_t i = 0; i < count; ++i) users.push_back(MakeUser(i));

  auto* const asked = new Asked;  // read until the program ends
  std::mt19937_64 random(1);
  for (size_t i = 0; i < count; ++i) {
    asked->known.Add(users[random() % count].api_keys->front());
    asked->unknown.Add(UnknownKey(random()));
  }
  RegisterMuster(users, *asked, options.directory);
  if (options.quick) return;
  const std::string lmdb = options.directory + "/lmdb";
  std::filesystem::create_directories(lmdb);
  RegisterPeer("lmdb", MakeLmdbWhoami(users, lmdb).release(), users, *asked);
  RegisterPeer("sqlite", MakeSqliteWhoami(users, options.directory).release(), users, *asked);
}

}  // namespace
}  // namespace muster_bench

int main(int argc, char** argv) {
  return muster_bench::RunProgram(argc, argv, muster_bench::Define);
}
