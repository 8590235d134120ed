// What does it cost to take a consistent version and to let go of it? With one
// reader and with two, while nobody writes, while a writer publishes a thousand
// times a second, and while it publishes as fast as it can. CPU time a call and
// thread: readers and writer share the cores, and the clock on the wall would
// count the neighbours.
#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <thread>
#include <type_traits>

#include "data/fail.h"
#include "data/hosts.h"
#include "data/program.h"
#include "muster/catalog.h"
#include "peers/snapshot_peers.h"

namespace muster_bench {
namespace {

constexpr size_t kHosts = 100000;

// A catalog whose writer puts the report of one random host a batch.
class MusterSource {
 public:
  explicit MusterSource(std::unique_ptr<muster::Catalog> catalog)
      : catalog_(std::move(catalog)), hosts_(MakeHosts(kHosts)) {
    muster::WriteBatch batch;
    for (const muster::Host& host : hosts_) batch.PutHost(host);
    Check(catalog_->Apply(batch), "Apply");
  }

  class Reader {
   public:
    explicit Reader(MusterSource& source) : catalog_(*source.catalog_) {}
    uint64_t TakeAndDrop() { return catalog_.snapshot().version(); }

   private:
    muster::Catalog& catalog_;
  };

  void Publish(uint64_t version) {
    const uint64_t random = Mix(version);
    muster::Host& host = hosts_[random % hosts_.size()];
    Report(host, Mix(random));
    muster::WriteBatch batch;
    batch.PutHost(host);
    Check(catalog_->Apply(batch), "Apply");
  }

 private:
  std::unique_ptr<muster::Catalog> catalog_;
  std::vector<muster::Host> hosts_;
};

// How often a writer publishes; 0 is as often as it can.
struct Pace {
  const char* name;
  bool writes;
  int per_second;
};
constexpr Pace kPaces[] = {{"none", false, 0}, {"1000", true, 1000}, {"full", true, 0}};

// Publishes in a thread of its own while it lives.
class Writer {
 public:
  Writer(std::function<void(uint64_t)> publish, int per_second)
      : publish_(std::move(publish)),
        interval_(per_second == 0 ? 0 : 1000000 / per_second),
        thread_([this] { Run(); }) {}
  ~Writer() { Stop(); }

  // Returns how many versions it published a second.
  double Stop() {
    if (!thread_.joinable()) return 0;
    stopped_.store(true, std::memory_order_relaxed);
    thread_.join();
    const std::chrono::duration<double> elapsed = Clock::now() - begin_;
    return static_cast<double>(count_) / elapsed.count();
  }

 private:
  using Clock = std::chrono::steady_clock;

  void Run() {
    static std::atomic<uint64_t> version = 1000;
    Clock::time_point next = begin_;
    while (!stopped_.load(std::memory_order_relaxed)) {
      publish_(++version);
      ++count_;
      next = std::max(next + interval_, Clock::now() - 10 * interval_);
      if (interval_.count() > 0) std::this_thread::sleep_until(next);
    }
  }

  const std::function<void(uint64_t)> publish_;
  const std::chrono::microseconds interval_;
  const Clock::time_point begin_ = Clock::now();
  std::atomic<bool> stopped_ = false;
  uint64_t count_ = 0;  // the thread's until it has ended
  std::thread thread_;  // last: it uses the others
};

template <typename Source>
void TakeSnapshots(benchmark::State& state, Source& source, const Pace& pace) {
  typename Source::Reader reader(source);
  std::unique_ptr<Writer> writer;
  if (pace.writes && state.thread_index() == 0) {
    writer =
        std::make_unique<Writer>([&source](uint64_t v) { source.Publish(v); }, pace.per_second);
  }
  for (auto _ : state) benchmark::DoNotOptimize(reader.TakeAndDrop());
  if (writer) state.counters["published_per_s"] = writer->Stop();
}

// That a reader sees what was published.
template <typename Source>
void CheckSource(const std::string& name, Source& source) {
  typename Source::Reader reader(source);
  const uint64_t before = reader.TakeAndDrop();
  for (uint64_t version = 1; version < 100; ++version) source.Publish(version);
  Check(reader.TakeAndDrop() == before + 99, name + " does not show what was published");
}

// A writer of bare pointers at full speed would replace millions a second, and
// nothing else would be measured: that pace is asked of Muster alone.
template <typename Source>
void Register(const std::string& name, Source* source) {
  CheckSource(name, *source);
  for (const Pace& pace : kPaces) {
    const bool full = pace.writes && pace.per_second == 0;
    if (full && !std::is_same_v<Source, MusterSource>) continue;
    for (const int threads : {1, 2}) {
      const std::string benchmark_name =
          "snapshots/writer:" + std::string(pace.name) + "/peer:" + name;
      benchmark::RegisterBenchmark(benchmark_name.c_str(), [source, &pace](auto& state) {
        TakeSnapshots(state, *source, pace);
      })->Threads(threads);
    }
  }
}

// A directory in memory, where the device does not hold the writer up; removed
// when the program ends.
class DirectoryInMemory {
 public:
  DirectoryInMemory() {
    if (mkdtemp(path_.data()) == nullptr) path_.clear();
  }
  ~DirectoryInMemory() {
    std::error_code error;
    if (!path_.empty()) std::filesystem::remove_all(path_, error);
  }
  const std::string& path() const { return path_; }  // "" where there is none

 private:
  std::string path_ = "/dev/shm/muster-bench-XXXXXX";
};

// The same engine on a file system in memory, its whole write path included; where
// there is none, over the store that lives in the process.
absl::StatusOr<std::unique_ptr<muster::Catalog>> OpenInMemory() {
  static const DirectoryInMemory directory;
  if (directory.path().empty()) return muster::Catalog::OpenInMemory();
  return muster::Catalog::Open(directory.path() + "/db");
}

void Define(const ProgramOptions& options) {
  auto durable = muster::Catalog::Open(options.directory + "/db");
  Check(durable.status(), "Catalog::Open");
  Register("muster", new MusterSource(*std::move(durable)));
  auto in_memory = OpenInMemory();
  Check(in_memory.status(), "a catalog in memory");
  Register("muster_in_memory", new MusterSource(*std::move(in_memory)));
  if (options.quick) return;
  const std::string directory = options.directory + "/renew";
  std::filesystem::create_directories(directory);
  Register("lmdb_renew", new LmdbRenew(directory));
  Register("atomic_shared_ptr", new AtomicSharedPtr);
  Register("locked_shared_ptr", new LockedSharedPtr);
  Register("bare_pointer", new BarePointer);
}

}  // namespace
}  // namespace muster_bench

int main(int argc, char** argv) {
  return muster_bench::RunProgram(argc, argv, muster_bench::Define);
}
