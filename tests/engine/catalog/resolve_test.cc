// What a handler that creates sandboxes asks for, and the pages of a snapshot.
#include "engine/commit/fixture.h"

namespace muster {
namespace {

class SnapshotTest : public CatalogTest {
 protected:
  SnapshotTest() {
    Do([](WriteBatch& batch) {
      batch.PutShape({"s-1", 1, 256, 10240});
      batch.PutShape({"s-old", 1, 128, 10240, std::nullopt, true});
      batch.PutRootfs({"devbox:1", "", false, "", true});
      batch.PutRootfs({"node", "", false, "", false, true});
      for (int i = 0; i < 600; ++i) {
        batch.PutHost({"h" + std::to_string(1000 + i), HostStatus::kActive, i, 0, {"node"}});
      }
    });
  }
  Snapshot Now() { return catalog_->snapshot(); }
};

TEST_F(SnapshotTest, AShapeThatMayBeUsedIsResolved) {
  EXPECT_EQ(Now().ResolveShape("s-1")->mem_mib, 256);
}

TEST_F(SnapshotTest, AShapeThatMayNotBeUsedIsNamed) {
  EXPECT_EQ(Now().ResolveShape("s-bad").status(), absl::NotFoundError("unknown shape: s-bad"));
  EXPECT_EQ(Now().ResolveShape("s-old").status(),
            absl::FailedPreconditionError("disabled shape: s-old"));
}

TEST_F(SnapshotTest, AnUnknownNameIsShownOnOneLine) {
  EXPECT_EQ(Text(Now().ResolveShape("a\nb").status()), "unknown shape: a\\x0ab");
}

TEST_F(SnapshotTest, NoRootfsMeansTheDefault) {
  EXPECT_EQ(Now().ResolveRootfs()->name, "devbox:1");
  EXPECT_EQ(Now().ResolveRootfs("")->name, "devbox:1");
}

TEST_F(SnapshotTest, ARootfsThatMayNotBeUsedIsNamed) {
  EXPECT_EQ(Now().ResolveRootfs("x").status(), absl::NotFoundError("unknown rootfs: x"));
  EXPECT_EQ(Now().ResolveRootfs("node").status(),
            absl::FailedPreconditionError("disabled rootfs: node"));
}

TEST_F(SnapshotTest, WithNoRootfsEnabledThereIsNoDefault) {
  Do([](WriteBatch& batch) { batch.SetDisabled(List::kRootfs, "devbox:1", true); });
  EXPECT_EQ(Now().ResolveRootfs().status(),
            absl::FailedPreconditionError("no rootfs is enabled"));
}

TEST_F(SnapshotTest, APageHasItsPlaceInTheList) {
  const auto page = Now().Hosts(2, 599);
  ASSERT_EQ(page.items.size(), 1u);
  EXPECT_EQ(page.items[0].id, "h1599");
  EXPECT_EQ(page.total, 600);
  EXPECT_EQ(page.limit, 2);
  EXPECT_EQ(page.offset, 599);
}

TEST_F(SnapshotTest, APagePastTheEndIsEmptyAndKnowsTheTotal) {
  const auto page = Now().Hosts(50, 9007199254740991);
  EXPECT_TRUE(page.items.empty());
  EXPECT_EQ(page.total, 600);
  EXPECT_EQ(Now().RenderedHosts(50, 600).count, 0);
}

TEST_F(SnapshotTest, LimitsAndOffsetsAreBroughtIntoBounds) {
  EXPECT_EQ(Now().Hosts(0, -5).items.size(), 1u);
  EXPECT_EQ(Now().Hosts(100000, 0).items.size(), 500u);
  EXPECT_EQ(Now().RenderedHosts(100000, 0).limit, 500);
}

TEST_F(SnapshotTest, APageOfHostsIsWithoutDisabledRootfsesButALookUpHasThem) {
  EXPECT_TRUE(Now().Hosts().items[0].rootfses.empty());
  EXPECT_EQ(Now().FindHost("h1000")->rootfses.size(), 1u);
}

TEST_F(SnapshotTest, RenderedPagesHoldTheRowsOfTypedOnes) {
  const auto rendered = Now();
  const auto page = rendered.RenderedShapes();
  EXPECT_EQ(page.rows.ToString(),
            R"({"id":"s-1","vcpu":1,"mem_mib":256,"default_disk_mib":10240})");
  EXPECT_EQ(page.count, 1);
  EXPECT_EQ(page.total, 1);
}

TEST_F(SnapshotTest, AllEntriesIncludeDisabledOnes) {
  EXPECT_EQ(Now().AllShapes().size(), 2u);
  EXPECT_EQ(Now().AllRootfses().size(), 2u);
  EXPECT_EQ(Now().AllHosts().size(), 600u);
}

}  // namespace
}  // namespace muster
