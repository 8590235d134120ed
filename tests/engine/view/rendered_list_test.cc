// RenderedList against a model that could not be simpler: a sorted map.
#include "view/rendered_list.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

namespace muster::view {
namespace {

struct Content {
  std::string record;
  std::string json;
};
using Model = std::map<std::string, Content>;

std::shared_ptr<const RenderedList> Build(const Model& model) {
  RenderedList::Builder builder;
  for (const auto& [key, content] : model) builder.Append({key, content.record, content.json});
  return builder.Finish();
}

std::vector<std::string> VisibleRows(const Model& model) {
  std::vector<std::string> rows;
  for (const auto& [key, content] : model) {
    if (!content.json.empty()) rows.push_back(content.json);
  }
  return rows;
}

std::string Joined(const std::vector<std::string>& rows, size_t offset, size_t limit) {
  std::string text;
  for (size_t i = offset; i < rows.size() && i < offset + limit; ++i) {
    if (i > offset) text += ',';
    text += rows[i];
  }
  return text;
}

void ExpectSame(const RenderedList& list, const Model& model, std::mt19937& random) {
  const std::vector<std::string> rows = VisibleRows(model);
  ASSERT_EQ(list.row_count(), model.size());
  ASSERT_EQ(list.visible_count(), rows.size());
  for (size_t limit : {size_t{1}, size_t{50}, size_t{500}}) {
    const size_t offset = random() % (rows.size() + 10);
    Spans spans;
    const size_t count = list.Slice(offset, limit, &spans);
    EXPECT_EQ(count, offset < rows.size() ? std::min(limit, rows.size() - offset) : 0);
    EXPECT_EQ(spans.ToString(), Joined(rows, offset, limit));
    size_t seen = 0;
    list.ForEachVisible(offset, limit, [&](const Row& row) {
      EXPECT_EQ(row.json, rows[offset + seen]);
      ++seen;
    });
    EXPECT_EQ(seen, count);
  }
}

std::string Key(size_t number) { return "host-" + std::to_string(number); }

TEST(RenderedList, EmptyHasNoRows) {
  RenderedList list;
  Spans spans;
  EXPECT_EQ(list.Slice(0, 50, &spans), 0u);
  EXPECT_TRUE(spans.empty());
  EXPECT_FALSE(list.Find("a"));
  EXPECT_EQ(list.visible_count(), 0u);
}

TEST(RenderedList, APageIsAFewSpans) {
  Model model;
  for (size_t i = 0; i < 10000; ++i) model[Key(i)] = {"r", "{}"};
  const auto list = Build(model);
  for (size_t offset = 0; offset < 10000; offset += 37) {
    Spans spans;
    list->Slice(offset, 500, &spans);
    EXPECT_LE(spans.size(), 10u);
  }
}

TEST(RenderedList, FindsEachRowByItsKey) {
  Model model;
  for (size_t i = 0; i < 1000; ++i) model[Key(i)] = {"r" + Key(i), i % 2 ? "{}" : ""};
  const auto list = Build(model);
  for (const auto& [key, content] : model) {
    ASSERT_TRUE(list->Find(key)) << key;
    EXPECT_EQ(list->Find(key)->record, content.record);
  }
  EXPECT_FALSE(list->Find("host-"));
  EXPECT_FALSE(list->Find("zzz"));
}

TEST(RenderedList, AHiddenRowIsKeptButNotShown) {
  const auto list = Build({{"a", {"ra", ""}}, {"b", {"rb", "{\"b\":1}"}}, {"c", {"rc", ""}}});
  Spans spans;
  EXPECT_EQ(list->Slice(0, 50, &spans), 1u);
  EXPECT_EQ(spans.ToString(), "{\"b\":1}");
  EXPECT_EQ(list->Find("a")->record, "ra");
}

RowChange Put(std::string key, std::string record, std::string json) {
  return {std::move(key), true, std::move(record), std::move(json)};
}
RowChange Remove(std::string key) { return {std::move(key), false, {}, {}}; }

TEST(RenderedList, AChangeThatClientsDoNotSeeIsNoChangeToThem) {
  const auto list = Build({{"a", {"r1", "{}"}}, {"h", {"r2", ""}}});
  bool changed = false;
  list->With({Put("a", "other", "{}")}, &changed);
  EXPECT_FALSE(changed) << "the same bytes";
  list->With({Put("h", "other", "")}, &changed);
  EXPECT_FALSE(changed) << "hidden before and after";
  list->With({Remove("h")}, &changed);
  EXPECT_FALSE(changed) << "a hidden row removed";
  list->With({Remove("not there")}, &changed);
  EXPECT_FALSE(changed) << "nothing removed";
}

TEST(RenderedList, AChangeThatClientsSeeIsToldOf) {
  const auto list = Build({{"a", {"r1", "{}"}}, {"h", {"r2", ""}}});
  for (const RowChange& change : {Put("a", "r1", "{1}"), Put("h", "r2", "{}"), Remove("a"),
                                  Put("a", "r1", ""), Put("b", "r", "{}")}) {
    bool changed = false;
    list->With({change}, &changed);
    EXPECT_TRUE(changed) << change.order_key;
  }
}

TEST(RenderedList, AChangeLeavesTheListBeforeItAsItWas) {
  const auto before = Build({{"a", {"r", "{1}"}}});
  bool changed = false;
  const auto after = before->With({Put("a", "r", "{2}")}, &changed);
  Spans old_spans, new_spans;
  before->Slice(0, 50, &old_spans);
  after->Slice(0, 50, &new_spans);
  EXPECT_EQ(old_spans.ToString(), "{1}");
  EXPECT_EQ(new_spans.ToString(), "{2}");
}

TEST(RenderedList, SharesTheBytesOfRowsFarFromAChange) {
  Model model;
  for (size_t i = 0; i < 10000; ++i) model["k" + std::to_string(10000 + i)] = {"r", "{}"};
  const auto before = Build(model);
  bool changed = false;
  const auto after = before->With({Put("k15000", "r", "{1}")}, &changed);
  EXPECT_EQ(before->Find("k10001")->json.data(), after->Find("k10001")->json.data());
  EXPECT_EQ(before->Find("k19999")->json.data(), after->Find("k19999")->json.data());
}

// A long random history, each state compared with the model.
TEST(RenderedList, IsAsTheModelSaysThroughALongHistory) {
  std::mt19937 random(20240);
  Model model;
  auto list = Build(model);
  for (int step = 0; step < 1500; ++step) {
    std::map<std::string, RowChange> changes;
    const size_t how_many = step % 50 == 0 ? 400 : 1 + random() % 4;
    for (size_t i = 0; i < how_many; ++i) {
      const std::string key = Key(random() % 3000);
      const bool remove = random() % 3 == 0;
      const std::string tail = std::to_string(random() % 1000);
      const std::string json = random() % 5 == 0 ? "" : "{\"n\":" + tail + "}";
      changes[key] = remove ? Remove(key) : Put(key, "r" + tail, json);
    }
    std::vector<RowChange> sorted;
    for (const auto& [key, change] : changes) {
      sorted.push_back(change);
      if (change.present) {
        model[key] = {change.record, change.json};
      } else {
        model.erase(key);
      }
    }
    bool changed = false;
    list = list->With(sorted, &changed);
    ExpectSame(*list, model, random);
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace muster::view
