// A list with hidden rows: what clients see of it, and what they are told.
#include "view/rendered_list.h"

#include <gtest/gtest.h>

#include <map>
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

std::string Text(const RenderedList& list) {
  Spans spans;
  list.Slice(0, list.visible_count(), &spans);
  return spans.ToString();
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

RowChange Put(std::string_view key, std::string_view record, std::string_view json) {
  return {key, true, record, json};
}
RowChange Remove(std::string_view key) { return {key}; }

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

TEST(RenderedList, ARowMovesBetweenShownAndHidden) {
  const auto shown = Build({{"a", {"r", "{a}"}}, {"b", {"r", "{b}"}}});
  bool changed = false;
  const auto hidden = shown->With({Put("a", "r", "")}, &changed);
  EXPECT_EQ(Text(*hidden), "{b}");
  EXPECT_EQ(hidden->row_count(), 2u);
  EXPECT_EQ(hidden->Find("a")->json, "");
  const auto again = hidden->With({Put("a", "r", "{a}")}, &changed);
  EXPECT_EQ(Text(*again), "{a},{b}");
  EXPECT_EQ(again->row_count(), 2u);
}

TEST(RenderedList, VisitsShownAndHiddenRowsInOneOrder) {
  Model model;
  for (size_t i = 0; i < 1000; ++i) model[Key(i)] = {"r", i % 3 == 0 ? "" : "{}"};
  const auto list = Build(model);
  std::vector<std::string> expected, visited;
  for (const auto& [key, content] : model) expected.push_back(key + content.json);
  list->ForEach([&](const Row& row) {
    visited.push_back(std::string(row.order_key) + std::string(row.json));
  });
  EXPECT_EQ(visited, expected);
}

TEST(RenderedList, HiddenRowsCostAPageNoSpans) {
  Model model;
  for (size_t i = 0; i < 100000; ++i) model[Key(i)] = {"r", i % 100 == 0 ? "{}" : ""};
  const auto list = Build(model);
  Spans spans;
  EXPECT_EQ(list->Slice(100, 500, &spans), 500u);
  EXPECT_LE(spans.size(), 9u);
}

}  // namespace
}  // namespace muster::view
