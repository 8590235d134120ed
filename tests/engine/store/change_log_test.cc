// The change log: what a batch changed, for those who catch up.
#include "store/change_log.h"

#include "engine/store/fixture.h"
#include "store/memory/memory_store.h"
#include "store/records.h"

namespace muster::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ChangeLog : public testing::Test {
 protected:
  // Writes one version with entries of these keys.
  void Write(uint64_t version, const std::vector<std::string>& keys, bool deleted = false) {
    auto transaction = *store_->BeginWrite();
    PendingLog pending;
    for (const std::string& key : keys) pending.Append(version, List::kHosts, key, deleted);
    WriteLog(transaction.get(), pending);
    ASSERT_TRUE(transaction->Commit().ok());
  }

  void WriteLog(WriteTransaction* transaction, const PendingLog& pending) {
    const uint64_t enough = EnoughLogEntries(meta_);
    ASSERT_TRUE(WriteChangeLog(*transaction, &meta_, pending, enough).ok());
  }

  // Writes that many versions of one entry each, in one commit.
  void WriteVersions(uint64_t first, uint64_t last) {
    auto transaction = *store_->BeginWrite();
    PendingLog pending;
    for (uint64_t version = first; version <= last; ++version) {
      pending.Append(version, List::kHosts, std::to_string(version), false);
    }
    WriteLog(transaction.get(), pending);
    ASSERT_TRUE(transaction->Commit().ok());
  }

  void WriteMany(uint64_t version, size_t count) {
    Write(version, std::vector<std::string>(count, "10.0.0.1"));
  }

  std::vector<std::string> After(uint64_t version) {
    std::vector<std::string> entries;
    status_ = ScanChangeLog(**store_->BeginRead(), version, [&](const LogEntry& entry) {
      entries.push_back(std::to_string(entry.version) + (entry.deleted ? "-" : "+") +
                        std::string(ListName(entry.list)) + "/" + std::string(entry.key));
      return absl::OkStatus();
    });
    return entries;
  }

  const std::unique_ptr<Store> store_ = NewMemoryStore();
  Meta meta_;
  absl::Status status_;
};

TEST_F(ChangeLog, GivesTheEntriesAfterAVersionInTheOrderWritten) {
  Write(1, {"b", "a"});
  Write(2, {"c"}, true);
  EXPECT_THAT(After(0), ElementsAre("1+hosts/b", "1+hosts/a", "2-hosts/c"));
  EXPECT_THAT(After(1), ElementsAre("2-hosts/c"));
  EXPECT_THAT(After(2), IsEmpty());
}

TEST_F(ChangeLog, KeepsKeysOfAnyBytes) {
  const std::string hash("\0\xff/\n", 4);
  Write(1, {hash});
  EXPECT_THAT(After(0), ElementsAre("1+hosts/" + hash));
}

TEST_F(ChangeLog, GoesOnInOrderPastManyParts) {
  std::vector<std::string> keys, expected;
  for (int i = 0; i < 2000; ++i) {
    keys.push_back(std::to_string(i) + std::string(250, 'x'));
    expected.push_back("7+hosts/" + keys.back());
  }
  Write(7, keys);
  EXPECT_EQ(After(6), expected);
}

TEST_F(ChangeLog, CountsItsEntries) {
  Write(1, {"a", "b"});
  Write(2, {"c"});
  EXPECT_EQ(meta_.log.appended, 3u);
  EXPECT_EQ(meta_.log.count, 3u);
  EXPECT_EQ(meta_.log.floor, 0u);
}

TEST_F(ChangeLog, IsCutByWholeVersionsFromItsStart) {
  WriteMany(1, 400);
  WriteMany(2, 400);
  WriteMany(3, 400);
  EXPECT_EQ(meta_.log.floor, 0u);  // not yet much longer than it needs to be
  WriteMany(4, 400);
  EXPECT_EQ(meta_.log.floor, 1u);
  EXPECT_EQ(meta_.log.count, 1200u);
  EXPECT_EQ(meta_.log.appended, 1600u);
  EXPECT_EQ(After(1).size(), 1200u);
  EXPECT_EQ(After(0).size(), 1200u);
}

TEST_F(ChangeLog, IsNeverCutBelowTheNumberOfRecords) {
  meta_.list(List::kHosts).count = 3000;
  meta_.list(List::kUsers).count = 2000;
  for (uint64_t version = 1; version <= 40; ++version) {
    WriteMany(version, 1000);
    EXPECT_GE(meta_.log.count, std::min<uint64_t>(5000, version * 1000));
    EXPECT_LE(meta_.log.count, 5000u + 5000u / 4 + 1000u);
  }
  EXPECT_EQ(After(0).size(), meta_.log.count);
  EXPECT_EQ(meta_.log.floor, 40 - meta_.log.count / 1000);
}

