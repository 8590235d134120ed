// What does it cost to record what happens to sandboxes, and to keep their users'
// counts exact? Batches of a hundred events of random ones of a million sandboxes of
// 100,000 users, relaxed, flushes counted; beside LMDB, which is only told what to put.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "data/clock.h"
#include "data/fail.h"
#include "data/program.h"
#include "peers/event_writer.h"
#include "scenarios/rounds.h"

namespace muster_bench {
namespace {

constexpr size_t kSandboxes = 1000000;
constexpr size_t kUsers = 100000;
constexpr size_t kBatch = 100;
constexpr size_t kFirstBatch = 10000;

// One of two that record the same events.
class Recorder {
 public:
  Recorder(std::string name, const SandboxEvents& events, std::unique_ptr<EventWriter> writer)
      : name_(std::move(name)), events_(events), writer_(std::move(writer)), counts_(events) {
    while (next_ < events.sandboxes()) Record(kFirstBatch);
    writer_->Flush();
    writer_->Settle();
    CheckStats();
  }

  double EventsPerSecond(double seconds) {
    const double batches = StepsPerSecond(
        seconds, 1, [this] { Record(kBatch); }, [this] { writer_->Flush(); });
    writer_->Settle();
    return batches * kBatch;
  }

  // Fails unless the users' counts are those of the events so far.
  void CheckStats() {
    for (; counted_ < next_; ++counted_) counts_.Count(events_.At(counted_));
    Check(writer_->Stats() == counts_.users(), name_ + " counts otherwise");
  }

 private:
  void Record(size_t count) {
    writer_->Record(next_, next_ + count);
    next_ += count;
  }

  const std::string name_;
  const SandboxEvents& events_;
  const std::unique_ptr<EventWriter> writer_;
  SandboxCounts counts_;
  uint64_t next_ = 0;     // event
  uint64_t counted_ = 0;  // events that are in counts_
};

void Define(const ProgramOptions& options) {
  const double seconds = options.quick ? 0.6 : 3;
  const auto* const events = new SandboxEvents(kSandboxes, kUsers);
  const std::string lmdb_directory = options.directory + "/lmdb";
  std::filesystem::create_directories(lmdb_directory);
  auto* const muster = new Recorder("Muster", *events,
                                    MakeMusterEventWriter(*events, options.directory + "/db"));
  auto* const lmdb =
      new Recorder("LMDB", *events, MakeLmdbEventWriter(*events, lmdb_directory));
  auto* const turns = new Turns;
  RegisterRounds("events/sandboxes:1000000/batch:100/peer:lmdb_nosync", [=](auto& state) {
    double ours = 0, peer = 0;
    turns->Take([&] { ours = muster->EventsPerSecond(seconds); },
                [&] { peer = lmdb->EventsPerSecond(seconds); });
    muster->CheckStats();
    lmdb->CheckStats();
    CountRates(state, ours, peer);
  });
}

}  // namespace
}  // namespace muster_bench

int main(int argc, char** argv) {
  return muster_bench::RunProgram(argc, argv, muster_bench::Define);
}
