// The bytes of a row. A change here changes what clients get for the same entry:
// raise kRenderingNumber with it.
#include "view/rendering.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace muster::view {
namespace {

std::string Rendered(const Shape& shape) {
  std::string json;
  RenderShape(shape, &json);
  return json;
}

std::string Rendered(const Host& host, std::string_view disabled = "") {
  std::string record;
  model::EncodeHost(host, &record);
  DisabledNames names;
  if (!disabled.empty()) names.insert(disabled);
  std::string json(MaxHostJsonBytes(host.id, record), '?');
  const char* end = RenderHost(host.id, *model::ReadHost(record), names, json.data());
  EXPECT_LE(end, json.data() + json.size());
  json.resize(static_cast<size_t>(end - json.data()));
  return json;
}

TEST(Rendering, HasTheNumberThatTheseBytesWereWrittenFor) { EXPECT_EQ(kRenderingNumber, 1); }

TEST(Rendering, AShapeIsItsFieldsInOrder) {
  EXPECT_EQ(Rendered(Shape{"s-1vcpu-256mb", 1, 256, 10240}),
            R"({"id":"s-1vcpu-256mb","vcpu":1,"mem_mib":256,"default_disk_mib":10240})");
}

TEST(Rendering, AQuotaFollowsTheDisk) {
  Shape shape{"s", 1, 256, 9007199254740991};
  shape.cpu_quota_pct = 25;
  EXPECT_EQ(
      Rendered(shape),
      R"({"id":"s","vcpu":1,"mem_mib":256,"default_disk_mib":9007199254740991,"cpu_quota_pct":25})");
}

TEST(Rendering, AHostIsItsPublicFieldsInOrder) {
  Host host{"136.243.150.252", HostStatus::kActive, 8192, 12};
  host.rootfses = {"node", "devbox:1"};
  EXPECT_EQ(
      Rendered(host),
      R"({"id":"136.243.150.252","status":"active","free_mib":8192,"vm_count":12,"rootfses":["node","devbox:1"]})");
}

TEST(Rendering, AHostIsWithoutRootfsesThatAreDisabled) {
  Host host{"h", HostStatus::kDead, 0, 0};
  host.rootfses = {"a", "b"};
  EXPECT_EQ(Rendered(host, "a"),
            R"({"id":"h","status":"dead","free_mib":0,"vm_count":0,"rootfses":["b"]})");
}

TEST(Rendering, RootfsesAreAbsentWhereNoneIsLeft) {
  Host host{"h", HostStatus::kDraining, 0, 0};
  host.rootfses = {"a"};
  EXPECT_EQ(Rendered(host, "a"), R"({"id":"h","status":"draining","free_mib":0,"vm_count":0})");
}

TEST(Rendering, TheLargestHostFitsIntoItsRoom) {
  Host host{std::string(255, '\x01'), HostStatus::kDraining, 2147483647, 2147483647};
  for (int i = 0; i < 256; ++i) host.rootfses.push_back(std::string(1 + i % 3, '\x1f'));
  const std::string json = Rendered(host);  // which looks at the room
  EXPECT_EQ(json.substr(json.size() - 3), "\"]}");
}

TEST(Rendering, TextIsEscapedAsRapidJsonDoes) {
  EXPECT_EQ(Rendered(Shape{"a\"b\\c/d\x01\xc3\xa9<", 1, 1, 0}),
            "{\"id\":\"a\\\"b\\\\c/d\\u0001\xc3\xa9<\",\"vcpu\":1,\"mem_mib\":1,"
            "\"default_disk_mib\":0}");
}

TEST(Rendering, RootfsesAreNamesAndTheDefault) {
  EXPECT_EQ(RenderRootfses({{"devbox:1"}, {"node"}}),
            R"({"rootfs":["devbox:1","node"],"default":"devbox:1"})");
  EXPECT_EQ(RenderRootfses({}), R"({"rootfs":[],"default":""})");
}

TEST(Rendering, EntriesAreOneForEachEnabledNameWhereOneSaysMore) {
  const std::vector<Rootfs> sorted = {
      {"a"}, {"b", "B"}, {"c", "", true, "b"}, {"d", "hidden", false, "", false, true}};
  EXPECT_EQ(
      RenderRootfses(sorted),
      R"({"rootfs":["a","b","c"],"default":"a","entries":[{"name":"a"},{"name":"b","description":"B"},{"name":"c","deprecated":true,"successor":"b"}]})");
}

TEST(Rendering, ASuccessorThatIsDisabledOrUnknownIsLeftOut) {
  const std::vector<Rootfs> sorted = {
      {"a", "", false, "off"}, {"b", "", false, "gone"}, {"off", "", false, "", false, true}};
  EXPECT_EQ(RenderRootfses(sorted), R"({"rootfs":["a","b"],"default":"a"})");
}

}  // namespace
}  // namespace muster::view
