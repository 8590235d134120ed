// What an event of a sandbox does to its user's counts, however often and in
// whatever order events come.
#include "engine/commit/sandboxes.h"

namespace muster {
namespace {

using S = SandboxStatus;

class SandboxEventsTest : public SandboxTest {};

TEST_F(SandboxEventsTest, AnEventOfAnUnknownUserCreatesTheUser) {
  Take("a", S::kRunning, 1);
  EXPECT_TRUE(IsThere("usr_1"));
  EXPECT_EQ(Stats(), (UserStats{1, 0, 0, 1}));
}

TEST_F(SandboxEventsTest, AnEventOfAUserWithZerosCounts) {
  Do([](WriteBatch& batch) { batch.PutUser({"usr_1", UserStats{}}); });
  Take("a", S::kRunning, 1);
  EXPECT_EQ(Stats(), (UserStats{1, 0, 0, 1}));
}

TEST_F(SandboxEventsTest, EveryStatusCountsWhereItBelongs) {
  const std::pair<S, UserStats> kCases[] = {
      {S::kCreating, {0, 0, 1, 1}},  {S::kRunning, {1, 0, 0, 1}},
      {S::kPausing, {0, 0, 1, 1}},   {S::kPaused, {0, 1, 0, 1}},
      {S::kResuming, {0, 0, 1, 1}},  {S::kForking, {0, 0, 1, 1}},
      {S::kError, {0, 0, 1, 1}},     {S::kDestroying, {0, 0, 1, 1}},
      {S::kDestroyed, {0, 0, 0, 1}}, {S::kFailed, {0, 0, 0, 1}},
  };
  for (const auto& [status, stats] : kCases) {
    const std::string name(SandboxStatusName(status));
    Take("sandbox " + name, status, 1, "user " + name);
    EXPECT_EQ(Stats("user " + name), stats) << name;
  }
}

TEST_F(SandboxEventsTest, ANewerEventMovesTheSandboxFromOneCountToAnother) {
  Take("a", S::kRunning, 1);
  Take("a", S::kPaused, 2);
  EXPECT_EQ(Stats(), (UserStats{0, 1, 0, 1}));
}

TEST_F(SandboxEventsTest, AnEventThatComesTwiceChangesNothing) {
  Take("a", S::kRunning, 3);
  const uint64_t version = catalog_->snapshot().version();
  Take("a", S::kRunning, 3);
  EXPECT_EQ(Stats(), (UserStats{1, 0, 0, 1}));
  EXPECT_EQ(catalog_->snapshot().version(), version);
}

TEST_F(SandboxEventsTest, AnEventThatComesLateChangesNothing) {
  Take("a", S::kPaused, 7);
  Take("a", S::kRunning, 6);
  EXPECT_EQ(Stats(), (UserStats{0, 1, 0, 1}));
  EXPECT_EQ(Find("a").sequence, 7);
}

TEST_F(SandboxEventsTest, ANewerEventCountsAgainAfterATerminalOne) {
  Take("a", S::kDestroyed, 5);
  Take("a", S::kRunning, 6);
  EXPECT_EQ(Stats(), (UserStats{1, 0, 0, 1}));
  EXPECT_FALSE(Find("a").ended_unix_ms);
}

TEST_F(SandboxEventsTest, AnOlderEventAfterATerminalOneChangesNothing) {
  Take("a", S::kFailed, 5);
  Take("a", S::kRunning, 4);
  EXPECT_EQ(Stats(), (UserStats{0, 0, 0, 1}));
}

TEST_F(SandboxEventsTest, TheLargestSequenceCounts) {
  Take("a", S::kRunning, INT64_MAX - 1);
  Take("a", S::kPaused, INT64_MAX);
  EXPECT_EQ(Find("a").sequence, INT64_MAX);
}

TEST_F(SandboxEventsTest, TheSameSequenceWithAnotherStatusAlreadyExists) {
  Take("a", S::kRunning, 3);
  const absl::Status status = Record(Event("a", "usr_1", S::kPaused, 3));
  EXPECT_TRUE(absl::IsAlreadyExists(status));
  EXPECT_EQ(Text(status),
            "/sandbox_events/0: sandbox a has another event of sequence 3 already (running, of "
            "user usr_1): each event needs a sequence of its own");
}

TEST_F(SandboxEventsTest, TheSameSequenceOfAnotherUserAlreadyExists) {
  Take("a", S::kRunning, 3);
  EXPECT_TRUE(absl::IsAlreadyExists(Record(Event("a", "usr_2", S::kRunning, 3))));
  EXPECT_FALSE(IsThere("usr_2"));
}

TEST_F(SandboxEventsTest, ANewerEventOfAnotherUserIsRefused) {
  Take("a", S::kRunning, 3);
  const absl::Status status = Record(Event("a", "usr_2", S::kRunning, 4));
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_EQ(Text(status),
            "/sandbox_events/0: sandbox a belongs to user usr_1: a sandbox keeps its user, so "
            "use another id for another sandbox");
  EXPECT_FALSE(IsThere("usr_2"));
}

TEST_F(SandboxEventsTest, AnOlderEventOfAnotherUserIsIgnored) {
  Take("a", S::kRunning, 3);
  Take("a", S::kRunning, 2, "usr_2");
  EXPECT_FALSE(IsThere("usr_2"));
}

TEST_F(SandboxEventsTest, AUserWhoseCountsWereSetTakesNoEvents) {
  Do([](WriteBatch& batch) { batch.PutUser({"usr_1", UserStats{1, 0, 0, 1}}); });
  const absl::Status status = Record(Event("a", "usr_1", S::kRunning, 1));
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_EQ(Text(status),
            "/sandbox_events/0: the counts of user usr_1 were set by hand: set them to zeros "
            "first, or record no events");
  EXPECT_FALSE(catalog_->FindSandbox("a")->has_value());
}

TEST_F(SandboxEventsTest, CountsThatWereSetBackToZerosMakeRoomForEvents) {
  Do([](WriteBatch& batch) { batch.PutUser({"usr_1", UserStats{1, 0, 0, 1}}); });
  Do([](WriteBatch& batch) {
    batch.SetUserStats("usr_1", {});
    batch.RecordSandbox(Event("a", "usr_1", S::kPaused, 1));
  });
  EXPECT_EQ(Stats(), (UserStats{0, 1, 0, 1}));
}

TEST_F(SandboxEventsTest, CountsThatComeFromEventsAreNotSet) {
  Take("a", S::kRunning, 1);
  const absl::Status set = Apply([](WriteBatch& batch) {
    batch.SetUserStats("usr_1", {0, 0, 0, 1});
  });
  EXPECT_TRUE(absl::IsFailedPrecondition(set));
  EXPECT_EQ(
      Text(set),
      "/users/usr_1/stats: must be left out, or as they are: the counts of user usr_1 come "
      "from sandbox events");
  const absl::Status put = Apply([](WriteBatch& batch) {
    batch.PutUser({"usr_1", UserStats{}});
  });
  EXPECT_TRUE(absl::IsFailedPrecondition(put));
  EXPECT_EQ(Text(put).substr(0, 15), "/users/0/stats:");
  EXPECT_EQ(Stats(), (UserStats{1, 0, 0, 1}));
}

TEST_F(SandboxEventsTest, CountsThatComeFromEventsMayBeSetToWhatTheyAre) {
  Take("a", S::kRunning, 1);
  Do([](WriteBatch& batch) {
    batch.SetUserStats("usr_1", {1, 0, 0, 1});
    batch.PutUser({"usr_1", UserStats{1, 0, 0, 1}});
    batch.PutUser({"usr_1"});
  });
  Take("b", S::kRunning, 1);
  EXPECT_EQ(Stats(), (UserStats{2, 0, 0, 2}));
}

TEST_F(SandboxEventsTest, EventsOfOneBatchBuildOnEachOther) {
  Do([](WriteBatch& batch) {
    batch.RecordSandbox(Event("a", "usr_1", S::kCreating, 1));
    batch.RecordSandbox(Event("b", "usr_2", S::kRunning, 1));
    batch.RecordSandbox(Event("a", "usr_1", S::kRunning, 2));
    batch.RecordSandbox(Event("a", "usr_1", S::kCreating, 1));
    batch.RecordSandbox(Event("c", "usr_1", S::kPaused, 9));
  });
  EXPECT_EQ(Stats(), (UserStats{1, 1, 0, 2}));
  EXPECT_EQ(Stats("usr_2"), (UserStats{1, 0, 0, 1}));
}

TEST_F(SandboxEventsTest, OtherChangesOfABatchSeeTheEventsBeforeThem) {
  Do([](WriteBatch& batch) {
    batch.RecordSandbox(Event("a", "usr_1", S::kRunning, 1));
    batch.SetUserStats("usr_1", {1, 0, 0, 1});  // refused, were they not those already
    batch.AddApiKey("usr_1", "sk_12345678");
    batch.RecordSandbox(Event("b", "usr_1", S::kRunning, 1));
  });
  EXPECT_EQ(Stats(), (UserStats{2, 0, 0, 2}));
  EXPECT_EQ(catalog_->FindUserByApiKey("sk_12345678")->stats, (UserStats{2, 0, 0, 2}));
}

TEST_F(SandboxEventsTest, AFaultyEventUndoesTheBatch) {
  Take("a", S::kRunning, 2);
  const absl::Status status = Apply([](WriteBatch& batch) {
    batch.PutHost(MakeHost("h"));
    batch.RecordSandbox(Event("b", "usr_1", S::kRunning, 1));
    batch.RecordSandbox(Event("a", "usr_1", S::kPaused, 2));
  });
  EXPECT_EQ(Text(status).substr(0, 18), "/sandbox_events/1:");
  EXPECT_EQ(Stats(), (UserStats{1, 0, 0, 1}));
  EXPECT_FALSE(catalog_->FindSandbox("b")->has_value());
  EXPECT_FALSE(catalog_->snapshot().FindHost("h"));
}

TEST_F(SandboxEventsTest, AnEventThatBreaksARuleIsNamedByItsIndex) {
  const absl::Status status = Apply([](WriteBatch& batch) {
    batch.RecordSandbox(Event("a", "usr_1", S::kRunning, 1));
    batch.RecordSandbox(Event("b", "usr_1", S::kRunning, 0));
  });
  EXPECT_EQ(status, absl::InvalidArgumentError(
                        "/sandbox_events/1/sequence: must be an integer from 1 to "
                        "9223372036854775807"));
}

TEST_F(SandboxEventsTest, FaultyEventsAreSkippedAndReportedWhereThatIsAsked) {
  Take("a", S::kRunning, 2);
  WriteBatch batch;
  batch.SkipFaultyEvents();
  batch.RecordSandbox(Event("b", "usr_1", S::kRunning, 1));
  batch.RecordSandbox(Event("", "usr_1", S::kRunning, 1));
  batch.RecordSandbox(Event("a", "usr_1", S::kPaused, 2));
  batch.RecordSandbox(Event("a", "usr_2", S::kPaused, 3));
  batch.RecordSandbox(Event("a", "usr_1", S::kPaused, 4));
  ApplyReport report;
  ASSERT_TRUE(catalog_->Apply(batch, &report).ok());
  EXPECT_EQ(Stats(), (UserStats{1, 1, 0, 2}));
  EXPECT_EQ(report.version, catalog_->snapshot().version());
  ASSERT_EQ(report.skipped.size(), 3u);
  const absl::StatusCode kCodes[] = {absl::StatusCode::kInvalidArgument,
                                     absl::StatusCode::kAlreadyExists,
                                     absl::StatusCode::kFailedPrecondition};
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(report.skipped[i].kind, SkippedChange::Kind::kSandboxEvent);
    EXPECT_EQ(report.skipped[i].index, i + 1);
    EXPECT_EQ(report.skipped[i].reason.code(), kCodes[i]);
    EXPECT_EQ(Text(report.skipped[i].reason).substr(0, 17),
              "/sandbox_events/" + std::to_string(i + 1));
  }
}

TEST_F(SandboxEventsTest, ABatchOfWhichAllIsSkippedChangesNothing) {
  WriteBatch batch;
  batch.SkipFaultyEvents();
  batch.RecordSandbox(Event("a", "usr_1", S::kRunning, -1));
  EXPECT_FALSE(batch.empty());
  ApplyReport report;
  ASSERT_TRUE(catalog_->Apply(batch, &report).ok());
  EXPECT_EQ(report.skipped.size(), 1u);
  EXPECT_EQ(catalog_->snapshot().version(), 0u);
}

TEST_F(SandboxEventsTest, AReportOfAFailedBatchIsEmpty) {
  ApplyReport report;
  WriteBatch batch;
  batch.SkipFaultyEvents();
  batch.RecordSandbox(Event("a", "usr_1", S::kRunning, -1));
  batch.SetHostStatus("unknown", HostStatus::kDead);
  EXPECT_TRUE(absl::IsNotFound(catalog_->Apply(batch, &report)));
  EXPECT_TRUE(report.skipped.empty());
}

TEST_F(SandboxEventsTest, WhatIsKeptOfASandboxCanBeReadBack) {
  EXPECT_FALSE(catalog_->FindSandbox("a")->has_value());
  Take("a", S::kForking, 4);
  EXPECT_EQ(Find("a"), (Sandbox{"a", "usr_1", S::kForking, 4}));
  Take("a", S::kDestroyed, 5);
  EXPECT_GT(Find("a").ended_unix_ms.value_or(0), 1500000000000);
}

TEST_F(SandboxEventsTest, EventsLeaveTheListsOfTheCatalogAlone) {
  Do([](WriteBatch& batch) { batch.PutHost(MakeHost("h")); });
  const uint64_t hosts = catalog_->snapshot().version(List::kHosts);
  Take("a", S::kRunning, 1);
  EXPECT_EQ(catalog_->snapshot().version(List::kHosts), hosts);
}

TEST_F(SandboxEventsTest, AnotherProcessGoesOnWithTheCounts) {
  Take("a", S::kRunning, 1);
  Reopen();
  Take("a", S::kPaused, 2);
  Take("b", S::kRunning, 1);
  EXPECT_EQ(Stats(), (UserStats{1, 1, 0, 2}));
}

TEST_F(SandboxEventsTest, CountsThatCannotBeAreDataLoss) {
  Take("a", S::kRunning, 1);
  Falsify("usr_1", {UserStats{0, 0, 1, 1}, true, 0});
  const absl::Status status = Record(Event("a", "usr_1", S::kPaused, 2));
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_NE(Text(status).find("muster recount --repair"), std::string::npos);
}

TEST_F(SandboxEventsTest, MoreSandboxesThanCanBeCountedAreRefused) {
  Falsify("usr_1", {UserStats{0, 0, 0, 2147483647}, true, 2147483647});
  EXPECT_TRUE(absl::IsFailedPrecondition(Record(Event("a", "usr_1", S::kRunning, 1))));
  EXPECT_FALSE(catalog_->FindSandbox("a")->has_value());
}

}  // namespace
}  // namespace muster
