// What a change copies, how nodes are mended, and what a page touches.
#include "view/counted_tree.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "engine/view/tree_checker.h"

namespace muster::view {
namespace {

constexpr auto kShown = CountedTree::Kind::kShown;
constexpr auto kHidden = CountedTree::Kind::kHidden;

std::string Key(size_t number) {
  char digits[16];
  std::snprintf(digits, sizeof(digits), "%07zu", number);
  return digits;
}

// Rows 0, 2, 4, …: there is room between any two.
CountedTree Build(size_t rows) {
  CountedTree::Builder builder;
  for (size_t i = 0; i < rows; ++i) builder.Append({Key(2 * i), "r", "{" + Key(2 * i) + "}"});
  return builder.Finish();
}

CountedTree Put(const CountedTree& tree, const std::vector<size_t>& numbers,
                std::string_view json = "{}") {
  std::vector<std::string> keys;
  for (size_t number : numbers) keys.push_back(Key(number));
  std::vector<RowChange> changes;
  for (const std::string& key : keys) changes.push_back({key, true, "new", json});
  bool changed = false;
  return tree.With(changes, kShown, &changed);
}

CountedTree RemoveFrom(const CountedTree& tree, size_t first, size_t last) {
  std::vector<std::string> keys;
  for (size_t i = first; i < last; ++i) keys.push_back(Key(2 * i));
  std::vector<RowChange> changes;
  for (const std::string& key : keys) changes.push_back({key});
  bool changed = false;
  return tree.With(changes, kShown, &changed);
}

void ExpectSound(const CountedTree& tree) { EXPECT_EQ(CheckInvariants(tree, kShown), ""); }

// So many rows are leaves under inner nodes under inner nodes under a root.
constexpr size_t kManyRows = 420000;

TEST(CountedTree, IsSoundForEverySizeWhenBuilt) {
  for (size_t rows = 0; rows < 400; ++rows) {
    const CountedTree tree = Build(rows);
    EXPECT_EQ(tree.size(), rows);
    ExpectSound(tree);
  }
  constexpr size_t kFullInner = kMaxChildren * kBulkLeafRows;
  for (size_t rows : {kBulkChildren * kBulkLeafRows - 1, kBulkChildren * kBulkLeafRows,
                      kFullInner, kFullInner + 1, kFullInner + kMinLeafRows + 1}) {
    ExpectSound(Build(rows));
  }
  const CountedTree tree = Build(kManyRows);
  ExpectSound(tree);
  EXPECT_EQ(tree.root()->height(), 3u);
}

TEST(CountedTree, AChangedRowCopiesOneLeafAndThePathToIt) {
  const CountedTree before = Build(kManyRows);
  const CountedTree after = Put(before, {2 * 77777});
  EXPECT_EQ(NewNodes(before, after), 1 + before.root()->height());
  ExpectSound(after);
}

TEST(CountedTree, AnAddedRowCopiesOneLeafAndThePathToIt) {
  const CountedTree before = Build(kManyRows);
  const CountedTree after = Put(before, {2 * 77777 + 1});
  EXPECT_EQ(after.size(), kManyRows + 1);
  EXPECT_EQ(NewNodes(before, after), 1 + before.root()->height());
}

TEST(CountedTree, ARemovedRowCopiesOneLeafAndThePathToIt) {
  const CountedTree before = Build(kManyRows);
  const CountedTree after = RemoveFrom(before, 77777, 77778);
  EXPECT_EQ(after.size(), kManyRows - 1);
  EXPECT_EQ(NewNodes(before, after), 1 + before.root()->height());
}

TEST(CountedTree, ChangesOfOneLeafCopyItOnce) {
  const CountedTree before = Build(kManyRows);
  const CountedTree after = Put(before, {640, 642, 643, 650});
  EXPECT_EQ(NewNodes(before, after), 1 + before.root()->height());
}

TEST(CountedTree, ABatchCopiesTheLeavesThatItChangesAndTheNodesAboveThemOnce) {
  const CountedTree before = Build(kManyRows);
  // Two leaves under one inner node, and one far away: below the root, two paths.
  const CountedTree after = Put(before, {0, 2 * (kBulkLeafRows + 6), 2 * (kManyRows - 1)});
  EXPECT_EQ(NewNodes(before, after), 3 + 2 * (before.root()->height() - 1) + 1);
  ExpectSound(after);
}

TEST(CountedTree, AChangeThatChangesNothingCopiesNothing) {
  const CountedTree before = Build(1000);
  EXPECT_EQ(RemoveFrom(before, 5000, 5001).root(), before.root()) << "a row that is not there";
  const CountedTree once = Put(before, {10, 20});
  EXPECT_EQ(Put(once, {10, 20}).root(), once.root()) << "the same bytes";
  EXPECT_EQ(Put(before, {}).root(), before.root());
}

TEST(CountedTree, ALeafThatIsFullBecomesTwo) {
  CountedTree tree = Build(1);
  for (size_t i = 1; i < kMaxLeafRows; ++i) tree = Put(tree, {2 * i});
  EXPECT_EQ(tree.root()->height(), 0u);
  tree = Put(tree, {1});
  EXPECT_EQ(tree.root()->height(), 1u);
  EXPECT_EQ(tree.root()->count(), 2u);
  ExpectSound(tree);
}

TEST(CountedTree, ALeafLeftTooSmallJoinsItsNeighbour) {
  const CountedTree tree =
      RemoveFrom(Build(3 * kBulkLeafRows), kBulkLeafRows, 2 * kBulkLeafRows - kMinLeafRows + 1);
  EXPECT_EQ(tree.root()->count(), 2u) << "three leaves before";
  ExpectSound(tree);
}

TEST(CountedTree, ALeafLeftTooSmallTakesRowsOfANeighbourThatIsFull) {
  CountedTree tree = Build(3 * kBulkLeafRows);
  for (size_t i = 0; i < kMaxLeafRows - kBulkLeafRows; ++i) tree = Put(tree, {2 * i + 1});
  // The second keeps one row less than it must have.
  tree = RemoveFrom(tree, kBulkLeafRows + 1, 2 * kBulkLeafRows - kMinLeafRows + 2);
  EXPECT_EQ(tree.root()->count(), 3u);
  ExpectSound(tree);
}

TEST(CountedTree, NodesThatAreLeftTooSmallAreMendedAcrossTheSeamOfTheirParents) {
  // Of two neighbouring inner nodes, the one keeps a single row, the other is whole;
  // their leaves meet only when the two are joined.
  const CountedTree before = Build(kManyRows);
  const Inner* const root = AsInner(before.root());
  const size_t begin = root->row_begin(1), end = root->row_end(1);
  ExpectSound(RemoveFrom(before, begin, end - 1));
  ExpectSound(RemoveFrom(before, begin + 1, end));
  ExpectSound(RemoveFrom(before, begin + 1, end + 20000));
  ExpectSound(RemoveFrom(before, 1, kManyRows - 1));
}

TEST(CountedTree, TheRootGoesDownAsRowsGo) {
  CountedTree tree = Build(kManyRows);
  for (size_t left = kManyRows; left > 0; left /= 3) {
    tree = RemoveFrom(tree, left / 3, left);
    ExpectSound(tree);
    EXPECT_EQ(tree.size(), left / 3);
  }
  EXPECT_EQ(tree.root(), nullptr);
}

TEST(CountedTree, ALargeBatchIntoOneLeafMakesALevelOfNodes) {
  std::vector<size_t> numbers;
  for (size_t i = 0; i < 50000; ++i) numbers.push_back(101 + 2 * i);
  const CountedTree tree = Put(Build(100), numbers);
  EXPECT_EQ(tree.size(), 50100u);
  ExpectSound(tree);
}

TEST(CountedTree, APageOf500RowsIsAtMost9SpansHoweverSmallTheLeaves) {
  constexpr size_t kLeaves = 40;
  CountedTree tree = Build(kLeaves * kBulkLeafRows);
  for (size_t leaf = 0; leaf < kLeaves; ++leaf) {
    tree = RemoveFrom(tree, leaf * kBulkLeafRows + kMinLeafRows, (leaf + 1) * kBulkLeafRows);
  }
  const size_t rows = kLeaves * kMinLeafRows;
  ASSERT_EQ(tree.size(), rows);
  for (size_t offset = 0; offset < rows; ++offset) {
    Spans spans;
    EXPECT_EQ(tree.Slice(offset, 500, &spans), std::min<size_t>(500, rows - offset));
    EXPECT_LE(spans.size(), 9u);
  }
}

TEST(CountedTree, EveryOffsetGivesItsRow) {
  const CountedTree tree = Build(10000);
  for (size_t offset = 0; offset < 10000; ++offset) {
    Spans spans;
    ASSERT_EQ(tree.Slice(offset, 1, &spans), 1u);
    ASSERT_EQ(spans.ToString(), "{" + Key(2 * offset) + "}");
  }
  Spans spans;
  EXPECT_EQ(tree.Slice(10000, 1, &spans), 0u);
  EXPECT_TRUE(spans.empty());
}

TEST(CountedTree, HoldsOnlyTheRowsOfItsKind) {
  bool changed = false;
  const std::vector<RowChange> changes = {{"a", true, "r", "{}"}, {"b", true, "r", ""}};
  EXPECT_EQ(CountedTree().With(changes, kHidden, &changed).size(), 1u);
  EXPECT_FALSE(changed) << "clients see nothing of hidden rows";
  EXPECT_EQ(CountedTree().With(changes, kShown, &changed).size(), 1u);
  EXPECT_TRUE(changed);
}

TEST(CountedTree, AVersionLivesAsLongAsItIsHeld) {
  CountedTree old = Build(5000);
  CountedTree next = Put(old, {100}, "{new}");
  Spans spans;
  old.Slice(50, 1, &spans);
  EXPECT_EQ(spans.ToString(), "{" + Key(100) + "}");
  old = CountedTree();
  spans.Clear();
  next.Slice(50, 1, &spans);
  EXPECT_EQ(spans.ToString(), "{new}");
  ExpectSound(next);
}

// The sanitizers notice a node that is freed too early, too late or twice.
TEST(CountedTree, AnyThreadMayLetGoOfVersionsThatShareNodes) {
  CountedTree newest = Build(5000);
  for (size_t round = 0; round < 50; ++round) {
    std::vector<CountedTree> versions;
    for (size_t i = 0; i < 8; ++i) {
      newest = Put(newest, {(round * 797 + i * 1201) % 10000}, "{" + Key(round) + "}");
      versions.push_back(newest);
    }
    std::vector<std::thread> threads;
    for (CountedTree& version : versions) {
      threads.emplace_back([tree = std::move(version)]() mutable {
        Spans spans;
        EXPECT_EQ(tree.Slice(100, 500, &spans), 500u);
        tree = CountedTree();
      });
    }
    newest = Put(newest, {round}, "{}");
    for (std::thread& thread : threads) thread.join();
  }
  ExpectSound(newest);
}

}  // namespace
}  // namespace muster::view
