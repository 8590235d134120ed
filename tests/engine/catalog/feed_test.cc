// The feed: changes in order, whole batches, from anywhere that the log reaches, and
// waiting for them.
#include "muster/feed.h"

#include <chrono>
#include <thread>

#include "engine/commit/fixture.h"
#include "engine/store/peer.h"
#include "engine/temp_dir.h"

namespace muster {
namespace {

using Kind = CatalogChange::Kind;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr size_t kMany = 1000000;

Deadline In(int64_t ms) { return steady_clock::now() + milliseconds(ms); }

std::string Ids(const ChangesPage& page) {
  std::string ids;
  for (const CatalogChange& change : page.changes) {
    ids += (ids.empty() ? "" : " ") + std::string(change.kind == Kind::kDelete ? "-" : "") +
           change.id;
  }
  return ids;
}

Host MakeHost(std::string id) { return {std::move(id), HostStatus::kActive, 100, 1}; }

void Put(Catalog& catalog, std::vector<std::string> ids) {
  WriteBatch batch;
  for (std::string& id : ids) batch.PutHost(MakeHost(std::move(id)));
  const absl::Status status = catalog.Apply(batch);
  ASSERT_TRUE(status.ok()) << status;
}

std::string Ids(Catalog& catalog, std::string_view after, size_t max = kMany) {
  absl::StatusOr<ChangesPage> page = catalog.Changes(after, max);
  return page.ok() ? Ids(*page) : page.status().ToString();
}

class FeedTest : public CatalogTest {};

TEST_F(FeedTest, TellsOfEveryListInOrder) {
  Do([](WriteBatch& batch) {
    batch.PutShape({"s", 1, 256, 10240});
    batch.PutRootfs({"r"});
  });
  Do([](WriteBatch& batch) {
    batch.PutHost(MakeHost("h"));
    batch.PutUser({"u"});
    batch.DeleteShape("s");
  });
  const ChangesPage page = *catalog_->Changes("", kMany);
  EXPECT_EQ(page.changes, (std::vector<CatalogChange>{{List::kShapes, "s", Kind::kPut, 1},
                                                      {List::kRootfs, "r", Kind::kPut, 1},
                                                      {List::kHosts, "h", Kind::kPut, 2},
                                                      {List::kUsers, "u", Kind::kPut, 2},
                                                      {List::kShapes, "s", Kind::kDelete, 2}}));
  EXPECT_TRUE(page.at_end);
}

TEST_F(FeedTest, NeverTellsOfApiKeys) {
  Do([](WriteBatch& batch) {
    batch.PutUser({"u"});
    batch.AddApiKey("u", "sk_test_0123456789");
  });
  const std::string after = catalog_->Changes("", kMany)->next;
  Do([](WriteBatch& batch) { batch.RevokeApiKey("sk_test_0123456789"); });
  EXPECT_EQ(Ids(*catalog_, ""), "u");
  const ChangesPage page = *catalog_->Changes(after, kMany);
  EXPECT_TRUE(page.changes.empty());
  EXPECT_EQ(page.next, catalog_->snapshot().cursor());
}

TEST_F(FeedTest, ABatchThatChangesNothingIsNotInIt) {
  Put(*catalog_, {"a"});
  const std::string after = catalog_->snapshot().cursor();
  Put(*catalog_, {"a"});
  Do([](WriteBatch& batch) { batch.Heartbeat("a", 100, 1); });
  EXPECT_EQ(Ids(*catalog_, after), "");
  EXPECT_EQ(catalog_->Changes(after, kMany)->next, after);
}

TEST_F(FeedTest, FollowsASnapshot) {
  Put(*catalog_, {"a"});
  const Snapshot snapshot = catalog_->snapshot();
  Put(*catalog_, {"b"});
  Put(*catalog_, {"c"});
  EXPECT_EQ(Ids(*catalog_, snapshot.cursor()), "b c");
}

TEST_F(FeedTest, ResumesAnywhere) {
  for (const char* id : {"a", "b", "c", "d", "e"}) Put(*catalog_, {id});
  for (size_t max = 1; max <= 6; ++max) {
    std::string after, ids;
    for (bool at_end = false; !at_end;) {
      const ChangesPage page = *catalog_->Changes(after, max);
      ids += Ids(page);
      after = page.next;
      at_end = page.at_end;
      EXPECT_LE(page.changes.size(), max);
    }
    ids.erase(std::remove(ids.begin(), ids.end(), ' '), ids.end());
    EXPECT_EQ(ids, "abcde") << max;
    EXPECT_EQ(after, catalog_->snapshot().cursor());
  }
}

TEST_F(FeedTest, NeverSplitsABatch) {
  Put(*catalog_, {"a"});
  Put(*catalog_, {"b", "c"});
  Put(*catalog_, {"d"});
  EXPECT_EQ(Ids(*catalog_, "", 2), "a");
  EXPECT_EQ(Ids(*catalog_, "", 3), "a b c");
  EXPECT_EQ(Ids(*catalog_, catalog_->Changes("", 1)->next, 2), "b c");
}

TEST_F(FeedTest, ABatchThatIsLargerThanAskedForComesWhole) {
  Put(*catalog_, {"a"});
  std::vector<std::string> many;
  for (int i = 0; i < 5000; ++i) many.push_back("h" + std::to_string(i));
  Put(*catalog_, many);
  Put(*catalog_, {"z"});
  const ChangesPage page = *catalog_->Changes(catalog_->Changes("", 1)->next, 10);
  EXPECT_EQ(page.changes.size(), 5000u);
  EXPECT_FALSE(page.at_end);
  EXPECT_EQ(Ids(*catalog_, page.next, 10), "z");
}

TEST_F(FeedTest, TheCursorOfAChangeMissesNothingOfItsBatch) {
  Put(*catalog_, {"a"});
  Put(*catalog_, {"b", "c", "d"});
  Put(*catalog_, {"e"});
  const ChangesPage page = *catalog_->Changes("", kMany);
  std::vector<std::string> rest;
  for (size_t i = 0; i < page.changes.size(); ++i) {
    rest.push_back(Ids(*catalog_, page.CursorAfter(i)));
  }
  EXPECT_EQ(rest, (std::vector<std::string>{"b c d e", "b c d e", "b c d e", "e", ""}));
  const ChangesPage second = *catalog_->Changes(page.CursorAfter(0), 3);
  EXPECT_EQ(second.CursorAfter(0), page.CursorAfter(0));
}

TEST_F(FeedTest, WhatIsNoCursorIsInvalid) {
  Put(*catalog_, {"a"});
  const std::string good = catalog_->snapshot().cursor();
  for (const std::string& bad :
       {std::string("x"), good + "x", " " + good, "0" + good, "d" + good.substr(1),
        good.substr(0, good.rfind('-')), good.substr(0, good.rfind('-') + 1) + "01",
        std::string("c-1-1-1"), std::string("c1-1-11111111111111111")}) {
    EXPECT_TRUE(absl::IsInvalidArgument(catalog_->Changes(bad, 1).status())) << bad;
    EXPECT_TRUE(absl::IsInvalidArgument(catalog_->WaitForChange(bad, In(0)))) << bad;
  }
  EXPECT_TRUE(absl::IsInvalidArgument(catalog_->Changes("", 0).status()));
}

TEST_F(FeedTest, ACursorOfTheFutureIsOutOfRange) {
  Put(*catalog_, {"a"});
  const std::string now = catalog_->snapshot().cursor();
  const std::string future = now.substr(0, now.rfind('-') + 1) + "ff";
  EXPECT_TRUE(absl::IsOutOfRange(catalog_->Changes(future, 1).status()));
  EXPECT_TRUE(absl::IsOutOfRange(catalog_->WaitForChange(future, In(0))));
}

TEST_F(FeedTest, ACursorOfAnotherStoreIsOutOfRange) {
  auto other = *Catalog::OpenInMemory();
  const std::string cursor = other->snapshot().cursor();
  EXPECT_EQ(
      Text(catalog_->Changes(cursor, 1).status()),
      "after: the cursor is of another store: read a snapshot, and go on from its cursor");
  EXPECT_TRUE(absl::IsOutOfRange(catalog_->WaitForChange(cursor, In(0))));
}

TEST_F(FeedTest, ACursorOfAnotherIncarnationIsOutOfRange) {
  Put(*catalog_, {"a"});
  std::string cursor = catalog_->snapshot().cursor();
  char& digit = cursor[cursor.rfind('-') - 1];
  digit = digit == '1' ? '2' : '1';
  EXPECT_TRUE(absl::IsOutOfRange(catalog_->Changes(cursor, 1).status()));
  EXPECT_NE(Text(catalog_->Changes(cursor, 1).status()).find("incarnation"), std::string::npos);
}

TEST(FeedOfALog, ThatNoLongerReachesBackIsOutOfRange) {
  Options options;
  options.change_log_entries = 8;
  auto catalog = *Catalog::OpenInMemory(options);
  const std::string begin = catalog->snapshot().cursor();
  for (int i = 0; i < 1000; ++i) Put(*catalog, {"h" + std::to_string(i)});
  EXPECT_EQ(Text(catalog->Changes(begin, 1).status()),
            "after: the log of changes no longer reaches back so far: read a snapshot, and go "
            "on from its cursor");
  EXPECT_TRUE(absl::IsOutOfRange(catalog->Changes("", 1).status()));
  // What is asked to be kept is there.
  const std::string cursor = catalog->snapshot().cursor();
  for (int i = 0; i < 8; ++i) Put(*catalog, {"n" + std::to_string(i)});
  EXPECT_EQ(Ids(*catalog, cursor), "n0 n1 n2 n3 n4 n5 n6 n7");
}

TEST(FeedOfALog, GoesOnAfterTheCatalogWasOpenedAgain) {
  const TempDir dir;
  std::string cursor;
  {
    auto catalog = *Catalog::Open(dir / "db");
    Put(*catalog, {"a"});
    cursor = catalog->snapshot().cursor();
    Put(*catalog, {"b"});
  }
  auto catalog = *Catalog::Open(dir / "db");
  Put(*catalog, {"c"});
  EXPECT_EQ(Ids(*catalog, cursor), "b c");
  EXPECT_EQ(Ids(*catalog, ""), "a b c");
}

TEST(FeedOfALog, HoldsWhatARelaxedCatalogHasNotFlushed) {
  const TempDir dir;
  Options options;
  options.durability = Durability::kRelaxed;
  options.flush_interval_ms = 3600000;
  auto catalog = *Catalog::Open(dir / "db", options);
  Put(*catalog, {"a"});
  ASSERT_TRUE(catalog->Flush().ok());
  Put(*catalog, {"b"});
  const std::string cursor = catalog->snapshot().cursor();
  Put(*catalog, {"c"});
  EXPECT_EQ(Ids(*catalog, ""), "a b c");
  EXPECT_EQ(Ids(*catalog, cursor), "c");
  ASSERT_TRUE(catalog->Flush().ok());
  EXPECT_EQ(Ids(*catalog, cursor), "c");
}

// Another process, which commits at a word of the test's.
class FeedOfTwoProcesses : public testing::Test {
 protected:
  FeedOfTwoProcesses()
      : peer_([this](int step) {
          if (catalog_ == nullptr) catalog_ = *Catalog::Open(dir_ / "db");
          WriteBatch batch;
          batch.PutHost(MakeHost("p" + std::to_string(step)));
          return catalog_->Apply(batch).ok();
        }) {}

