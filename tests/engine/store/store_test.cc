// What every store promises. A store of one's own passes by adding it to the
// list at the end.
#include <atomic>
#include <functional>
#include <ostream>
#include <thread>

#include "engine/store/fixture.h"
#include "store/memory/memory_store.h"

namespace muster::store {
namespace {

struct Kind {
  std::string name;
  std::function<std::unique_ptr<Store>(const std::string& directory)> open;
};

void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.name; }

class StoreTest : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    store_ = GetParam().open(dir_ / "store");
    ASSERT_NE(store_, nullptr);
  }

  std::unique_ptr<WriteTransaction> BeginWrite() { return *store_->BeginWrite(); }
  std::unique_ptr<ReadTransaction> BeginRead() { return *store_->BeginRead(); }

  TempDir dir_;
  std::unique_ptr<Store> store_;
};

TEST_P(StoreTest, AKeyThatIsNotThereIsNothing) {
  EXPECT_EQ(Value(*store_, Table::kHosts, "h"), std::nullopt);
}

TEST_P(StoreTest, WhatWasCommittedIsRead) {
  ASSERT_TRUE(PutOne(*store_, Table::kHosts, "h", "value").ok());
  EXPECT_EQ(Value(*store_, Table::kHosts, "h"), "value");
}

TEST_P(StoreTest, TablesAreApart) {
  for (int table = 0; table < kTableCount; ++table) {
    ASSERT_TRUE(PutOne(*store_, static_cast<Table>(table), "k", std::to_string(table)).ok());
  }
  for (int table = 0; table < kTableCount; ++table) {
    EXPECT_EQ(Value(*store_, static_cast<Table>(table), "k"), std::to_string(table));
  }
}

TEST_P(StoreTest, PutReplaces) {
  ASSERT_TRUE(PutOne(*store_, Table::kHosts, "h", "a longer value").ok());
  ASSERT_TRUE(PutOne(*store_, Table::kHosts, "h", "b").ok());
  EXPECT_EQ(Value(*store_, Table::kHosts, "h"), "b");
}

TEST_P(StoreTest, NoDirtyRead) {
  auto writer = BeginWrite();
  ASSERT_TRUE(writer->Put(Table::kHosts, "h", "v").ok());
  EXPECT_EQ(Value(*store_, Table::kHosts, "h"), std::nullopt);
}

TEST_P(StoreTest, NoNonRepeatableRead) {
  ASSERT_TRUE(PutOne(*store_, Table::kHosts, "h", "old").ok());
  auto reader = BeginRead();
  EXPECT_EQ(Value(*reader, Table::kHosts, "h"), "old");
  ASSERT_TRUE(PutOne(*store_, Table::kHosts, "h", "new").ok());
  EXPECT_EQ(Value(*reader, Table::kHosts, "h"), "old");
  EXPECT_EQ(Value(*store_, Table::kHosts, "h"), "new");
}

TEST_P(StoreTest, NoPhantom) {
  ASSERT_TRUE(PutOne(*store_, Table::kHosts, "b", "").ok());
  auto reader = BeginRead();
  ASSERT_TRUE(PutOne(*store_, Table::kHosts, "a", "").ok());
  EXPECT_THAT(Keys(*reader, Table::kHosts), testing::ElementsAre("b"));
}

TEST_P(StoreTest, AReaderSeesOneStateOfAllTables) {
  auto reader = BeginRead();
  auto writer = BeginWrite();
  ASSERT_TRUE(writer->Put(Table::kHosts, "h", "1").ok());
  ASSERT_TRUE(writer->Put(Table::kShapes, "s", "1").ok());
  ASSERT_TRUE(writer->Commit().ok());
  EXPECT_EQ(Value(*reader, Table::kHosts, "h"), std::nullopt);
  EXPECT_EQ(Value(*reader, Table::kShapes, "s"), std::nullopt);
}

TEST_P(StoreTest, AWriterSeesItsOwnChanges) {
  ASSERT_TRUE(PutOne(*store_, Table::kHosts, "gone", "v").ok());
  auto writer = BeginWrite();
  ASSERT_TRUE(writer->Put(Table::kHosts, "h", "v").ok());
  ASSERT_TRUE(writer->Delete(Table::kHosts, "gone").ok());
  EXPECT_EQ(Value(*writer, Table::kHosts, "h"), "v");
  EXPECT_THAT(Keys(*writer, Table::kHosts), testing::ElementsAre("h"));
}

