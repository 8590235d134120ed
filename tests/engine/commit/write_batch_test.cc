// What a batch does, and that it does all of it or nothing.
#include "muster/write_batch.h"

#include "engine/commit/fixture.h"

namespace muster {
namespace {

const Shape kSmall{"s-1", 1, 256, 10240};
const Shape kLarge{"s-2", 2, 512, 10240};

class WriteBatchTest : public CatalogTest {};

TEST_F(WriteBatchTest, EntriesThatArePutAreThere) {
  Do([](WriteBatch& batch) {
    batch.PutShape(kSmall);
    batch.PutRootfs({"node"});
    batch.PutHost(MakeHost("h"));
    batch.PutUser({"usr_1"});
  });
  const Snapshot snapshot = catalog_->snapshot();
  EXPECT_EQ(snapshot.FindShape("s-1"), kSmall);
  EXPECT_EQ(snapshot.FindRootfs("node"), Rootfs{"node"});
  EXPECT_EQ(snapshot.FindHost("h"), MakeHost("h"));
  EXPECT_EQ((*catalog_->FindUser("usr_1"))->id, "usr_1");
}

TEST_F(WriteBatchTest, PuttingAgainReplacesTheWholeEntry) {
  Do([](WriteBatch& batch) {
    Host host = MakeHost("h", {"node"});
    host.disabled = true;
    batch.PutHost(host);
  });
  Do([](WriteBatch& batch) { batch.PutHost(MakeHost("h")); });
  EXPECT_EQ(catalog_->snapshot().FindHost("h"), MakeHost("h"));
}

TEST_F(WriteBatchTest, AShapeMayChangeItsPlaceInTheOrder) {
  Do([](WriteBatch& batch) {
    batch.PutShape(kSmall);
    batch.PutShape(kLarge);
  });
  Do([](WriteBatch& batch) { batch.PutShape({"s-1", 4, 256, 10240}); });
  const auto shapes = catalog_->snapshot().Shapes().items;
  ASSERT_EQ(shapes.size(), 2u);
  EXPECT_EQ(shapes[0].id, "s-2");
  EXPECT_EQ(shapes[1].id, "s-1");
}

TEST_F(WriteBatchTest, DeletedEntriesAreGone) {
  Do([](WriteBatch& batch) {
    batch.PutShape(kSmall);
    batch.PutRootfs({"node"});
    batch.PutHost(MakeHost("h"));
    batch.PutUser({"usr_1"});
  });
  Do([](WriteBatch& batch) {
    batch.DeleteShape("s-1");
    batch.DeleteRootfs("node");
    batch.DeleteHost("h");
    batch.DeleteUser("usr_1");
  });
  const Snapshot snapshot = catalog_->snapshot();
  EXPECT_FALSE(snapshot.FindShape("s-1"));
  EXPECT_FALSE(snapshot.FindRootfs("node"));
  EXPECT_FALSE(snapshot.FindHost("h"));
  EXPECT_FALSE(*catalog_->FindUser("usr_1"));
}

TEST_F(WriteBatchTest, DeletingWhatIsNotThereIsNoError) {
  Do([](WriteBatch& batch) { batch.DeleteHost("h"); });
}

TEST_F(WriteBatchTest, ChangesTakeEffectInTheirOrder) {
  Do([](WriteBatch& batch) {
    batch.PutHost(MakeHost("a"));
    batch.DeleteHost("a");
    batch.DeleteHost("b");
    batch.PutHost(MakeHost("b"));
  });
  EXPECT_FALSE(catalog_->snapshot().FindHost("a"));
  EXPECT_TRUE(catalog_->snapshot().FindHost("b"));
}

TEST_F(WriteBatchTest, AnInvalidEntryMakesTheWholeBatchInvalid) {
  const absl::Status status = Apply([](WriteBatch& batch) {
    batch.PutHost(MakeHost("good"));
    batch.PutHost({"bad", HostStatus::kActive, -1, 0});
    EXPECT_FALSE(batch.status().ok());
  });
  EXPECT_EQ(Text(status), "/hosts/1/free_mib: must be an integer from 0 to 2147483647");
  EXPECT_FALSE(catalog_->snapshot().FindHost("good"));
}

TEST_F(WriteBatchTest, TheFirstFaultIsTheOneThatIsTold) {
  WriteBatch batch;
  batch.PutShape({"", 1, 1, 1});
  batch.PutShape({"s", 0, 1, 1});
  EXPECT_EQ(Text(batch.status()).substr(0, 13), "/shapes/0/id:");
}

TEST_F(WriteBatchTest, AChangeThatFailsUndoesTheOnesBeforeIt) {
  const absl::Status status = Apply([](WriteBatch& batch) {
    batch.PutHost(MakeHost("h"));
    batch.SetHostStatus("other", HostStatus::kDead);
  });
  EXPECT_EQ(status, absl::NotFoundError("unknown host: other"));
  EXPECT_FALSE(catalog_->snapshot().FindHost("h"));
  EXPECT_EQ(catalog_->snapshot().version(), 0u);
}

TEST_F(WriteBatchTest, ABatchMayBeAppliedTwice) {
  WriteBatch batch;
  batch.PutHost(MakeHost("h"));
  EXPECT_TRUE(catalog_->Apply(batch).ok());
  EXPECT_TRUE(catalog_->Apply(batch).ok());
  EXPECT_EQ(catalog_->snapshot().Hosts().total, 1);
}

TEST_F(WriteBatchTest, ABatchIsMadeInvalidByWhoeverFillsIt) {
  const absl::Status fault = absl::InvalidArgumentError("line 3 of my file: no such field");
  EXPECT_EQ(Apply([&](WriteBatch& batch) {
              batch.PutHost(MakeHost("h"));
              batch.Invalidate(fault);
            }),
            fault);
}

TEST_F(WriteBatchTest, AClearedBatchIsEmptyAndWithoutFault) {
  WriteBatch batch;
  batch.PutHost({"", HostStatus::kActive, 0, 0});
  batch.Replace(List::kHosts);
  batch.Clear();
  EXPECT_TRUE(batch.status().ok());
  EXPECT_TRUE(batch.empty());
  Do([](WriteBatch& other) { other.PutHost(MakeHost("h")); });
  EXPECT_TRUE(catalog_->Apply(batch).ok());
  EXPECT_TRUE(catalog_->snapshot().FindHost("h"));
}

TEST_F(WriteBatchTest, DisablingHidesAnEntryAndKeepsTheRest) {
  Do([](WriteBatch& batch) {
    batch.PutShape(kSmall);
    batch.PutRootfs({"node", "Node.js"});
    batch.PutHost(MakeHost("h", {"node"}));
  });
  Do([](WriteBatch& batch) {
    batch.SetDisabled(List::kShapes, "s-1", true);
    batch.SetDisabled(List::kRootfs, "node", true);
    batch.SetDisabled(List::kHosts, "h", true);
  });
  const Snapshot off = catalog_->snapshot();
  EXPECT_EQ(off.Shapes().total, 0);
  EXPECT_EQ(off.Hosts().total, 0);
  EXPECT_TRUE(off.Rootfses().names.empty());
  EXPECT_EQ(off.FindRootfs("node")->description, "Node.js");
  Do([](WriteBatch& batch) { batch.SetDisabled(List::kHosts, "h", false); });
  EXPECT_EQ(catalog_->snapshot().FindHost("h"), MakeHost("h", {"node"}));
}

TEST_F(WriteBatchTest, DisablingWhatIsNotThereIsNotFound) {
  const auto disable = [&](List list) {
    return Text(Apply([&](WriteBatch& batch) { batch.SetDisabled(list, "x", true); }));
  };
  EXPECT_EQ(disable(List::kShapes), "unknown shape: x");
  EXPECT_EQ(disable(List::kRootfs), "unknown rootfs: x");
  EXPECT_EQ(disable(List::kHosts), "unknown host: x");
  EXPECT_EQ(disable(List::kUsers), "/users: has no entries that can be disabled");
}

TEST_F(WriteBatchTest, OnlyTheStatusOfAHostIsSet) {
  Do([](WriteBatch& batch) { batch.PutHost(MakeHost("h", {"node"})); });
  Do([](WriteBatch& batch) { batch.SetHostStatus("h", HostStatus::kDraining); });
  Host expected = MakeHost("h", {"node"});
  expected.status = HostStatus::kDraining;
  EXPECT_EQ(catalog_->snapshot().FindHost("h"), expected);
}

TEST_F(WriteBatchTest, TheDefaultMarkMoves) {
  Do([](WriteBatch& batch) {
    batch.PutRootfs({"a"});
    batch.PutRootfs({"b"});
    batch.SetDefaultRootfs("b");
  });
  EXPECT_EQ(catalog_->snapshot().Rootfses().default_name, "b");
  Do([](WriteBatch& batch) { batch.PutRootfs({"a", "", false, "", true}); });
  const Snapshot snapshot = catalog_->snapshot();
  EXPECT_EQ(snapshot.Rootfses().default_name, "a");
  EXPECT_FALSE(snapshot.FindRootfs("b")->is_default);
}

TEST_F(WriteBatchTest, TheDefaultMarkGoesWithAnEntryThatIsReplacedOrDeleted) {
  Do([](WriteBatch& batch) {
    batch.PutRootfs({"a"});
    batch.PutRootfs({"b", "", false, "", true});
  });
  Do([](WriteBatch& batch) { batch.PutRootfs({"b"}); });
  EXPECT_EQ(catalog_->snapshot().Rootfses().default_name, "a");
}

TEST_F(WriteBatchTest, ADefaultThatIsNotThereIsNotFound) {
  EXPECT_EQ(Apply([](WriteBatch& batch) { batch.SetDefaultRootfs("x"); }),
            absl::NotFoundError("unknown rootfs: x"));
}

TEST_F(WriteBatchTest, ReplacedListsHoldWhatTheBatchPutAndNothingElse) {
  Do([](WriteBatch& batch) {
    batch.PutHost(MakeHost("a"));
    batch.PutHost(MakeHost("b"));
    batch.PutShape(kSmall);
  });
  Do([](WriteBatch& batch) {
    batch.PutHost(MakeHost("b"));
    batch.PutHost(MakeHost("c"));
    batch.Replace(List::kHosts);
  });
  const auto hosts = catalog_->snapshot().Hosts().items;
  ASSERT_EQ(hosts.size(), 2u);
  EXPECT_EQ(hosts[0].id, "b");
  EXPECT_EQ(hosts[1].id, "c");
  EXPECT_EQ(catalog_->snapshot().Shapes().total, 1) << "the other lists are left alone";
}

TEST_F(WriteBatchTest, AListReplacedByNothingIsEmptied) {
  Do([](WriteBatch& batch) { batch.PutShape(kSmall); });
  Do([](WriteBatch& batch) { batch.Replace(List::kShapes); });
  EXPECT_EQ(catalog_->snapshot().Shapes().total, 0);
}

TEST_F(WriteBatchTest, AbsentStatsLeaveWhatIsThere) {
  Do([](WriteBatch& batch) { batch.PutUser({"usr_1", UserStats{3, 1, 0, 47}}); });
  Do([](WriteBatch& batch) { batch.PutUser({"usr_1"}); });
  EXPECT_EQ(*catalog_->GetUserStats("usr_1"), (UserStats{3, 1, 0, 47}));
}

TEST_F(WriteBatchTest, StatsOfAUserWhoIsNotThereAreNotFound) {
  EXPECT_EQ(Apply([](WriteBatch& batch) { batch.SetUserStats("usr_1", {}); }),
            absl::NotFoundError("unknown user: usr_1"));
}

TEST_F(WriteBatchTest, AUserWhoIsNotKnownHasZeros) {
  EXPECT_EQ(*catalog_->GetUserStats("usr_1"), UserStats{});
  EXPECT_EQ(*catalog_->GetUserStats(std::string(9999, 'x')), UserStats{});
}

TEST_F(WriteBatchTest, NamesThatCannotBeAreFaults) {
  EXPECT_TRUE(absl::IsInvalidArgument(Apply([](WriteBatch& b) { b.DeleteHost(""); })));
  EXPECT_TRUE(absl::IsInvalidArgument(
      Apply([](WriteBatch& b) { b.DeleteShape(std::string(256, 'x')); })));
  EXPECT_TRUE(absl::IsInvalidArgument(Apply([](WriteBatch& b) { b.SetDefaultRootfs(" x"); })));
}

}  // namespace
}  // namespace muster
