#include "store/records.h"

#include "engine/store/fixture.h"
#include "store/memory/memory_store.h"
#include "store/seal.h"

namespace muster::store {
namespace {

class Records : public testing::Test {
 protected:
  using Pairs = std::vector<std::pair<std::string, std::string>>;

  absl::Status Scan(List list) {
    seen_.clear();
    auto reader = *store_->BeginRead();
    return ScanRecords(*reader, list, meta_,
                       [&](std::string_view key, std::string_view record) {
                         seen_.emplace_back(key, record);
                         return absl::OkStatus();
                       });
  }

  void Put(List list, std::string_view key, std::string_view record) {
    auto writer = *store_->BeginWrite();
    ASSERT_TRUE(RecordWriter(writer.get(), &meta_).Put(list, key, record).ok());
    ASSERT_TRUE(writer->Commit().ok());
  }

  // Behind the writer's back.
  void PutSealed(Table table, std::string_view key, std::string_view record) {
    std::string sealed;
    Seal(table, key, record, &sealed);
    ASSERT_TRUE(PutOne(*store_, table, key, sealed).ok());
  }

  const std::unique_ptr<Store> store_ = NewMemoryStore();
  Meta meta_;
  Pairs seen_;
};

TEST_F(Records, ArePutAndRead) {
  Put(List::kHosts, "h", "record");
  auto reader = *store_->BeginRead();
  EXPECT_EQ(**GetRecord(*reader, List::kHosts, "h"), "record");
  EXPECT_FALSE(GetRecord(*reader, List::kHosts, "other")->has_value());
}

TEST_F(Records, EachListHasATableOfItsOwn) {
  for (int list = 0; list < kListCount; ++list) {
    Put(static_cast<List>(list), "k", std::to_string(list));
  }
  auto reader = *store_->BeginRead();
  for (int list = 0; list < kListCount; ++list) {
    EXPECT_EQ(**GetRecord(*reader, static_cast<List>(list), "k"), std::to_string(list));
    EXPECT_EQ(TableName(TableOf(static_cast<List>(list))), ListName(static_cast<List>(list)));
  }
}

TEST_F(Records, ScanVisitsAllInOrder) {
  Put(List::kHosts, "b", "2");
  Put(List::kHosts, "a", "1");
  ASSERT_TRUE(Scan(List::kHosts).ok());
  EXPECT_EQ(seen_, (Pairs{{"a", "1"}, {"b", "2"}}));
}

TEST_F(Records, CountFollowsPutsAndDeletes) {
  auto writer = *store_->BeginWrite();
  RecordWriter records(writer.get(), &meta_);
  ASSERT_TRUE(*records.Put(List::kHosts, "a", "1"));
  ASSERT_TRUE(*records.Put(List::kHosts, "b", "1"));
  ASSERT_TRUE(*records.Put(List::kHosts, "a", "2"));
  EXPECT_EQ(meta_.list(List::kHosts).count, 2u);
  ASSERT_TRUE(*records.Delete(List::kHosts, "a"));
  EXPECT_EQ(meta_.list(List::kHosts).count, 1u);
  EXPECT_EQ(meta_.list(List::kShapes).count, 0u);
}

TEST_F(Records, TheDigestDoesNotDependOnTheWay) {
  Put(List::kHosts, "a", "1");
  Put(List::kHosts, "b", "2");
  const uint64_t digest = meta_.list(List::kHosts).digest;
  Put(List::kHosts, "c", "3");
  Put(List::kHosts, "a", "other");
  Put(List::kHosts, "a", "1");
  auto writer = *store_->BeginWrite();
  ASSERT_TRUE(*RecordWriter(writer.get(), &meta_).Delete(List::kHosts, "c"));
  ASSERT_TRUE(writer->Commit().ok());
  EXPECT_EQ(meta_.list(List::kHosts).digest, digest);
  EXPECT_TRUE(Scan(List::kHosts).ok());
}

TEST_F(Records, PuttingTheSameBytesChangesNothing) {
  Put(List::kHosts, "a", "1");
  const uint64_t commit = store_->LatestCommit();
  auto writer = *store_->BeginWrite();
  EXPECT_FALSE(*RecordWriter(writer.get(), &meta_).Put(List::kHosts, "a", "1"));
  ASSERT_TRUE(writer->Commit().ok());
  EXPECT_EQ(store_->LatestCommit(), commit);
  EXPECT_EQ(meta_.list(List::kHosts).count, 1u);
}

TEST_F(Records, DeletingWhatIsNotThereChangesNothing) {
  auto writer = *store_->BeginWrite();
  EXPECT_FALSE(*RecordWriter(writer.get(), &meta_).Delete(List::kHosts, "a"));
  EXPECT_EQ(meta_.list(List::kHosts).count, 0u);
}

TEST_F(Records, ADamagedOneIsDataLossWhenRead) {
  Put(List::kHosts, "10.0.0.1", "record");
  ASSERT_TRUE(PutOne(*store_, Table::kHosts, "10.0.0.1", "recorD01234567").ok());
  auto reader = *store_->BeginRead();
  const std::string expected =
      "a record of hosts is damaged: 10.0.0.1: restore the store from a backup";
  EXPECT_EQ(MessageOf(GetRecord(*reader, List::kHosts, "10.0.0.1").status()), expected);
  EXPECT_EQ(MessageOf(Scan(List::kHosts)), expected);
}

TEST_F(Records, ADamagedOneCanBeReplaced) {
  Put(List::kHosts, "a", "record");
  std::string sealed = *Value(*store_, Table::kHosts, "a");
  sealed[0] ^= 1;
  ASSERT_TRUE(PutOne(*store_, Table::kHosts, "a", sealed).ok());
  Put(List::kHosts, "a", "record");
  EXPECT_TRUE(Scan(List::kHosts).ok());
}

TEST_F(Records, ALostOneIsDataLoss) {
  Put(List::kHosts, "a", "1");
  Put(List::kHosts, "b", "2");
  auto writer = *store_->BeginWrite();
  ASSERT_TRUE(writer->Delete(Table::kHosts, "a").ok());
  ASSERT_TRUE(writer->Commit().ok());
  const absl::Status status = Scan(List::kHosts);
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(MessageOf(status),
            "the list hosts holds 1 records, its meta record says 2: restore the store from a "
            "backup");
}

TEST_F(Records, AnExchangedOneIsDataLoss) {
  Put(List::kHosts, "a", "1");
  PutSealed(Table::kHosts, "a", "an older one");
  const absl::Status status = Scan(List::kHosts);
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(MessageOf(status),
            "the list hosts does not hold the records that its meta record counts: restore the "
            "store from a backup");
}

TEST_F(Records, OneTooManyIsDataLossWhenDeleted) {
  PutSealed(Table::kHosts, "a", "1");
  auto writer = *store_->BeginWrite();
  EXPECT_EQ(RecordWriter(writer.get(), &meta_).Delete(List::kHosts, "a").status().code(),
            absl::StatusCode::kDataLoss);
}

TEST_F(Records, AVisitorsErrorEndsTheScan) {
  Put(List::kHosts, "a", "1");
  Put(List::kHosts, "b", "2");
  auto reader = *store_->BeginRead();
  int calls = 0;
  EXPECT_EQ(ScanRecords(*reader, List::kHosts, meta_,
                        [&](std::string_view, std::string_view) {
                          ++calls;
                          return absl::CancelledError("enough");
                        }),
            absl::CancelledError("enough"));
  EXPECT_EQ(calls, 1);
}

TEST_F(Records, UncountedOnesAreSealedAndNotCounted) {
  auto writer = *store_->BeginWrite();
  RecordWriter records(writer.get(), &meta_);
  EXPECT_TRUE(*records.PutUncounted(Table::kUserApiKeys, "u1"));
  EXPECT_FALSE(*records.PutUncounted(Table::kUserApiKeys, "u1"));
  EXPECT_EQ(Value(*writer, Table::kUserApiKeys, "u1")->size(), kChecksumBytes);
  EXPECT_EQ(**GetRecord(*writer, Table::kUserApiKeys, "u1"), "");
  for (const ListState& list : meta_.lists) EXPECT_EQ(list.count, 0u);
  EXPECT_TRUE(*records.DeleteUncounted(Table::kUserApiKeys, "u1"));
  EXPECT_FALSE(*records.DeleteUncounted(Table::kUserApiKeys, "u1"));
}

TEST_F(Records, ScanTableStaysWithinThePrefix) {
  auto writer = *store_->BeginWrite();
  RecordWriter records(writer.get(), &meta_);
  for (const char* key : {"a1", "b1", "b2", "c1"}) {
    ASSERT_TRUE(*records.PutUncounted(Table::kUserApiKeys, key));
  }
  std::vector<std::string> keys;
  const auto collect = [&](std::string_view key, std::string_view) {
    keys.emplace_back(key);
    return absl::OkStatus();
  };
  ASSERT_TRUE(ScanTable(*writer, Table::kUserApiKeys, "b", collect).ok());
  EXPECT_THAT(keys, testing::ElementsAre("b1", "b2"));
}

TEST_F(Records, ScanTableFindsDamage) {
  ASSERT_TRUE(PutOne(*store_, Table::kUserApiKeys, "u1", "01234567").ok());
  auto reader = *store_->BeginRead();
  const auto nothing = [](std::string_view, std::string_view) { return absl::OkStatus(); };
  EXPECT_EQ(ScanTable(*reader, Table::kUserApiKeys, {}, nothing).code(),
            absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace muster::store
