// A stage: what is read through it, what is taken back, what it writes.
#include "commit/stage.h"

#include <gmock/gmock.h>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "commit/staged_transaction.h"
#include "engine/store/fixture.h"
#include "store/memory/memory_store.h"

namespace muster::commit {
namespace {

using testing::ElementsAre;

constexpr Table kTable = Table::kHosts;

class StageTest : public testing::Test {
 protected:
  StageTest() {
    for (const char* key : {"b", "d", "f"}) {
      EXPECT_TRUE(store::PutOne(*store_, kTable, key, std::string(key) + " below").ok());
    }
    below_ = *store_->BeginRead();
    txn_.emplace(&stage_, *below_);
  }

  std::vector<std::string> Scan(std::string_view first = {}, size_t most = 100) {
    std::vector<std::string> rows;
    EXPECT_TRUE(txn_->Scan(kTable, first,
                           [&](std::string_view key, std::string_view value) {
                             rows.push_back(std::string(key) + "=" + std::string(value));
                             return rows.size() < most;
                           })
                    .ok());
    return rows;
  }

  const std::unique_ptr<Store> store_ = store::NewMemoryStore();
  std::unique_ptr<ReadTransaction> below_;
  Stage stage_;
  std::optional<StagedWrite> txn_;
};

TEST_F(StageTest, GivesWhatIsBelowWhereNothingChanged) {
  EXPECT_THAT(Scan(), ElementsAre("b=b below", "d=d below", "f=f below"));
  EXPECT_EQ(**txn_->Get(kTable, "b"), "b below");
  EXPECT_EQ(*txn_->Get(kTable, "c"), std::nullopt);
}

TEST_F(StageTest, LaysItsChangesOverWhatIsBelowInOrder) {
  ASSERT_TRUE(txn_->Put(kTable, "a", "1").ok());
  ASSERT_TRUE(txn_->Put(kTable, "d", "2").ok());
  ASSERT_TRUE(txn_->Delete(kTable, "f").ok());
  ASSERT_TRUE(txn_->Put(kTable, "g", "3").ok());
  EXPECT_THAT(Scan(), ElementsAre("a=1", "b=b below", "d=2", "g=3"));
  EXPECT_THAT(Scan("c"), ElementsAre("d=2", "g=3"));
  EXPECT_THAT(Scan({}, 2), ElementsAre("a=1", "b=b below"));
  EXPECT_EQ(*txn_->Get(kTable, "f"), std::nullopt);
}

TEST_F(StageTest, TakesBackWhatCameAfterAMark) {
  ASSERT_TRUE(txn_->Put(kTable, "a", "1").ok());
  ASSERT_TRUE(txn_->Put(kTable, "d", "2").ok());
  const size_t mark = stage_.changes().size();
  ASSERT_TRUE(txn_->Put(kTable, "a", "other").ok());
  ASSERT_TRUE(txn_->Delete(kTable, "b").ok());
  ASSERT_TRUE(txn_->Delete(kTable, "d").ok());
  ASSERT_TRUE(txn_->Put(kTable, "d", "again").ok());
  ASSERT_TRUE(txn_->Put(kTable, "new", "3").ok());
  stage_.RollBack(mark);
  EXPECT_THAT(Scan(), ElementsAre("a=1", "b=b below", "d=2", "f=f below"));
  stage_.RollBack(0);
  EXPECT_TRUE(stage_.empty());
}

TEST_F(StageTest, WritesWhatItHolds) {
  ASSERT_TRUE(txn_->Put(kTable, "a", "1").ok());
  ASSERT_TRUE(txn_->Put(kTable, "a", "2").ok());
  ASSERT_TRUE(txn_->Delete(kTable, "d").ok());
  auto write = *store_->BeginWrite();
  ASSERT_TRUE(stage_.WriteTo(*write).ok());
  ASSERT_TRUE(write->Commit().ok());
  EXPECT_EQ(**(*store_->BeginRead())->Get(kTable, "a"), "2");
  EXPECT_EQ(*(*store_->BeginRead())->Get(kTable, "d"), std::nullopt);
}

TEST_F(StageTest, RefusesKeysThatNoStoreTakes) {
  EXPECT_FALSE(txn_->Put(kTable, "", "v").ok());
  EXPECT_FALSE(txn_->Put(kTable, std::string(kMaxKeyBytes + 1, 'k'), "v").ok());
}

TEST_F(StageTest, IsWhatAMapWouldBeWhateverTheHistory) {
  std::mt19937 random(7);
  std::map<std::string, std::string> model = {
      {"b", "b below"}, {"d", "d below"}, {"f", "f below"}};
  for (int round = 0; round < 2000; ++round) {
    const auto before = model;
    const size_t mark = stage_.changes().size();
    for (int i = 0; i < 5; ++i) {
      const std::string key(1, static_cast<char>('a' + random() % 12));
      if (random() % 3 == 0) {
        model.erase(key);
        ASSERT_TRUE(txn_->Delete(kTable, key).ok());
      } else {
        model[key] = std::string(random() % 300, 'x') + std::to_string(round);
        ASSERT_TRUE(txn_->Put(kTable, key, model[key]).ok());
      }
    }
    if (random() % 3 == 0) {
      stage_.RollBack(mark);
      model = before;
    }
    std::vector<std::string> expected;
    for (const auto& [key, value] : model) expected.push_back(key + "=" + value);
    ASSERT_EQ(Scan(), expected);
  }
}

}  // namespace
}  // namespace muster::commit
