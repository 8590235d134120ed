// The most that a store can hold.
#include <atomic>
#include <thread>

#include "engine/store/fixture.h"

namespace muster::store {
namespace {

Options WithMap(size_t bytes) {
  Options options;
  options.map_size_bytes = bytes;
  return options;
}

constexpr size_t kMiB = size_t{1} << 20;

// Commits values of 100 kB until it is refused or has put `most`.
absl::Status Fill(Store& store, int most) {
  for (int i = 0; i < most; ++i) {
    absl::Status status =
        PutOne(store, Table::kHosts, std::to_string(i), std::string(100'000, 'x'));
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

TEST(MapSize, BoundsTheStore) {
  TempDir dir;
  const auto store = *OpenLmdb(dir / "db", WithMap(kMiB));
  const absl::Status status = Fill(*store, 40);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(MessageOf(status), "the store is full: raise max_map_size_bytes");
}

TEST(MapSize, ThatIsFullLeavesTheStoreReadable) {
  TempDir dir;
  const auto store = *OpenLmdb(dir / "db", WithMap(kMiB));
  ASSERT_FALSE(Fill(*store, 40).ok());
  EXPECT_EQ(Value(*store, Table::kHosts, "0")->size(), 100'000u);
  EXPECT_TRUE(store->Probe().ok());
}

TEST(MapSize, ThatIsFullLeavesRoomForWhatIsSmall) {
  TempDir dir;
  const auto store = *OpenLmdb(dir / "db", WithMap(kMiB));
  ASSERT_FALSE(Fill(*store, 40).ok());
  EXPECT_TRUE(PutOne(*store, Table::kHosts, "small", "v").ok());
}

TEST(MapSize, MayBeRaised) {
  TempDir dir;
  ASSERT_FALSE(Fill(**OpenLmdb(dir / "db", WithMap(kMiB)), 40).ok());
  EXPECT_TRUE(Fill(**OpenLmdb(dir / "db", WithMap(16 * kMiB)), 40).ok());
}

TEST(MapSize, IsTheLargestThatWasEverGiven) {
  TempDir dir;
  ASSERT_TRUE(Fill(**OpenLmdb(dir / "db", WithMap(16 * kMiB)), 1).ok());
  EXPECT_TRUE(Fill(**OpenLmdb(dir / "db", WithMap(kMiB)), 40).ok());
}

TEST(MapSize, NeedNotBeWholePages) {
  TempDir dir;
  EXPECT_TRUE(Fill(**OpenLmdb(dir / "db", WithMap(kMiB + 1)), 5).ok());
}

// Commits as whoever uses a store does: makes room where there is none.
absl::Status PutWithRoom(Store& store, std::string_view key, std::string_view value) {
  for (;;) {
    absl::Status status = PutOne(store, Table::kHosts, key, value);
    if (!absl::IsResourceExhausted(status)) return status;
    status = store.MakeRoom();
    if (!status.ok()) return status;
  }
}

TEST(MakeRoom, LetsAStoreGrowBeyondWhereItsMapBegan) {
  TempDir dir;
  const auto store = *OpenLmdb(dir / "db", WithMap(kMiB));
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(PutWithRoom(*store, std::to_string(i), std::string(100'000, 'x')).ok()) << i;
  }
  EXPECT_EQ(Value(*store, Table::kHosts, "0")->size(), 100'000u);
  EXPECT_EQ(Value(*store, Table::kHosts, "99")->size(), 100'000u);
}

TEST(MakeRoom, IsEnoughAtOnceForOneBigValue) {
  TempDir dir;
  const auto store = *OpenLmdb(dir / "db", WithMap(kMiB));
  const std::string big(40 * kMiB, 'x');
  ASSERT_FALSE(PutOne(*store, Table::kHosts, "big", big).ok());
  ASSERT_TRUE(store->MakeRoom().ok());
  EXPECT_TRUE(PutOne(*store, Table::kHosts, "big", big).ok());
}

TEST(MakeRoom, IsBounded) {
  TempDir dir;
  Options options = WithMap(kMiB);
  options.max_map_size_bytes = 3 * kMiB + 1;
  const auto store = *OpenLmdb(dir / "db", options);
  absl::Status status;
  int count = 0;
  for (; count < 100 && status.ok(); ++count) {
    status = PutWithRoom(*store, std::to_string(count), std::string(100'000, 'x'));
  }
  EXPECT_EQ(MessageOf(status), "the store is full: raise max_map_size_bytes");
  EXPECT_GE(count, 25);
  EXPECT_LE(count, 31);
  EXPECT_TRUE(PutOne(*store, Table::kHosts, "small", "v").ok());
}

TEST(MakeRoom, ASmallerBoundCountsForWhereTheMapBeginsToo) {
  TempDir dir;
  Options options;
  options.max_map_size_bytes = kMiB;
  const auto store = *OpenLmdb(dir / "db", options);
  EXPECT_FALSE(Fill(*store, 40).ok());
  EXPECT_FALSE(store->MakeRoom().ok());
}

TEST(MakeRoom, WaitsForReadersOfThisProcess) {
  TempDir dir;
  const auto store = *OpenLmdb(dir / "db", WithMap(kMiB));
  ASSERT_FALSE(Fill(*store, 40).ok());
  auto reader = *store->BeginRead();
  std::atomic<bool> ending{false}, overtaken{false};
  std::thread writer([&] {
    EXPECT_TRUE(store->MakeRoom().ok());
    overtaken = !ending;
  });
  EXPECT_EQ(Value(*reader, Table::kHosts, "0")->size(), 100'000u);
  ending = true;
  reader.reset();
  writer.join();
  EXPECT_FALSE(overtaken);
  EXPECT_TRUE(Fill(*store, 15).ok());
}

TEST(MakeRoom, IsSharedByThreadsThatFailedTogether) {
  TempDir dir;
  const auto store = *OpenLmdb(dir / "db", WithMap(kMiB));
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) {
        const std::string key = std::to_string(t) + "/" + std::to_string(i);
        EXPECT_TRUE(PutWithRoom(*store, key, std::string(50'000, 'x')).ok());
        EXPECT_EQ(Value(*store, Table::kHosts, key)->size(), 50'000u);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace muster::store
