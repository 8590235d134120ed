// A process that writes batches as fast as it can, and says which it was told are done:
//
//   durability_writer DB FIRST_LANE LANES BATCHES MODE ACK_FD
//
// LANES lanes go on from what the store holds, for BATCHES batches each (0: until it is
// killed). MODE is
//   durable   a caller a lane, each in Apply()
//   async     one thread, with many batches of all lanes in flight
//   relaxed   as durable, with Durability::kRelaxed, and one thread more that flushes
//   stubborn  as durable, but what is refused is tried again; -relaxed: the same
// Each acknowledgement is one write() of an Ack to ACK_FD.
#include <unistd.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "durability/lane.h"
#include "durability/ledger.h"
#include "durability/process.h"

namespace muster::durability {
namespace {

struct Arguments {
  std::string db;
  int first_lane = 0;
  int lanes = 1;
  uint64_t batches = 0;
  std::string mode;
  int ack_fd = -1;
};

int Fail(const std::string& what, const absl::Status& status) {
  std::fprintf(stderr, "durability_writer: %s: %s\n", what.c_str(), status.ToString().c_str());
  return 1;
}

void Tell(int fd, const Ack& ack) {
  if (write(fd, &ack, sizeof(ack)) != sizeof(ack)) _exit(1);
}

uint64_t BatchesOf(Catalog& catalog, int lane) {
  const std::optional<Host> host = catalog.snapshot().FindHost(LaneCounter(lane));
  return host ? static_cast<uint64_t>(host->free_mib) : 0;
}

// What is common to all modes.
class Writer {
 public:
  explicit Writer(const Arguments& arguments) : arguments_(arguments) {}

  int Run() {
    Options options;
    options.flush_interval_ms = 5;
    if (relaxed()) options.durability = Durability::kRelaxed;
    auto opened = Catalog::Open(arguments_.db, options);
    if (!opened.ok()) return Fail("the store does not open", opened.status());
    catalog_ = *std::move(opened);
    if (arguments_.mode == "async") {
      WriteAsync();
    } else {
      WriteFromCallers();
    }
    const absl::Status status = catalog_->Close();
    if (!status.ok()) return Is("stubborn") ? 0 : Fail("the store does not close", status);
    TellFlushed(Last());
    return 0;
  }

 private:
  using Numbers = std::array<uint64_t, kLanes>;

  bool Is(std::string_view mode) const {
    return arguments_.mode.find(mode) != std::string::npos;
  }
  bool relaxed() const { return Is("relaxed"); }
  int end_lane() const { return arguments_.first_lane + arguments_.lanes; }
  bool Ends(uint64_t batches) const {
    return arguments_.batches > 0 && batches >= arguments_.batches;
  }

  void TellApplied(int lane, uint64_t number, const absl::Status& status,
                   const ApplyReport& report) {
    if (!status.ok()) _exit(Fail("a batch is refused", status));
    last_[static_cast<size_t>(lane)] = number;
    Tell(arguments_.ack_fd,
         {static_cast<uint32_t>(lane), relaxed() ? Ack::kApplied : Ack::kDurable, number,
          report.version});
  }

  Numbers Last() const {
    Numbers numbers{};
    for (size_t i = 0; i < numbers.size(); ++i) numbers[i] = last_[i];
    return numbers;
  }

  void TellFlushed(const Numbers& numbers) {
    for (uint32_t lane = 0; lane < kLanes; ++lane) {
      if (numbers[lane] == 0) continue;
      Tell(arguments_.ack_fd, {lane, Ack::kDurable, numbers[lane], 0});
    }
  }

  // One caller, one batch at a time.
  void WriteLane(int lane) {
    const uint64_t start = BatchesOf(*catalog_, lane);
    for (uint64_t i = 0; !Ends(i); ++i) {
      const uint64_t number = start + i + 1;
      ApplyReport report;
      absl::Status status = catalog_->Apply(LaneBatch(lane, number), &report);
      // It may be there all the same: then the second time changes nothing.
      while (!status.ok() && Is("stubborn")) {
        Sleep(100);
        status = catalog_->Apply(LaneBatch(lane, number), &report);
      }
      TellApplied(lane, number, status, report);
    }
  }

  void FlushNowAndThen(const std::atomic<bool>& done) {
    while (!done) {
      const Numbers numbers = Last();
      const absl::Status status = catalog_->Flush();
      if (!status.ok() && !Is("stubborn")) _exit(Fail("a flush fails", status));
      if (status.ok()) TellFlushed(numbers);
      Sleep(7'000);
    }
  }

  void WriteFromCallers() {
    std::vector<std::thread> callers;
    for (int lane = arguments_.first_lane; lane < end_lane(); ++lane) {
      callers.emplace_back([this, lane] { WriteLane(lane); });
    }
    std::atomic<bool> done{false};
    std::thread flusher;
    if (relaxed()) flusher = std::thread([&] { FlushNowAndThen(done); });
    for (std::thread& caller : callers) caller.join();
    done = true;
    if (flusher.joinable()) flusher.join();
  }

  void WriteAsync() {
    Numbers start{};
    for (int lane = arguments_.first_lane; lane < end_lane(); ++lane) {
      start[static_cast<size_t>(lane)] = BatchesOf(*catalog_, lane);
    }
    for (uint64_t i = 0; !Ends(i); ++i) {
      for (int lane = arguments_.first_lane; lane < end_lane(); ++lane) {
        PushOne(lane, start[static_cast<size_t>(lane)] + i + 1);
      }
    }
  }

  void PushOne(int lane, uint64_t number) {
    {
      std::unique_lock<std::mutex> lock(mutex_);
      fewer_.wait(lock, [&] { return in_flight_ < kMaxInFlight; });
      ++in_flight_;
    }
    const absl::Status pushed = catalog_->ApplyAsync(
        LaneBatch(lane, number),
        [this, lane, number](const absl::Status& status, const ApplyReport& report) {
          TellApplied(lane, number, status, report);
          std::lock_guard<std::mutex> lock(mutex_);
          --in_flight_;
          fewer_.notify_one();
        });
    if (!pushed.ok()) _exit(Fail("a batch is not taken", pushed));
  }

  const Arguments arguments_;
  std::unique_ptr<Catalog> catalog_;
  std::array<std::atomic<uint64_t>, kLanes> last_{};  // acknowledged, by lane
  std::mutex mutex_;                                  // of what follows
  std::condition_variable fewer_;
  uint64_t in_flight_ = 0;
};

}  // namespace
}  // namespace muster::durability

int main(int argc, char** argv) {
  if (argc != 7) {
    std::fprintf(stderr, "durability_writer: six arguments, as its source says\n");
    return 2;
  }
  const muster::durability::Arguments arguments{
      argv[1], std::atoi(argv[2]), std::atoi(argv[3]), std::strtoull(argv[4], nullptr, 10),
      argv[5], std::atoi(argv[6])};
  return muster::durability::Writer(arguments).Run();
}