TEST_P(StoreTest, AWriterThatIsDestroyedChangesNothing) {
  ASSERT_TRUE(PutOne(*store_, Table::kHosts, "h", "v").ok());
  const uint64_t before = store_->LatestCommit();
  {
    auto writer = BeginWrite();
    ASSERT_TRUE(writer->Put(Table::kHosts, "h", "other").ok());
    ASSERT_TRUE(writer->Put(Table::kHosts, "another", "v").ok());
  }
  EXPECT_EQ(Value(*store_, Table::kHosts, "h"), "v");
  EXPECT_EQ(Value(*store_, Table::kHosts, "another"), std::nullopt);
  EXPECT_EQ(store_->LatestCommit(), before);
}

TEST_P(StoreTest, AfterAWriterThatWasDestroyedAnotherOneBegins) {
  BeginWrite().reset();
  EXPECT_TRUE(PutOne(*store_, Table::kHosts, "h", "v").ok());
}

TEST_P(StoreTest, TryingToWriteGivesAWriterWhereThereIsNone) {
  auto writer = store_->TryBeginWrite();
  ASSERT_TRUE(writer.ok()) << writer.status();
  ASSERT_NE(*writer, nullptr);
  ASSERT_TRUE((*writer)->Put(Table::kHosts, "h", "v").ok());
  EXPECT_TRUE((*writer)->Commit().ok());
  EXPECT_EQ(Value(*store_, Table::kHosts, "h"), "v");
}

TEST_P(StoreTest, TryingToWriteDoesNotWaitForAnotherWriter) {
  auto writer = *store_->BeginWrite();
  auto other = store_->TryBeginWrite();
  ASSERT_TRUE(other.ok()) << other.status();
  EXPECT_EQ(*other, nullptr);
  writer.reset();
  EXPECT_NE(*store_->TryBeginWrite(), nullptr);
}

