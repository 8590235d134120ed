// Snapshots among threads that come and go, and beside a writer at full speed.
#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "engine/commit/fixture.h"
#include "view/publisher.h"

namespace muster {
namespace {

constexpr int kHosts = 300;

// Every list tells the number of the batch that wrote it, in each of its rows.
class SnapshotThreads : public CatalogTest {
 protected:
  SnapshotThreads() { WriteAll(0); }

  void WriteAll(int64_t number) {
    WriteBatch batch;
    Rootfs rootfs;
    rootfs.name = "node";
    rootfs.description = std::to_string(number);
    batch.PutRootfs(rootfs);
    for (int i = 0; i < 60; ++i) {
      batch.PutShape({"s-" + std::to_string(i), 1, 1 + number, 10240});
    }
    for (int i = 0; i < kHosts; ++i) {
      batch.PutHost({std::to_string(1000 + i), HostStatus::kActive, number, i, {"node"}});
    }
    const absl::Status status = catalog_->Apply(batch);
    ASSERT_TRUE(status.ok()) << status;
  }

  // The number that all of a snapshot's rows have.
  static int64_t ReadAll(const Snapshot& snapshot) {
    const int64_t number = std::stoll(snapshot.FindRootfs("node")->description);
    int64_t hosts = 0;
    for (int64_t offset = 0; offset < kHosts; offset += 70) {
      for (const Host& host : snapshot.Hosts(70, offset).items) {
        EXPECT_EQ(host.free_mib, number);
        EXPECT_EQ(host.vm_count, hosts);
        ++hosts;
      }
    }
    EXPECT_EQ(hosts, kHosts);
    const Page<Shape> shapes = snapshot.Shapes(500);
    EXPECT_EQ(shapes.items.size(), 60u);
    for (const Shape& shape : shapes.items) EXPECT_EQ(shape.mem_mib, 1 + number);
    EXPECT_EQ(snapshot.Rootfses().entries.at(0).description, std::to_string(number));
    return number;
  }

  // Every page of a snapshot as clients get it, one after another.
  static std::string Bytes(const Snapshot& snapshot) {
    std::string bytes(snapshot.RenderedRootfses());
    for (int64_t offset = 0; offset < kHosts; offset += 50) {
      bytes += snapshot.RenderedShapes(50, offset).rows.ToString();
      bytes += snapshot.RenderedHosts(50, offset).rows.ToString();
    }
    return bytes;
  }
};

TEST_F(SnapshotThreads, NeverSeeTwoBatchesInOneSnapshot) {
  std::atomic<bool> end{false};
  std::mutex mutex;
  std::map<uint64_t, std::string> bytes_of;  // by version
  std::vector<std::thread> readers;
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back([&] {
      int64_t last = 0;
      while (!end) {
        const Snapshot snapshot = catalog_->snapshot();
        const int64_t number = ReadAll(snapshot);
        ASSERT_GE(number, last);
        last = number;
        std::string bytes = Bytes(snapshot);
        const std::lock_guard<std::mutex> lock(mutex);
        const auto [known, added] = bytes_of.emplace(snapshot.version(), std::move(bytes));
        ASSERT_EQ(known->second, added ? known->second : Bytes(snapshot));
        if (bytes_of.size() > 100) bytes_of.erase(bytes_of.begin());
      }
    });
  }
  for (int64_t number = 1; number <= 150; ++number) WriteAll(number);
  end = true;
  for (std::thread& reader : readers) reader.join();
}

TEST_F(SnapshotThreads, AreMadeAndEndedAllTheTimeWithoutARegistration) {
  std::atomic<bool> end{false};
  std::thread writer([&] {
    for (int64_t number = 1; !end; ++number) WriteAll(number);
  });
  for (int round = 0; round < 100; ++round) {
    std::vector<std::thread> readers;
    for (int i = 0; i < 4; ++i) {
      readers.emplace_back([this] {
        const Snapshot first = catalog_->snapshot();
        const int64_t number = ReadAll(first);
        EXPECT_GE(ReadAll(catalog_->snapshot()), number);
        EXPECT_EQ(ReadAll(first), number);
      });
    }
    for (std::thread& reader : readers) reader.join();
  }
  end = true;
  writer.join();
  WriteAll(0);
  EXPECT_EQ(view::RetiredViewCount(), 0u);
}

// One thread takes them, others drop them, and the taker has ended by then.
TEST_F(SnapshotThreads, MayDropWhatAnotherHasTaken) {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::pair<int64_t, Snapshot>> queue;
  bool end = false;
  std::vector<std::thread> droppers;
  for (int i = 0; i < 2; ++i) {
    droppers.emplace_back([&] {
      for (;;) {
        std::unique_lock<std::mutex> lock(mutex);
        changed.wait(lock, [&] { return end || !queue.empty(); });
        if (queue.empty()) return;
        const std::pair<int64_t, Snapshot> taken = std::move(queue.front());
        queue.pop_front();
        lock.unlock();
        EXPECT_EQ(ReadAll(taken.second), taken.first);
      }
    });
  }
  for (int64_t number = 1; number <= 100; ++number) {
    WriteAll(number);
    std::thread([&] {
      for (int i = 0; i < 3; ++i) {
        const std::lock_guard<std::mutex> lock(mutex);
        queue.emplace_back(number, catalog_->snapshot());
        changed.notify_one();
      }
    }).join();
  }
  {
    const std::lock_guard<std::mutex> lock(mutex);
    end = true;
    changed.notify_all();
  }
  for (std::thread& dropper : droppers) dropper.join();
  WriteAll(0);
  EXPECT_EQ(view::RetiredViewCount(), 0u);
}

// A snapshot that lives as long as its thread is dropped after the thread's
// slots were given back.
TEST_F(SnapshotThreads, MayDropFromTheDestructorOfAThreadLocal) {
  for (int64_t number = 1; number < 20; ++number) {
    std::thread([&] {
      thread_local Snapshot kept;
      kept = catalog_->snapshot();
      catalog_->snapshot();
      EXPECT_EQ(ReadAll(kept), number - 1);
    }).join();
    WriteAll(number);
    EXPECT_EQ(view::RetiredViewCount(), 0u);
  }
}

TEST_F(SnapshotThreads, MayDropWhenTheCatalogIsClosedAndGone) {
  std::vector<Snapshot> snapshots;
  for (int64_t number = 1; number <= 20; ++number) {
    std::thread([&] { snapshots.push_back(catalog_->snapshot()); }).join();
    snapshots.push_back(catalog_->snapshot());
    WriteAll(number);
  }
  ASSERT_TRUE(catalog_->Close().ok());
  snapshots.push_back(catalog_->snapshot());
  EXPECT_EQ(ReadAll(snapshots.back()), 20);
  catalog_.reset();
  EXPECT_EQ(view::RetiredViewCount(), 21u);
  // Two threads at once drop each of a view's two snapshots: the last one frees it.
  std::vector<std::thread> droppers;
  for (size_t start : {0, 1}) {
    droppers.emplace_back([&snapshots, start] {
      for (size_t i = start; i + 1 < snapshots.size(); i += 2) {
        EXPECT_EQ(ReadAll(snapshots[i]), static_cast<int64_t>(i / 2));
        snapshots[i] = Snapshot();
      }
    });
  }
  for (std::thread& dropper : droppers) dropper.join();
  EXPECT_EQ(view::RetiredViewCount(), 1u);
  snapshots.clear();
  EXPECT_EQ(view::RetiredViewCount(), 0u);
}

}  // namespace
}  // namespace muster
