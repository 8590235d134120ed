// Versions and tags: a list's tag changes if and only if some answer of the list
// can have changed.
#include "engine/commit/fixture.h"

namespace muster {
namespace {

class VersionsTest : public CatalogTest {
 protected:
  VersionsTest() {
    Do([](WriteBatch& batch) {
      batch.PutShape({"s-1", 1, 256, 10240});
      batch.PutRootfs({"node"});
      batch.PutRootfs({"custom"});
      batch.PutHost(MakeHost("a", {"node"}));
      batch.PutHost(MakeHost("b"));
      Host hidden = MakeHost("hidden", {"node"});
      hidden.disabled = true;
      batch.PutHost(hidden);
      batch.PutUser({"usr_1"});
    });
  }

  struct Tags {
    std::string shapes, rootfs, hosts;
    bool operator==(const Tags&) const = default;
  };
  Tags Now() {
    const Snapshot s = catalog_->snapshot();
    return {std::string(s.etag(List::kShapes)), std::string(s.etag(List::kRootfs)),
            std::string(s.etag(List::kHosts))};
  }
};

TEST_F(VersionsTest, ATagIsQuotedAndStrong) {
  const std::string tag = Now().hosts;
  EXPECT_EQ(tag.front(), '"');
  EXPECT_EQ(tag.back(), '"');
  EXPECT_EQ(tag.find_first_not_of("0123456789abcdef-", 2), tag.size() - 1);
}

TEST_F(VersionsTest, TheListsNeverShareATag) {
  const Tags tags = Now();
  EXPECT_NE(tags.shapes, tags.hosts);
  EXPECT_NE(tags.rootfs, tags.hosts);
  EXPECT_NE(tags.shapes, tags.rootfs);
}

TEST_F(VersionsTest, EachBatchThatChangesSomethingIsOneVersion) {
  const uint64_t before = catalog_->snapshot().version();
  Do([](WriteBatch& batch) {
    batch.PutHost(MakeHost("c"));
    batch.PutHost(MakeHost("d"));
  });
  EXPECT_EQ(catalog_->snapshot().version(), before + 1);
}

TEST_F(VersionsTest, ABatchThatChangesNothingIsNoVersion) {
  const uint64_t before = catalog_->snapshot().version();
  Do([](WriteBatch& batch) {
    batch.PutHost(MakeHost("b"));
    batch.DeleteHost("not there");
    batch.PutUser({"usr_1"});
  });
  Do([](WriteBatch&) {});
  EXPECT_EQ(catalog_->snapshot().version(), before);
}

TEST_F(VersionsTest, AChangedHostChangesTheTagOfHostsAlone) {
  const Tags before = Now();
  Do([](WriteBatch& batch) { batch.SetHostStatus("a", HostStatus::kDraining); });
  const Tags after = Now();
  EXPECT_NE(after.hosts, before.hosts);
  EXPECT_EQ(after.shapes, before.shapes);
  EXPECT_EQ(after.rootfs, before.rootfs);
}

TEST_F(VersionsTest, AChangeToAHiddenHostChangesNoTag) {
  const Tags before = Now();
  Do([](WriteBatch& batch) { batch.SetHostStatus("hidden", HostStatus::kDead); });
  EXPECT_EQ(Now(), before);
  EXPECT_EQ(catalog_->snapshot().FindHost("hidden")->status, HostStatus::kDead);
}

TEST_F(VersionsTest, HidingAHostChangesTheTag) {
  const Tags before = Now();
  Do([](WriteBatch& batch) { batch.SetDisabled(List::kHosts, "a", true); });
  EXPECT_NE(Now().hosts, before.hosts);
}

TEST_F(VersionsTest, DisablingARootfsChangesHostsWhereOneNamesIt) {
  const Tags before = Now();
  Do([](WriteBatch& batch) { batch.SetDisabled(List::kRootfs, "node", true); });
  EXPECT_NE(Now().hosts, before.hosts);
  EXPECT_TRUE(catalog_->snapshot().Hosts().items[0].rootfses.empty());
  const Tags between = Now();
  Do([](WriteBatch& batch) { batch.SetDisabled(List::kRootfs, "node", false); });
  EXPECT_NE(Now().hosts, between.hosts);
  EXPECT_EQ(catalog_->snapshot().Hosts().items[0].rootfses.size(), 1u);
}

TEST_F(VersionsTest, DisablingARootfsThatNoHostShowsLeavesHostsAlone) {
  const Tags before = Now();
  Do([](WriteBatch& batch) { batch.SetDisabled(List::kRootfs, "custom", true); });
  EXPECT_EQ(Now().hosts, before.hosts);
  EXPECT_NE(Now().rootfs, before.rootfs);
}

TEST_F(VersionsTest, DeletingADisabledRootfsShowsItsNameOnHostsAgain) {
  Do([](WriteBatch& batch) { batch.SetDisabled(List::kRootfs, "node", true); });
  const Tags before = Now();
  Do([](WriteBatch& batch) { batch.DeleteRootfs("node"); });
  EXPECT_NE(Now().hosts, before.hosts) << "an unknown name is a custom image";
  EXPECT_EQ(Now().rootfs, before.rootfs) << "it was hidden already";
}

TEST_F(VersionsTest, UsersAndKeysChangeNoTag) {
  const Tags before = Now();
  const uint64_t version = catalog_->snapshot().version();
  Do([](WriteBatch& batch) { batch.CreateApiKey("usr_1"); });
  Do([](WriteBatch& batch) { batch.SetUserStats("usr_1", {1, 0, 0, 1}); });
  EXPECT_EQ(Now(), before);
  EXPECT_EQ(catalog_->snapshot().version(), version + 2);
}

TEST_F(VersionsTest, AListThatIsPutBackHasTheBytesButNotTheTag) {
  const Tags before = Now();
  Do([](WriteBatch& batch) { batch.SetHostStatus("a", HostStatus::kDraining); });
  Do([](WriteBatch& batch) { batch.SetHostStatus("a", HostStatus::kActive); });
  EXPECT_NE(Now().hosts, before.hosts);
}

TEST_F(VersionsTest, AListThatABatchPutsBackItselfKeepsItsTag) {
  const Tags before = Now();
  Do([](WriteBatch& batch) {
    batch.DeleteHost("a");
    batch.PutHost(MakeHost("a", {"node"}));
  });
  EXPECT_EQ(Now(), before);
}

TEST_F(VersionsTest, TwoStoresNeverShareATag) {
  const auto other = *Catalog::OpenInMemory();
  EXPECT_NE(other->snapshot().etag(List::kHosts),
            (*Catalog::OpenInMemory())->snapshot().etag(List::kHosts));
}

}  // namespace
}  // namespace muster