TEST_F(ChangeLog, CutsAVersionThatIsLongerThanAllThatIsNeeded) {
  WriteMany(1, 5000);
  EXPECT_EQ(meta_.log.floor, 0u);  // the newest version always stays
  WriteMany(2, 5000);
  EXPECT_EQ(meta_.log.floor, 1u);
  EXPECT_EQ(After(0).size(), 5000u);
}

TEST_F(ChangeLog, SaysSoWhereItIsDamaged) {
  Write(1, {"a"});
  std::string key = Keys(**store_->BeginRead(), Table::kChangeLog).front();
  ASSERT_TRUE(PutOne(*store_, Table::kChangeLog, key, "not a log record").ok());
  After(0);
  EXPECT_TRUE(absl::IsDataLoss(status_)) << status_;
}

TEST_F(ChangeLog, IsBegunAnewWhereItIsDamagedAndMustBeCut) {
  WriteMany(1, 1000);
  std::string key = Keys(**store_->BeginRead(), Table::kChangeLog).front();
  ASSERT_TRUE(PutOne(*store_, Table::kChangeLog, key, "not a log record").ok());
  WriteMany(2, 1000);
  EXPECT_EQ(meta_.log.floor, 1u);
  EXPECT_EQ(meta_.log.count, 1000u);
  EXPECT_EQ(After(0).size(), 1000u);
  EXPECT_TRUE(status_.ok());
}

TEST_F(ChangeLog, StopsAtTheVisitorsError) {
  Write(1, {"a", "b"});
  int visits = 0;
  const absl::Status status =
      ScanChangeLog(**store_->BeginRead(), 0, [&](const LogEntry&) -> absl::Status {
        ++visits;
        return absl::CancelledError("enough");
      });
  EXPECT_TRUE(absl::IsCancelled(status));
  EXPECT_EQ(visits, 1);
}

TEST_F(ChangeLog, IsToldByTheRecordWriterOfRealChangesOnly) {
  auto transaction = *store_->BeginWrite();
  std::vector<std::string> told;
  RecordWriter writer(
      transaction.get(), &meta_, [&](List list, std::string_view key, bool deleted) {
        told.push_back(std::string(ListName(list)) + (deleted ? "-" : "+") + std::string(key));
        return absl::OkStatus();
      });
  ASSERT_TRUE(*writer.Put(List::kHosts, "h", "1"));
  ASSERT_FALSE(*writer.Put(List::kHosts, "h", "1"));
  ASSERT_TRUE(*writer.Put(List::kHosts, "h", "2"));
  ASSERT_FALSE(*writer.Delete(List::kHosts, "other"));
  ASSERT_TRUE(*writer.Delete(List::kHosts, "h"));
  EXPECT_THAT(told, ElementsAre("hosts+h", "hosts+h", "hosts-h"));
}

TEST_F(ChangeLog, PutsTheVersionsOfOneCommitTogether) {
  WriteVersions(5, 54);
  EXPECT_EQ(Keys(**store_->BeginRead(), Table::kChangeLog).size(), 1u);
  EXPECT_EQ(After(0).size(), 50u);
  EXPECT_EQ(After(0).front(), "5+hosts/5");
}

TEST_F(ChangeLog, GivesTheEntriesAfterAVersionInTheMiddleOfACommit) {
  WriteVersions(1, 1000);
  const std::vector<std::string> entries = After(497);
  ASSERT_EQ(entries.size(), 503u);
  EXPECT_EQ(entries.front(), "498+hosts/498");
  EXPECT_EQ(entries.back(), "1000+hosts/1000");
}

TEST_F(ChangeLog, IsCutWithinACommitOfManyVersions) {
  WriteVersions(1, 1000);
  WriteVersions(1001, 2000);
  EXPECT_GE(meta_.log.count, kMinLogEntries);
  EXPECT_LT(meta_.log.count, 2000u);
  EXPECT_GT(meta_.log.floor, 0u);
  // Every version above the floor is there, whole.
  EXPECT_EQ(After(meta_.log.floor).size(), 2000 - meta_.log.floor);
}

TEST_F(ChangeLog, ForgetsWhatIsRolledBack) {
  PendingLog pending;
  pending.Append(1, List::kHosts, "a", false);
  const PendingLog::Mark mark = pending.mark();
  pending.Append(2, List::kHosts, "b", false);
  pending.RollBack(mark);
  pending.Append(2, List::kUsers, "c", true);
  auto transaction = *store_->BeginWrite();
  WriteLog(transaction.get(), pending);
  ASSERT_TRUE(transaction->Commit().ok());
  EXPECT_THAT(After(0), ElementsAre("1+hosts/a", "2-users/c"));
}

}  // namespace
}  // namespace muster::store
