// Two catalogs over one store, as of two processes.
#ifndef MUSTER_TESTS_ENGINE_COMMIT_CATCH_UP_FIXTURE_H_
#define MUSTER_TESTS_ENGINE_COMMIT_CATCH_UP_FIXTURE_H_

#include <memory>
#include <string>
#include <thread>

#include "engine/commit/fixture.h"
#include "engine/commit/shared_store.h"
#include "store/memory/memory_store.h"

namespace muster {

class CatchUp : public testing::Test {
 protected:
  CatchUp() : ours_(Open(&watch_)), theirs_(Open(&their_watch_)) {}

  std::unique_ptr<Catalog> Open(Watch* watch) {
    auto catalog = Catalog::Open(std::make_unique<SharedStore>(store_, watch));
    EXPECT_TRUE(catalog.ok()) << catalog.status();
    return *std::move(catalog);
  }

  template <typename Fill>
  static void Apply(Catalog& catalog, const Fill& fill) {
    WriteBatch batch;
    fill(batch);
    const absl::Status status = catalog.Apply(batch);
    ASSERT_TRUE(status.ok()) << status;
  }

  static Host MakeHost(int number, int64_t free_mib = 0) {
    return {"host-" + std::to_string(number), HostStatus::kActive, free_mib, 1, {"node"}};
  }
  static void PutHosts(Catalog& catalog, int count, int64_t free_mib = 0) {
    Apply(catalog, [&](WriteBatch& batch) {
      for (int i = 0; i < count; ++i) batch.PutHost(MakeHost(i, free_mib));
    });
  }
  static int64_t FreeMib(Catalog& catalog, int number) {
    return catalog.snapshot().FindHost(MakeHost(number).id)->free_mib;
  }

  // Takes snapshots until one satisfies; in vain after a minute.
  template <typename Condition>
  bool ShowsAtLast(const Condition& condition) {
    for (int i = 0; i < 60000; ++i) {
      if (condition(ours_->snapshot())) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return false;
  }

  static void ExpectSame(const Snapshot& a, const Snapshot& b) {
    EXPECT_EQ(a.version(), b.version());
    for (List list : {List::kShapes, List::kRootfs, List::kHosts}) {
      EXPECT_EQ(a.version(list), b.version(list));
      EXPECT_EQ(a.etag(list), b.etag(list));
    }
    EXPECT_EQ(a.AllShapes(), b.AllShapes());
    EXPECT_EQ(a.AllRootfses(), b.AllRootfses());
    EXPECT_EQ(a.AllHosts(), b.AllHosts());
    EXPECT_EQ(a.RenderedRootfses(), b.RenderedRootfses());
    EXPECT_EQ(a.RenderedShapes(500).rows.ToString(), b.RenderedShapes(500).rows.ToString());
    const int64_t total = b.RenderedHosts().total;
    EXPECT_EQ(a.RenderedHosts().total, total);
    for (int64_t offset = 0; offset < total; offset += 500) {
      EXPECT_EQ(a.RenderedHosts(500, offset).rows.ToString(),
                b.RenderedHosts(500, offset).rows.ToString());
    }
  }

  Watch watch_, their_watch_;
  const std::shared_ptr<Store> store_ = store::NewMemoryStore();
  std::unique_ptr<Catalog> ours_, theirs_;
};

// Puts something that is no record in the place of one.
inline void Damage(Store& store, Table table, const std::string& key) {
  auto transaction = *store.BeginWrite();
  ASSERT_TRUE(transaction->Put(table, key, "not a record").ok());
  ASSERT_TRUE(transaction->Commit().ok());
}

inline std::string NewestKey(Store& store, Table table) {
  std::string newest;
  EXPECT_TRUE((*store.BeginRead())
                  ->Scan(table, {},
                         [&](std::string_view key, std::string_view) {
                           newest = std::string(key);
                           return true;
                         })
                  .ok());
  return newest;
}

}  // namespace muster

#endif  // MUSTER_TESTS_ENGINE_COMMIT_CATCH_UP_FIXTURE_H_
