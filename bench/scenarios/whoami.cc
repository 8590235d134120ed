// Who is asking? GET /v1/whoami with the X-Api-Key of a random one of a million
// users, and with keys that nobody has.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <random>

#include "data/fail.h"
#include "data/hosts.h"
#include "data/one_header.h"
#include "data/program.h"
#include "muster/catalog.h"
#include "muster/http.h"

namespace muster_bench {
namespace {

constexpr size_t kKeyBytes = 40;
constexpr size_t kUsersPerBatch = 100000;

std::string UserId(size_t i) { return "usr_" + std::to_string(i); }

// Key i of a series: "sk_bench_" and 31 characters.
std::string Key(size_t i, uint64_t series) {
  char text[kKeyBytes + 1];
  std::snprintf(text, sizeof text, "sk_bench_%016llx%015llx",
                static_cast<unsigned long long>(Mix(i)),
                static_cast<unsigned long long>(Mix(i ^ series) >> 4));
  return text;
}

muster::UserStats Stats(size_t i) {
  const uint64_t random = Mix(i);
  muster::UserStats stats;
  stats.running = static_cast<int64_t>(random & 15);
  stats.paused = static_cast<int64_t>((random >> 8) & 7);
  stats.other = static_cast<int64_t>((random >> 16) & 3);
  stats.total = static_cast<int64_t>(30 + ((random >> 24) & 1023));
  return stats;
}

// The answer, made without the engine.
std::string Expected(size_t i) {
  const muster::UserStats stats = Stats(i);
  return R"({"status":"success","data":{"user_id":")" + UserId(i) + R"(","stats":{"running":)" +
         std::to_string(stats.running) + ",\"paused\":" + std::to_string(stats.paused) +
         ",\"other\":" + std::to_string(stats.other) +
         ",\"total\":" + std::to_string(stats.total) + "}}}";
}

// Keys one behind the other in the order in which they are asked for, so that
// what is timed is the look-up and not the fetching of the request.
class Keys {
 public:
  void Add(const std::string& key) { text_ += key; }
  size_t size() const { return text_.size() / kKeyBytes; }
  std::string_view operator[](size_t i) const {
    return std::string_view(text_).substr(i * kKeyBytes, kKeyBytes);
  }

 private:
  std::string text_;
};

// Lives until the program ends.
struct Served {
  std::unique_ptr<muster::Catalog> catalog;
  std::optional<muster::Handler> handler;
  Keys known;
  Keys unknown;
};

muster::Response Ask(const Served& served, std::string_view key) {
  const OneHeader header("x-api-key", key);
  auto response = served.handler->Handle({"GET", "/v1/whoami", &header});
  if (!response) Fail("/v1/whoami is not served");
  return *std::move(response);
}

void Fill(muster::Catalog& catalog, size_t users) {
  for (size_t begin = 0; begin < users; begin += kUsersPerBatch) {
    muster::WriteBatch batch;
    for (size_t i = begin; i < std::min(begin + kUsersPerBatch, users); ++i) {
      muster::User user;
      user.id = UserId(i);
      user.stats = Stats(i);
      user.api_keys = {Key(i, 1)};
      batch.PutUser(user);
    }
    Check(catalog.Apply(batch), "Apply");
  }
}

// Asks for every user twice: first it is checked, and brought into memory.
void CheckAnswers(const Served& served, size_t users) {
  for (int turn = 0; turn < 2; ++turn) {
    for (size_t i = 0; i < users; ++i) {
      const muster::Response response = Ask(served, Key(i, 1));
      if (response.status() != 200 || response.body().ToString() != Expected(i)) {
        Fail("a wrong answer for " + UserId(i));
      }
    }
  }
  Check(Ask(served, served.unknown[0]).status() == 401, "an unknown key is let in");
}

void BM_Whoami(benchmark::State& state, const Served& served, const Keys& keys, int status) {
  static size_t next = 0;
  for (auto _ : state) {
    const muster::Response response = Ask(served, keys[next++ % keys.size()]);
    if (response.status() != status) Fail("another status");
    benchmark::DoNotOptimize(response.body().begin());
  }
}

void Register(const Served& served, const Keys& keys, const std::string& name, int status) {
  benchmark::RegisterBenchmark(name.c_str(), [&served, &keys, status](auto& state) {
    BM_Whoami(state, served, keys, status);
  });
}

void Define(const ProgramOptions& program_options) {
  const size_t users = program_options.quick ? 200000 : 1000000;
  auto* const served = new Served;
  // Room for all of them, and not much more.
  muster::Options options;
  options.identity_cache_bytes = std::max(users * 128, size_t{32} << 20);
  auto catalog = muster::Catalog::Open(program_options.directory + "/db", options);
  Check(catalog.status(), "Catalog::Open");
  served->catalog = *std::move(catalog);
  Fill(*served->catalog, users);
  auto handler = muster::Handler::Create(served->catalog.get());
  Check(handler.status(), "Handler::Create");
  served->handler.emplace(*std::move(handler));

  std::mt19937_64 random(1);
  for (size_t i = 0; i < users; ++i) served->known.Add(Key(random() % users, 1));
  for (size_t i = 0; i < users; ++i) served->unknown.Add(Key(random(), 2));
  CheckAnswers(*served, users);
  const std::string prefix = "whoami/users:" + std::to_string(users);
  Register(*served, served->known, prefix + "/key:known/peer:muster", 200);
  Register(*served, served->unknown, prefix + "/key:unknown/peer:muster", 401);
}

}  // namespace
}  // namespace muster_bench

int main(int argc, char** argv) {
  return muster_bench::RunProgram(argc, argv, muster_bench::Define);
}
