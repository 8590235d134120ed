// The next view: what a batch changes of it, and what it leaves as it was.
#include "view/view_edit.h"

#include <gtest/gtest.h>
#include <deque>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/view/tree_checker.h"
#include "model/record.h"

namespace muster::view {
namespace {

// An edit borrows what it is given.
std::string_view Keep(std::string bytes) {
  static std::deque<std::string> kept;
  return kept.emplace_back(std::move(bytes));
}

void Put(ViewEdit* edit, const Host& host) {
  std::string record;
  model::EncodeHost(host, &record);
  ASSERT_TRUE(edit->Put(List::kHosts, Keep(host.id), Keep(record)).ok());
}

void Put(ViewEdit* edit, const Rootfs& rootfs) {
  std::string record;
  model::EncodeRootfs(rootfs, &record);
  ASSERT_TRUE(edit->Put(List::kRootfs, rootfs.name, record).ok());
}

Host NewHost(const std::string& id, std::vector<std::string> rootfses) {
  Host host{id, HostStatus::kActive, 1, 2};
  host.rootfses = std::move(rootfses);
  return host;
}

Rootfs NewRootfs(const std::string& name, bool disabled) {
  Rootfs rootfs{name};
  rootfs.disabled = disabled;
  return rootfs;
}

std::unique_ptr<View> Finish(ViewEdit* edit) {
  auto view = edit->Finish();
  EXPECT_TRUE(view.ok());
  return *std::move(view);
}

// Hosts h10000 to h19999; every thousandth has the image "old" beside "node".
std::unique_ptr<View> ManyHosts() {
  const View empty;
  ViewEdit edit(empty);
  Put(&edit, NewRootfs("old", false));
  Put(&edit, NewRootfs("node", false));
  for (int i = 0; i < 10000; ++i) {
    const bool has_old = i % 1000 == 500;
    Put(&edit, NewHost("h" + std::to_string(10000 + i),
                       has_old ? std::vector<std::string>{"old", "node"}
                               : std::vector<std::string>{"node"}));
  }
  return Finish(&edit);
}

std::string_view JsonOf(const View& view, const std::string& id) {
  const std::optional<Row> row = view.hosts->Find(id);
  return row ? row->json : "no such host";
}

TEST(ViewEdit, DisablingARootfsRendersTheHostsThatNameItAndLeavesTheOthersWhereTheyAre) {
  const auto before = ManyHosts();
  ViewEdit edit(*before);
  Put(&edit, NewRootfs("old", true));
  const auto after = Finish(&edit);
  EXPECT_TRUE(edit.changed(List::kHosts));
  EXPECT_EQ(
      JsonOf(*after, "h10500"),
      R"({"id":"h10500","status":"active","free_mib":1,"vm_count":2,"rootfses":["node"]})");
  // Ten hosts stand in ten leaves, far from each other; what is new is those and
  // the nodes above them.
  const CountedTree &old_tree = before->hosts->shown(), &new_tree = after->hosts->shown();
  EXPECT_EQ(NewNodes(old_tree, new_tree), 10 + 1 + new_tree.root()->count());
  EXPECT_EQ(JsonOf(*after, "h10000").data(), JsonOf(*before, "h10000").data());
  EXPECT_EQ(JsonOf(*after, "h19999").data(), JsonOf(*before, "h19999").data());
}

TEST(ViewEdit, EnablingARootfsBringsItBack) {
  const auto before = ManyHosts();
  ViewEdit disable(*before);
  Put(&disable, NewRootfs("old", true));
  const auto between = Finish(&disable);
  ViewEdit enable(*between);
  Put(&enable, NewRootfs("old", false));
  const auto after = Finish(&enable);
  EXPECT_EQ(JsonOf(*after, "h10500"), JsonOf(*before, "h10500"));
  EXPECT_NE(JsonOf(*between, "h10500"), JsonOf(*before, "h10500"));
}

TEST(ViewEdit, AFilterThatNoHostIsTouchedByChangesNoHost) {
  const auto before = ManyHosts();
  ViewEdit edit(*before);
  Put(&edit, NewRootfs("unused", true));
  const auto after = Finish(&edit);
  EXPECT_FALSE(edit.changed(List::kHosts));
  EXPECT_EQ(after->hosts->shown().root(), before->hosts->shown().root());
}

TEST(ViewEdit, AHostThatChangesTogetherWithTheFilterIsRenderedOnceAndWithBoth) {
  const auto before = ManyHosts();
  ViewEdit edit(*before);
  Put(&edit, NewRootfs("old", true));
  Put(&edit, NewHost("h10500", {"old", "new"}));
  Put(&edit, NewHost("h10501", {"old"}));
  edit.Delete(List::kHosts, "h11500");
  Put(&edit, NewHost("h2", {}));  // past all others
  const auto after = Finish(&edit);
  EXPECT_EQ(
      JsonOf(*after, "h10500"),
      R"({"id":"h10500","status":"active","free_mib":1,"vm_count":2,"rootfses":["new"]})");
  EXPECT_EQ(JsonOf(*after, "h10501"),
            R"({"id":"h10501","status":"active","free_mib":1,"vm_count":2})");
  EXPECT_EQ(JsonOf(*after, "h11500"), "no such host");
  EXPECT_EQ(JsonOf(*after, "h2"), R"({"id":"h2","status":"active","free_mib":1,"vm_count":2})");
  EXPECT_EQ(after->hosts->row_count(), 10000u);
  EXPECT_EQ(CheckInvariants(*after->hosts), "");
}

TEST(ViewEdit, AHiddenHostThatNamesADisabledRootfsStaysHidden) {
  const auto before = ManyHosts();
  ViewEdit hide(*before);
  Host host = NewHost("h10500", {"old"});
  host.disabled = true;
  Put(&hide, host);
  const auto hidden = Finish(&hide);
  ViewEdit edit(*hidden);
  Put(&edit, NewRootfs("old", true));
  const auto after = Finish(&edit);
  EXPECT_EQ(JsonOf(*after, "h10500"), "");
  EXPECT_EQ(after->hosts->visible_count(), 9999u);
}

TEST(ViewEdit, ADamagedHostIsDataLoss) {
  const View empty;
  ViewEdit edit(empty);
  ASSERT_TRUE(edit.Put(List::kHosts, "h", "no record").ok());
  EXPECT_TRUE(absl::IsDataLoss(edit.Finish().status()));
}

}  // namespace
}  // namespace muster::view