TEST_P(StoreTest, NothingWorksAfterTheCommit) {
  auto writer = BeginWrite();
  ASSERT_TRUE(writer->Put(Table::kHosts, "h", "v").ok());
  ASSERT_TRUE(writer->Commit().ok());
  EXPECT_EQ(writer->Commit().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(writer->Put(Table::kHosts, "h", "v").code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(writer->Delete(Table::kHosts, "h").code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(writer->Get(Table::kHosts, "h").status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_P(StoreTest, DeleteTakesOut) {
  ASSERT_TRUE(PutOne(*store_, Table::kHosts, "h", "v").ok());
  auto writer = BeginWrite();
  ASSERT_TRUE(writer->Delete(Table::kHosts, "h").ok());
  ASSERT_TRUE(writer->Commit().ok());
  EXPECT_EQ(Value(*store_, Table::kHosts, "h"), std::nullopt);
}

TEST_P(StoreTest, DeletingWhatIsNotThereIsNoError) {
  auto writer = BeginWrite();
  EXPECT_TRUE(writer->Delete(Table::kHosts, "h").ok());
  EXPECT_TRUE(writer->Delete(Table::kHosts, "").ok());
  EXPECT_TRUE(writer->Delete(Table::kHosts, std::string(600, 'k')).ok());
  EXPECT_TRUE(writer->Commit().ok());
}

TEST_P(StoreTest, ScanGoesInBytewiseOrder) {
  auto writer = BeginWrite();
  const std::vector<std::string> sorted = {std::string("\0", 1),
                                           std::string("\0a", 2),
                                           "10.0.0.10",
                                           "10.0.0.9",
                                           "A",
                                           "a",
                                           "aa",
                                           "b",
                                           "\x7f",
                                           "\xc3\xa9",
                                           "\xff"};
  for (size_t i = 0; i < sorted.size(); ++i) {
    // Put in another order.
    ASSERT_TRUE(writer->Put(Table::kHosts, sorted[i * 7 % sorted.size()], "").ok());
  }
  EXPECT_EQ(Keys(*writer, Table::kHosts), sorted);
  ASSERT_TRUE(writer->Commit().ok());
  EXPECT_EQ(Keys(*BeginRead(), Table::kHosts), sorted);
}

TEST_P(StoreTest, ScanBeginsAtTheFirstKeyNotBelow) {
  auto writer = BeginWrite();
  for (const char* key : {"a", "c", "e"}) {
    ASSERT_TRUE(writer->Put(Table::kHosts, key, "").ok());
  }
  EXPECT_THAT(Keys(*writer, Table::kHosts, "b"), testing::ElementsAre("c", "e"));
  EXPECT_THAT(Keys(*writer, Table::kHosts, "c"), testing::ElementsAre("c", "e"));
  EXPECT_THAT(Keys(*writer, Table::kHosts, "f"), testing::ElementsAre());
}

TEST_P(StoreTest, ScanEndsWhereTheVisitorSaysSo) {
  ASSERT_TRUE(PutOne(*store_, Table::kHosts, "a", "1").ok());
  ASSERT_TRUE(PutOne(*store_, Table::kHosts, "b", "2").ok());
  std::vector<std::string> seen;
  ASSERT_TRUE(BeginRead()
                  ->Scan(Table::kHosts, {},
                         [&](std::string_view key, std::string_view value) {
                           seen.push_back(std::string(key) + std::string(value));
                           return false;
                         })
                  .ok());
  EXPECT_THAT(seen, testing::ElementsAre("a1"));
}

TEST_P(StoreTest, AnEmptyTableScansToNothing) {
  EXPECT_THAT(Keys(*BeginRead(), Table::kUsers), testing::ElementsAre());
}

TEST_P(StoreTest, ALongestKeyIsKept) {
  const std::string key(kMaxKeyBytes, 'k');
  ASSERT_TRUE(PutOne(*store_, Table::kHosts, key, "v").ok());
  EXPECT_EQ(Value(*store_, Table::kHosts, key), "v");
}

TEST_P(StoreTest, AKeyThatIsTooLongIsRefused) {
  const std::string key(kMaxKeyBytes + 1, 'k');
  EXPECT_EQ(PutOne(*store_, Table::kHosts, key, "v").code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Value(*store_, Table::kHosts, key), std::nullopt);
}

TEST_P(StoreTest, AnEmptyKeyIsRefused) {
  EXPECT_EQ(PutOne(*store_, Table::kHosts, "", "v").code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Value(*store_, Table::kHosts, ""), std::nullopt);
}

TEST_P(StoreTest, AnEmptyValueIsAValue) {
  ASSERT_TRUE(PutOne(*store_, Table::kHosts, "h", "").ok());
  EXPECT_EQ(Value(*store_, Table::kHosts, "h"), "");
}

TEST_P(StoreTest, ABigValueIsKept) {
  std::string value(100'000, '\0');
  for (size_t i = 0; i < value.size(); ++i) value[i] = static_cast<char>(i * 31);
  ASSERT_TRUE(PutOne(*store_, Table::kHosts, "h", value).ok());
  EXPECT_EQ(Value(*store_, Table::kHosts, "h"), value);
}

TEST_P(StoreTest, CommitIdsGrow) {
  uint64_t last = store_->LatestCommit();
  for (int i = 0; i < 5; ++i) {
    auto writer = BeginWrite();
    ASSERT_TRUE(writer->Put(Table::kHosts, "h", std::to_string(i)).ok());
    ASSERT_TRUE(writer->Commit().ok());
    EXPECT_GT(writer->commit_id(), last);
    last = writer->commit_id();
  }
}

TEST_P(StoreTest, LatestCommitIsThatOfTheLastWriter) {
  auto writer = BeginWrite();
  ASSERT_TRUE(writer->Put(Table::kHosts, "h", "v").ok());
  ASSERT_TRUE(writer->Commit().ok());
  EXPECT_EQ(store_->LatestCommit(), writer->commit_id());
}

TEST_P(StoreTest, AReaderKnowsWhichCommitItSees) {
  auto before = BeginRead();
  EXPECT_EQ(before->commit_id(), store_->LatestCommit());
  ASSERT_TRUE(PutOne(*store_, Table::kHosts, "h", "v").ok());
  EXPECT_LT(before->commit_id(), store_->LatestCommit());
  EXPECT_EQ(BeginRead()->commit_id(), store_->LatestCommit());
}

TEST_P(StoreTest, AWriterSeesTheLatestCommitUntilItsOwn) {
  ASSERT_TRUE(PutOne(*store_, Table::kHosts, "h", "v").ok());
  EXPECT_EQ(BeginWrite()->commit_id(), store_->LatestCommit());
}

TEST_P(StoreTest, ACommitOfNothingIsNoCommit) {
  ASSERT_TRUE(PutOne(*store_, Table::kHosts, "h", "v").ok());
  const uint64_t latest = store_->LatestCommit();
  auto writer = BeginWrite();
  ASSERT_TRUE(writer->Delete(Table::kHosts, "not there").ok());
  ASSERT_TRUE(writer->Commit().ok());
  EXPECT_EQ(writer->commit_id(), latest);
  EXPECT_EQ(store_->LatestCommit(), latest);
}

TEST_P(StoreTest, WritersWaitForEachOther) {
  std::atomic<bool> committing{false};
  std::atomic<bool> overtaken{false};
  auto first = BeginWrite();
  std::thread second([&] {
    auto writer = BeginWrite();
    overtaken = !committing;
    EXPECT_EQ(Value(*writer, Table::kHosts, "first"), "v");
    ASSERT_TRUE(writer->Put(Table::kHosts, "second", "v").ok());
    ASSERT_TRUE(writer->Commit().ok());
  });
  ASSERT_TRUE(first->Put(Table::kHosts, "first", "v").ok());
  committing = true;
  ASSERT_TRUE(first->Commit().ok());
  second.join();
  EXPECT_FALSE(overtaken);
  EXPECT_EQ(Value(*store_, Table::kHosts, "second"), "v");
}

TEST_P(StoreTest, TwoThreadsLoseNoUpdate) {
  constexpr int kRounds = 50;
  ASSERT_TRUE(PutOne(*store_, Table::kHosts, "count", "0").ok());
  std::atomic<int> started{0};
  const auto count = [&] {
    ++started;
    while (started < 2) std::this_thread::yield();
    for (int i = 0; i < kRounds; ++i) {
      auto writer = BeginWrite();
      const int seen = std::stoi(*Value(*writer, Table::kHosts, "count"));
      std::this_thread::yield();  // gives a second writer its chance
      ASSERT_TRUE(writer->Put(Table::kHosts, "count", std::to_string(seen + 1)).ok());
      ASSERT_TRUE(writer->Commit().ok());
    }
  };
  std::thread other(count);
  count();
  other.join();
  EXPECT_EQ(Value(*store_, Table::kHosts, "count"), std::to_string(2 * kRounds));
}

TEST_P(StoreTest, ReadersInOtherThreadsSeeWholeCommits) {
  std::atomic<bool> done{false};
  std::thread reader([&] {
    while (!done) {
      auto transaction = BeginRead();
      EXPECT_EQ(Value(*transaction, Table::kHosts, "x"),
                Value(*transaction, Table::kShapes, "x"));
    }
  });
  for (int i = 0; i < 50; ++i) {
    auto writer = BeginWrite();
    ASSERT_TRUE(writer->Put(Table::kHosts, "x", std::to_string(i)).ok());
    ASSERT_TRUE(writer->Put(Table::kShapes, "x", std::to_string(i)).ok());
    ASSERT_TRUE(writer->Commit().ok());
  }
  done = true;
  reader.join();
}

TEST_P(StoreTest, AReadTransactionMayMoveToAnotherThread) {
  ASSERT_TRUE(PutOne(*store_, Table::kHosts, "h", "v").ok());
  auto first = BeginRead();
  auto second = BeginRead();  // of the same thread, at the same time
  std::thread([&, moved = std::move(first)]() mutable {
    EXPECT_EQ(Value(*moved, Table::kHosts, "h"), "v");
    moved.reset();
  }).join();
  EXPECT_EQ(Value(*second, Table::kHosts, "h"), "v");
}

TEST_P(StoreTest, HighWaterIsPerIncarnationAndOnlyRises) {
  EXPECT_EQ(store_->HighWaterVersion(1), std::nullopt);
  store_->RaiseHighWaterVersion(1, 7);
  store_->RaiseHighWaterVersion(2, 3);
  store_->RaiseHighWaterVersion(1, 5);
  EXPECT_EQ(store_->HighWaterVersion(1), 7u);
  EXPECT_EQ(store_->HighWaterVersion(2), 3u);
  EXPECT_EQ(store_->HighWaterVersion(3), std::nullopt);
}

TEST_P(StoreTest, TheFingerprintStaysAndIsShort) {
  const std::string fingerprint = store_->Fingerprint();
  EXPECT_FALSE(fingerprint.empty());
  EXPECT_LE(fingerprint.size(), 255u);
  ASSERT_TRUE(PutOne(*store_, Table::kHosts, "h", "v").ok());
  EXPECT_EQ(store_->Fingerprint(), fingerprint);
}

TEST_P(StoreTest, AnotherStoreHasAnotherFingerprint) {
  const auto other = GetParam().open(dir_ / "other");
  EXPECT_NE(store_->Fingerprint(), other->Fingerprint());
}

TEST_P(StoreTest, ARoleIsTakenAndGivenUp) {
  for (Role role : {Role::kOnlyWriter, Role::kSweeper}) {
    EXPECT_TRUE(*store_->TryTakeRole(role));
    EXPECT_TRUE(*store_->TryTakeRole(role));  // by the same process
    EXPECT_FALSE(store_->RoleTakenByOthers(role));
    store_->GiveUpRole(role);
  }
}

TEST_P(StoreTest, TheOnlyWriterWrites) {
  ASSERT_TRUE(*store_->TryTakeRole(Role::kOnlyWriter));
  EXPECT_TRUE(PutOne(*store_, Table::kHosts, "h", "v").ok());
}

TEST_P(StoreTest, TheBellIsHeard) {
  const uint32_t seen = store_->CommitBell();
  std::thread waiter(
      [&] { store_->WaitForCommitBell(seen, std::chrono::steady_clock::time_point::max()); });
  store_->RingCommitBell();
  waiter.join();
  EXPECT_NE(store_->CommitBell(), seen);
}

TEST_P(StoreTest, ABellThatHasRungIsNotWaitedFor) {
  const uint32_t seen = store_->CommitBell();
  store_->RingCommitBell();
  store_->WaitForCommitBell(seen, std::chrono::steady_clock::time_point::max());
}

TEST_P(StoreTest, WaitingForTheBellEndsAtTheDeadline) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(2);
  store_->WaitForCommitBell(store_->CommitBell(), deadline);
  EXPECT_GE(std::chrono::steady_clock::now(), deadline);
  store_->WaitForCommitBell(store_->CommitBell(), std::chrono::steady_clock::time_point::min());
}

TEST_P(StoreTest, ProbeIsWell) { EXPECT_TRUE(store_->Probe().ok()) << store_->Probe(); }

TEST_P(StoreTest, ProbeIsWellWhileSomebodyWrites) {
  auto writer = BeginWrite();
  ASSERT_TRUE(writer->Put(Table::kHosts, "h", "v").ok());
  EXPECT_TRUE(store_->Probe().ok());
}

TEST_P(StoreTest, OnceClosedCallsFail) {
  ASSERT_TRUE(store_->Close().ok());
  EXPECT_EQ(store_->BeginRead().status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(store_->BeginWrite().status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(store_->Probe().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_P(StoreTest, OnceClosedWhatCannotFailStillAnswers) {
  ASSERT_TRUE(PutOne(*store_, Table::kHosts, "h", "v").ok());
  const uint64_t latest = store_->LatestCommit();
  const std::string fingerprint = store_->Fingerprint();
  ASSERT_TRUE(store_->Close().ok());
  EXPECT_EQ(store_->LatestCommit(), latest);
  EXPECT_EQ(store_->Fingerprint(), fingerprint);
  store_->RaiseHighWaterVersion(1, 1);
  (void)store_->HighWaterVersion(1);
}

TEST_P(StoreTest, ClosingTwiceIsFine) {
  ASSERT_TRUE(store_->Close().ok());
  EXPECT_TRUE(store_->Close().ok());
}

INSTANTIATE_TEST_SUITE_P(
    Stores, StoreTest,
    testing::Values(Kind{"Memory", [](const std::string&) { return NewMemoryStore(); }},
                    Kind{"Lmdb",
                         [](const std::string& directory) -> std::unique_ptr<Store> {
                           auto store = OpenLmdb(directory, {});
                           EXPECT_TRUE(store.ok()) << store.status();
                           return store.ok() ? *std::move(store) : nullptr;
                         }}),
    [](const auto& kind) { return kind.param.name; });

}  // namespace
}  // namespace muster::store