  const TempDir dir_;
  std::unique_ptr<Catalog> catalog_;
  Peer peer_;
};

TEST_F(FeedOfTwoProcesses, IsOne) {
  catalog_ = *Catalog::Open(dir_ / "db");
  Put(*catalog_, {"a"});
  const std::string cursor = catalog_->snapshot().cursor();
  ASSERT_TRUE(peer_.Do(1));
  Put(*catalog_, {"b"});
  ASSERT_TRUE(peer_.Do(2));
  EXPECT_EQ(Ids(*catalog_, cursor), "p1 b p2");
}

TEST_F(FeedOfTwoProcesses, TellsOnlyOfWhatSnapshotsHold) {
  catalog_ = *Catalog::Open(dir_ / "db");
  for (int step = 0; step < 50; ++step) {
    ASSERT_TRUE(peer_.Do(step));
    const ChangesPage page = *catalog_->Changes("", kMany);
    EXPECT_TRUE(catalog_->snapshot().FindHost(page.changes.back().id).has_value());
  }
}

TEST_F(FeedOfTwoProcesses, ACommitWakesWhoWaitsForAVersion) {
  catalog_ = *Catalog::Open(dir_ / "db");
  const uint64_t version = catalog_->snapshot().version();
  peer_.Tell(1);
  EXPECT_TRUE(catalog_->WaitForVersion(version + 1, In(60000)).ok());
  EXPECT_TRUE(catalog_->snapshot().FindHost("p1").has_value());
  EXPECT_TRUE(peer_.Answer());
}

TEST_F(FeedOfTwoProcesses, ACommitWakesWhoWaitsForAChange) {
  catalog_ = *Catalog::Open(dir_ / "db");
  const std::string cursor = catalog_->snapshot().cursor();
  peer_.Tell(1);
  EXPECT_TRUE(catalog_->WaitForChange(cursor, In(60000)).ok());
  EXPECT_EQ(Ids(*catalog_, cursor), "p1");
  EXPECT_TRUE(peer_.Answer());
}

class WaitTest : public FeedTest {};

TEST_F(WaitTest, WhatIsThereIsNotWaitedFor) {
  Put(*catalog_, {"a"});
  EXPECT_TRUE(catalog_->WaitForVersion(1, In(0)).ok());
  EXPECT_TRUE(catalog_->WaitForVersion(0, In(-1000)).ok());
  EXPECT_TRUE(catalog_->WaitForChange("", In(0)).ok());
}

TEST_F(WaitTest, EndsAtItsDeadline) {
  Put(*catalog_, {"a"});
  const std::string cursor = catalog_->snapshot().cursor();
  const Deadline deadline = In(30);
  EXPECT_TRUE(absl::IsDeadlineExceeded(catalog_->WaitForVersion(2, deadline)));
  EXPECT_GE(steady_clock::now(), deadline);
  EXPECT_TRUE(absl::IsDeadlineExceeded(catalog_->WaitForChange(cursor, In(1))));
  EXPECT_TRUE(absl::IsDeadlineExceeded(catalog_->WaitForChange(cursor, In(-1000))));
}

TEST_F(WaitTest, AnApplyInAnotherThreadEndsIt) {
  const std::string cursor = catalog_->snapshot().cursor();
  std::thread writer([&] { Put(*catalog_, {"a"}); });
  EXPECT_TRUE(catalog_->WaitForChange(cursor, kNoDeadline).ok());
  EXPECT_TRUE(catalog_->WaitForVersion(1, kNoDeadline).ok());
  EXPECT_TRUE(catalog_->snapshot().FindHost("a").has_value());
  writer.join();
}

TEST_F(WaitTest, AClosedCatalogIsNotWaitedFor) {
  const std::string cursor = catalog_->snapshot().cursor();
  ASSERT_TRUE(catalog_->Close().ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(catalog_->WaitForVersion(9, kNoDeadline)));
  EXPECT_TRUE(absl::IsFailedPrecondition(catalog_->WaitForChange(cursor, kNoDeadline)));
  EXPECT_TRUE(absl::IsFailedPrecondition(catalog_->Changes(cursor, 1).status()));
}

}  // namespace
}  // namespace muster
