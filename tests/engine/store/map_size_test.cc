// The most that a store can hold.
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
  EXPECT_EQ(MessageOf(status), "the store is full: raise map_size_bytes");
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

}  // namespace
}  // namespace muster::store
