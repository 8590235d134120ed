// What becomes of a user who owns sandboxes, and of sandboxes whose user goes.
#include "engine/commit/sandboxes.h"

namespace muster {
namespace {

using S = SandboxStatus;

class SandboxOwnersTest : public SandboxTest {
 protected:
  void DeleteWithAll(std::string_view user) {
    Do([&](WriteBatch& batch) { batch.DeleteUser(user, OwnedSandboxes::kDelete); });
  }
};

TEST_F(SandboxOwnersTest, AUserWhoOwnsSandboxesIsNotDeletedAlone) {
  Take("a", S::kRunning, 1);
  Take("b", S::kDestroyed, 1);
  const absl::Status status = Apply([](WriteBatch& batch) { batch.DeleteUser("usr_1"); });
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_EQ(Text(status),
            "user usr_1 owns 2 sandboxes, ended ones included: ask for the user to be deleted "
            "with them (OwnedSandboxes::kDelete, with_sandboxes=True, --with-sandboxes)");
  EXPECT_TRUE(IsThere("usr_1"));
}

TEST_F(SandboxOwnersTest, ASandboxThatHasEndedIsOwnedToo) {
  Take("a", S::kDestroyed, 1);
  EXPECT_TRUE(
      absl::IsFailedPrecondition(Apply([](WriteBatch& batch) { batch.DeleteUser("usr_1"); })));
}

TEST_F(SandboxOwnersTest, ASandboxOfTheSameBatchIsOwnedToo) {
  EXPECT_TRUE(absl::IsFailedPrecondition(Apply([](WriteBatch& batch) {
    batch.RecordSandbox(Event("a", "usr_1", S::kRunning, 1));
    batch.DeleteUser("usr_1");
  })));
  EXPECT_FALSE(IsThere("usr_1"));
}

TEST_F(SandboxOwnersTest, AUserWhoOwnsNoneIsDeletedAlone) {
  Do([](WriteBatch& batch) { batch.PutUser({"usr_1", UserStats{1, 0, 0, 5}}); });
  Do([](WriteBatch& batch) { batch.DeleteUser("usr_1"); });
  EXPECT_FALSE(IsThere("usr_1"));
}

TEST_F(SandboxOwnersTest, AUserGoesWithAllSandboxesWhereThatIsAsked) {
  Take("a", S::kRunning, 1);
  Take("other", S::kRunning, 1, "usr_2");
  DeleteWithAll("usr_1");
  EXPECT_FALSE(IsThere("usr_1"));
  EXPECT_TRUE(Find("a").user_deleted);
  EXPECT_TRUE(Find("a").ended_unix_ms);
  EXPECT_FALSE(Find("other").user_deleted);
  EXPECT_EQ(Stats("usr_2"), (UserStats{1, 0, 0, 1}));
}

TEST_F(SandboxOwnersTest, LaterEventsOfSandboxesThatWentWithTheirUserChangeNothing) {
  Take("a", S::kRunning, 1);
  DeleteWithAll("usr_1");
  const uint64_t version = catalog_->snapshot().version();
  Take("a", S::kPaused, 2);
  Take("a", S::kPaused, 1);
  Take("a", S::kPaused, 3, "usr_2");
  EXPECT_FALSE(IsThere("usr_1"));
  EXPECT_FALSE(IsThere("usr_2"));
  EXPECT_EQ(catalog_->snapshot().version(), version);
}

TEST_F(SandboxOwnersTest, AUserOfTheSameIdStartsAnew) {
  Take("a", S::kRunning, 1);
  DeleteWithAll("usr_1");
  Take("b", S::kRunning, 1);
  Take("a", S::kRunning, 2);
  EXPECT_EQ(Stats(), (UserStats{1, 0, 0, 1}));
  DeleteWithAll("usr_1");
  EXPECT_TRUE(Find("b").user_deleted);
}

TEST_F(SandboxOwnersTest, ABatchMayDeleteAUserAndRecordAnotherSandboxOfIt) {
  Take("a", S::kRunning, 1);
  Do([](WriteBatch& batch) {
    batch.RecordSandbox(Event("b", "usr_1", S::kRunning, 1));
    batch.DeleteUser("usr_1", OwnedSandboxes::kDelete);
    batch.RecordSandbox(Event("b", "usr_1", S::kRunning, 2));
    batch.RecordSandbox(Event("c", "usr_1", S::kPaused, 1));
  });
  EXPECT_EQ(Stats(), (UserStats{0, 1, 0, 1}));
}

TEST_F(SandboxOwnersTest, ReplacingUsersRefusesToRemoveOneWhoOwnsSandboxes) {
  Take("a", S::kRunning, 1);
  EXPECT_TRUE(absl::IsFailedPrecondition(
      Apply([](WriteBatch& batch) { batch.Replace(List::kUsers); })));
  Do([](WriteBatch& batch) {
    batch.Replace(List::kUsers);
    batch.PutUser({"usr_1"});
  });
  EXPECT_EQ(Stats(), (UserStats{1, 0, 0, 1}));
}

TEST_F(SandboxOwnersTest, ReplacingUsersRemovesThemWithSandboxesWhereThatIsAsked) {
  Take("a", S::kRunning, 1);
  Take("b", S::kRunning, 1, "usr_2");
  Do([](WriteBatch& batch) {
    batch.PutUser({"usr_2"});
    batch.Replace(List::kUsers, OwnedSandboxes::kDelete);
  });
  EXPECT_FALSE(IsThere("usr_1"));
  EXPECT_TRUE(Find("a").user_deleted);
  EXPECT_EQ(Stats("usr_2"), (UserStats{1, 0, 0, 1}));
}

TEST_F(SandboxOwnersTest, RecordsGiveStatsOnlyOfUsersWhoAreNotCountedByEvents) {
  Take("a", S::kRunning, 1);
  Do([](WriteBatch& batch) { batch.PutUser({"usr_2", UserStats{1, 0, 0, 1}}); });
  std::vector<User> users;
  ASSERT_TRUE(catalog_
                  ->VisitRecords({[](const Shape&) {}, [](const Rootfs&) {}, [](const Host&) {},
                                  [&](const User& user) { users.push_back(user); }})
                  .ok());
  ASSERT_EQ(users.size(), 2u);
  EXPECT_FALSE(users[0].stats);
  EXPECT_EQ(users[1].stats, (UserStats{1, 0, 0, 1}));
}

}  // namespace
}  // namespace muster
