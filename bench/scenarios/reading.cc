// What does a page cost while somebody writes? 50 rows at random offsets of 100,000,
// handled and copied out, by one thread, on the wall: while nobody writes and beside
// a thread that updates random hosts at full speed, durably and relaxed.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <optional>
#include <thread>
#include <vector>

#include "data/clock.h"
#include "data/fail.h"
#include "data/hosts.h"
#include "data/places.h"
#include "data/program.h"
#include "muster/http.h"
#include "peers/host_writer.h"
#include "scenarios/rounds.h"

namespace muster_bench {
namespace {

constexpr size_t kHosts = 100000;
constexpr size_t kPlaces = 4096;
constexpr size_t kTogether = 8;  // pages between two looks at the clock

// A catalog with its reader's handler. Lives until the program ends.
struct Served {
  Served(const std::string& directory, muster::Durability durability)
      : writer(MakeHosts(kHosts), directory + "/db", durability) {
    auto made = muster::Handler::Create(&writer.catalog());
    Check(made.status(), "Handler::Create");
    handler.emplace(*std::move(made));
  }

  MusterHostWriter writer;
  std::optional<muster::Handler> handler;
};

void CopyPage(const Served& served, const Place& place, std::vector<char>* to) {
  const auto response = served.handler->Handle({"GET", place.target, nullptr});
  if (!response || response->status() != 200) Fail("no page for " + place.target);
  char* at = to->data();
  for (const std::string_view bytes : response->body())
    at = std::copy(bytes.begin(), bytes.end(), at);
  benchmark::ClobberMemory();
}

// The median time of a page, in nanoseconds.
double PageNs(const Served& served, const std::vector<Place>& places, double seconds) {
  std::vector<char> to(1 << 16);
  std::vector<double> times;
  const Clock::time_point begin = Clock::now();
  for (size_t i = 0; SecondsSince(begin) < seconds;) {
    const Clock::time_point start = Clock::now();
    for (size_t k = 0; k < kTogether; ++k) CopyPage(served, places[i++ % places.size()], &to);
    times.push_back(SecondsSince(start) * 1e9 / kTogether);
  }
  const auto middle = times.begin() + static_cast<ptrdiff_t>(times.size() / 2);
  std::nth_element(times.begin(), middle, times.end());
  return *middle;
}

// The same beside a writer, and how many updates that made a second.
double PageNsBesideWriter(Served& served, const std::vector<Place>& places, double seconds,
                          double* updates_per_s) {
  static const HostUpdates updates(kHosts, 1);
  static uint64_t next = 0;
  std::atomic<bool> stopped = false;
  uint64_t made = 0;
  const Clock::time_point begin = Clock::now();
  std::thread writer([&] {
    for (; !stopped.load(std::memory_order_relaxed); ++made) {
      const HostUpdate update = updates.At(0, next++);
      served.writer.Update({&update, 1});
    }
  });
  const double page_ns = PageNs(served, places, seconds);
  stopped = true;
  writer.join();
  served.writer.Flush();
  *updates_per_s = static_cast<double>(made) / SecondsSince(begin);
  return page_ns;
}

void Register(const std::string& durability, Served* served, const std::vector<Place>& places,
              double seconds) {
  auto* const turns = new Turns;
  RegisterRounds("reading/hosts:100000/writer:" + durability, [=, &places](auto& state) {
    double idle = 0, beside = 0, updates_per_s = 0;
    turns->Take([&] { idle = PageNs(*served, places, seconds); },
                [&] { beside = PageNsBesideWriter(*served, places, seconds, &updates_per_s); });
    state.counters["idle_ns"] = idle;
    state.counters["beside_writer_ns"] = beside;
    state.counters["over_idle"] = beside / idle;
    state.counters["updates_per_s"] = updates_per_s;
  });
}

void Define(const ProgramOptions& options) {
  const double seconds = options.quick ? 0.2 : 1;
  static const std::vector<Place> places = RandomPlaces(kHosts, 50, kPlaces);
  for (const auto& [name, durability] : {std::pair{"durable", muster::Durability::kDurable},
                                         std::pair{"relaxed", muster::Durability::kRelaxed}}) {
    const std::string directory = options.directory + "/" + name;
    std::filesystem::create_directories(directory);
    Register(name, new Served(directory, durability), places, seconds);
  }
}

}  // namespace
}  // namespace muster_bench

int main(int argc, char** argv) {
  return muster_bench::RunProgram(argc, argv, muster_bench::Define);
}
