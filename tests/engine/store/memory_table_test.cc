#include "store/memory/memory_table.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

namespace muster::store {
namespace {

using Rows = std::map<std::string, std::string>;

Rows RowsFrom(const MemoryTable& table, const std::string& first = {}) {
  Rows rows;
  std::string last;
  table.Visit(first, [&](std::string_view key, std::string_view value) {
    EXPECT_TRUE(rows.empty() || last < key);
    last = std::string(key);
    rows.emplace(key, value);
    return true;
  });
  return rows;
}

Rows From(const Rows& rows, const std::string& first) {
  return Rows(rows.lower_bound(first), rows.end());
}

TEST(MemoryTable, HoldsWhatAMapHoldsThroughALongHistory) {
  std::mt19937 random(3);
  MemoryTable table;
  Rows model;
  for (int i = 0; i < 20000; ++i) {
    const std::string key = std::to_string(random() % 3000);
    // It grows, shrinks until nothing is left, and grows again.
    if (random() % 10 < (i / 5000 % 2 == 0 ? 2u : 9u)) {
      table.Delete(key);
      model.erase(key);
    } else {
      table.Put(key, std::to_string(i));
      model[key] = std::to_string(i);
    }
    const auto found = table.Find(key);
    EXPECT_EQ(found.has_value(), model.count(key) == 1);
    if (found) {
      EXPECT_EQ(*found, model[key]);
    }
    if (i % 500 == 0) {
      ASSERT_EQ(RowsFrom(table), model);
      ASSERT_EQ(RowsFrom(table, key), From(model, key));
      ASSERT_EQ(RowsFrom(table, key + "!"), From(model, key + "!"));
    }
  }
  while (!model.empty()) {
    table.Delete(model.begin()->first);
    model.erase(model.begin());
  }
  EXPECT_TRUE(RowsFrom(table).empty());
  EXPECT_FALSE(table.Find("1"));
}

TEST(MemoryTable, ACopyStaysAsItWas) {
  MemoryTable table;
  for (int i = 0; i < 1000; ++i) table.Put(std::to_string(i), "before");
  const MemoryTable copy = table;
  const Rows before = RowsFrom(copy);
  for (int i = 0; i < 1000; i += 3) table.Put(std::to_string(i), "after");
  for (int i = 1; i < 1000; i += 3) table.Delete(std::to_string(i));
  for (int i = 1000; i < 2000; ++i) table.Put(std::to_string(i), "new");
  EXPECT_EQ(RowsFrom(copy), before);
  EXPECT_EQ(*table.Find("0"), "after");
  EXPECT_FALSE(table.Find("1"));
}

TEST(MemoryTable, StopsWhereTheVisitorSaysSo) {
  MemoryTable table;
  for (int i = 0; i < 1000; ++i) table.Put(std::to_string(i), "");
  int visits = 0;
  table.Visit({}, [&](std::string_view, std::string_view) { return ++visits < 300; });
  EXPECT_EQ(visits, 300);
}

}  // namespace
}  // namespace muster::store
