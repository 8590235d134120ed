// Compare and set: batches that require versions.
#include "engine/commit/fixture.h"

namespace muster {
namespace {

class RequireVersion : public CatalogTest {
 protected:
  RequireVersion() {
    Do([](WriteBatch& batch) {
      batch.PutHost(MakeHost("a"));
      batch.PutRootfs({"node"});
      batch.PutShape({"s-1", 1, 1024, 0});
      batch.PutUser({"usr_1"});
    });
    Do([](WriteBatch& batch) { batch.PutHost(MakeHost("b")); });
  }
};

TEST_F(RequireVersion, OfAListThatHasItLetsTheBatchThrough) {
  const uint64_t version = catalog_->snapshot().version(List::kHosts);
  Do([&](WriteBatch& batch) {
    batch.RequireVersion(List::kHosts, version);
    batch.DeleteHost("b");
  });
  EXPECT_EQ(catalog_->snapshot().version(List::kHosts), version + 1);
}

TEST_F(RequireVersion, OfAListThatMovedAborts) {
  const uint64_t version = catalog_->snapshot().version(List::kHosts);
  Do([](WriteBatch& batch) { batch.PutHost(MakeHost("c")); });
  const absl::Status status = Apply([&](WriteBatch& batch) {
    batch.DeleteHost("a");
    batch.RequireVersion(List::kHosts, version);
  });
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(Text(status), "the list hosts is of version 3, not 2: read it again");
  EXPECT_TRUE(catalog_->snapshot().FindHost("a").has_value());
}

TEST_F(RequireVersion, OfAnEntryIsThatOfTheBatchThatChangedItLast) {
  EXPECT_EQ(catalog_->snapshot().FindHost("a")->version, 1u);
  EXPECT_EQ(catalog_->snapshot().FindHost("b")->version, 2u);
  EXPECT_EQ(catalog_->snapshot().FindRootfs("node")->version, 1u);
  EXPECT_EQ(catalog_->snapshot().FindShape("s-1")->version, 1u);
  Do([](WriteBatch& batch) {
    batch.SetHostStatus("a", HostStatus::kDraining);
    batch.SetDisabled(List::kRootfs, "node", true);
    batch.PutShape({"s-1", 2, 1024, 0});
  });
  EXPECT_EQ(catalog_->snapshot().FindHost("a")->version, 3u);
  EXPECT_EQ(catalog_->snapshot().FindHost("b")->version, 2u);
  EXPECT_EQ(catalog_->snapshot().FindRootfs("node")->version, 3u);
  EXPECT_EQ(catalog_->snapshot().FindShape("s-1")->version, 3u);
}

TEST_F(RequireVersion, OfAnEntryThatIsPutAsItIsStays) {
  Do([](WriteBatch& batch) {
    batch.PutHost(MakeHost("a"));
    batch.PutHost(MakeHost("c"));
  });
  EXPECT_EQ(catalog_->snapshot().FindHost("a")->version, 1u);
}

TEST_F(RequireVersion, OfAnEntryThatHasItLetsTheBatchThrough) {
  const Host host = *catalog_->snapshot().FindHost("a");
  Do([&](WriteBatch& batch) {
    batch.RequireVersion(List::kHosts, "a", host.version);
    batch.SetHostStatus("a", HostStatus::kDraining);
  });
  EXPECT_EQ(catalog_->snapshot().FindHost("a")->status, HostStatus::kDraining);
}

TEST_F(RequireVersion, OfAnEntryThatMovedAborts) {
  const Host host = *catalog_->snapshot().FindHost("a");
  Do([](WriteBatch& batch) { batch.SetHostStatus("a", HostStatus::kDraining); });
  const absl::Status status = Apply([&](WriteBatch& batch) {
    batch.RequireVersion(List::kHosts, "a", host.version);
    batch.DeleteHost("a");
  });
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(Text(status), "the host a is of version 3, not 1: read it again");
  EXPECT_TRUE(catalog_->snapshot().FindHost("a").has_value());
}

TEST_F(RequireVersion, OfAnEntryThatIsGoneAborts) {
  Do([](WriteBatch& batch) { batch.DeleteHost("a"); });
  const absl::Status status =
      Apply([&](WriteBatch& batch) { batch.RequireVersion(List::kHosts, "a", 1); });
  EXPECT_EQ(Text(status), "the host a is not there: read it again");
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
}

TEST_F(RequireVersion, ZeroOfAnEntryMeansThatItMustNotBeThere) {
  Do([](WriteBatch& batch) {
    batch.RequireVersion(List::kHosts, "new", 0);
    batch.PutHost(MakeHost("new"));
  });
  const absl::Status status = Apply([](WriteBatch& batch) {
    batch.RequireVersion(List::kHosts, "new", 0);
    batch.PutHost(MakeHost("new"));
  });
  EXPECT_EQ(Text(status), "the host new is there already: read it again");
}

TEST_F(RequireVersion, IsLookedAtBeforeTheBatchsOwnChanges) {
  Do([](WriteBatch& batch) {
    batch.SetHostStatus("a", HostStatus::kDead);
    batch.RequireVersion(List::kHosts, "a", 1);
  });
  EXPECT_EQ(catalog_->snapshot().FindHost("a")->status, HostStatus::kDead);
}

TEST_F(RequireVersion, OfAUserIsThatOfItsLastChange) {
  EXPECT_EQ(*catalog_->UserVersion("usr_1"), 1u);
  EXPECT_EQ(*catalog_->UserVersion("nobody"), 0u);
  Do([](WriteBatch& batch) { batch.SetUserStats("usr_1", {1, 0, 0, 1}); });
  EXPECT_EQ(*catalog_->UserVersion("usr_1"), 3u);
  EXPECT_EQ(
      Apply([](WriteBatch& batch) { batch.RequireVersion(List::kUsers, "usr_1", 1); }).code(),
      absl::StatusCode::kAborted);
}

TEST_F(RequireVersion, OfAnotherListIsAFaultOfTheBatch) {
  WriteBatch users, keys;
  users.RequireVersion(List::kUsers, 1);
  keys.RequireVersion(List::kApiKeys, "key", 1);
  EXPECT_EQ(users.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(keys.status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace muster
