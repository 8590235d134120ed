// One test for each way in which a reader could see what it must not.
#include <atomic>
#include <thread>
#include <vector>

#include "engine/commit/fixture.h"

namespace muster {
namespace {

class IsolationTest : public CatalogTest {
 protected:
  void PutHosts(int64_t free_mib) {
    Do([&](WriteBatch& batch) {
      for (const char* id : {"a", "b", "c"}) {
        batch.PutHost({id, HostStatus::kActive, free_mib, 0});
      }
    });
  }
};

TEST_F(IsolationTest, NoDirtyReadOfABatchThatFails) {
  const absl::Status status = Apply([](WriteBatch& batch) {
    batch.PutHost(MakeHost("h"));
    batch.SetDefaultRootfs("not there");
  });
  EXPECT_FALSE(status.ok());
  EXPECT_EQ(catalog_->snapshot().Hosts().total, 0);
}

TEST_F(IsolationTest, ReadsOfASnapshotRepeat) {
  PutHosts(1);
  const Snapshot snapshot = catalog_->snapshot();
  const std::string before = snapshot.RenderedHosts().rows.ToString();
  const std::string tag(snapshot.etag(List::kHosts));
  PutHosts(2);
  EXPECT_EQ(snapshot.RenderedHosts().rows.ToString(), before);
  EXPECT_EQ(snapshot.etag(List::kHosts), tag);
}

TEST_F(IsolationTest, NoPhantomsInASnapshot) {
  PutHosts(1);
  const Snapshot snapshot = catalog_->snapshot();
  Do([](WriteBatch& batch) { batch.PutHost(MakeHost("d")); });
  EXPECT_EQ(snapshot.Hosts().total, 3);
  EXPECT_FALSE(snapshot.FindHost("d"));
}

TEST_F(IsolationTest, OneSnapshotIsOneVersionAcrossLists) {
  Do([](WriteBatch& batch) {
    batch.PutRootfs({"node"});
    batch.PutHost(MakeHost("h", {"node"}));
  });
  const Snapshot before = catalog_->snapshot();
  Do([](WriteBatch& batch) {
    batch.SetDisabled(List::kRootfs, "node", true);
    batch.PutShape({"s", 1, 1, 1});
  });
  const Snapshot after = catalog_->snapshot();
  EXPECT_EQ(before.Hosts().items[0].rootfses.size(), before.Rootfses().names.size());
  EXPECT_EQ(after.Hosts().items[0].rootfses.size(), after.Rootfses().names.size());
  EXPECT_EQ(before.Shapes().total, 0);
  EXPECT_EQ(after.Shapes().total, 1);
}

TEST_F(IsolationTest, AnAppliedBatchIsInEverySnapshotTakenAfterwards) {
  for (int64_t i = 0; i < 100; ++i) {
    PutHosts(i);
    EXPECT_EQ(catalog_->snapshot().FindHost("b")->free_mib, i);
    std::thread([&] { EXPECT_EQ(catalog_->snapshot().FindHost("c")->free_mib, i); }).join();
  }
}

// A batch gives three hosts the same number; a torn read would see two numbers.
TEST_F(IsolationTest, NoTornBatchesWhileWritersAndReadersRun) {
  PutHosts(0);
  std::atomic<bool> end{false};
  std::vector<std::thread> readers;
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back([&] {
      uint64_t last = 0;
      while (!end) {
        const Snapshot snapshot = catalog_->snapshot();
        const auto hosts = snapshot.Hosts().items;
        ASSERT_EQ(hosts.size(), 3u);
        ASSERT_EQ(hosts[0].free_mib, hosts[1].free_mib);
        ASSERT_EQ(hosts[0].free_mib, hosts[2].free_mib);
        ASSERT_GE(snapshot.version(), last);
        last = snapshot.version();
      }
    });
  }
  std::vector<std::thread> writers;
  for (int64_t w = 1; w <= 2; ++w) {
    writers.emplace_back([&, w] {
      for (int64_t i = 0; i < 500; ++i) PutHosts(1000 * w + i);
    });
  }
  for (std::thread& writer : writers) writer.join();
  end = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(catalog_->snapshot().version(), 1001u) << "no batch was lost";
}

}  // namespace
}  // namespace muster
