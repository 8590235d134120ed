// What a document is made of: which keys, which kinds, what may stand only once.
#include <gtest/gtest.h>

#include <string>

#include "engine/document/fixture.h"

namespace muster {
namespace {

using model::Concat;

TEST(DocumentStructure, TheDocumentIsAnObject) {
  for (const char* text : {"[]", "[{}]", "1", "1e999", "\"\"", "null", "true"}) {
    EXPECT_EQ(Fault(text), "the document: must be an object") << text;
  }
}

TEST(DocumentStructure, EveryListIsAbsentOrEmptyOrFull) {
  EXPECT_EQ(Fault("{}"), "OK");
  EXPECT_EQ(Fault(R"({"shapes":[],"rootfs":[],"hosts":[],"users":[]})"), "OK");
}

TEST(DocumentStructure, AListIsAnArray) {
  for (const char* value : {"{}", "null", "1", "1e999", "\"\"", "true"}) {
    for (std::string_view list : {"shapes", "rootfs", "hosts", "users"}) {
      EXPECT_EQ(Fault(Concat("{\"", list, "\":", value, "}")),
                Concat("/", list, ": must be an array"))
          << value;
    }
  }
}

TEST(DocumentStructure, AnEntryIsAnObject) {
  for (const char* value : {"[]", "null", "1", "1e999", "\"\"", "false"}) {
    EXPECT_EQ(Fault(Concat(R"({"rootfs":[{"name":"a"},{"name":"b"},)", value, "]}")),
              "/rootfs/2: must be an object")
        << value;
  }
}

TEST(DocumentStructure, UnknownKeysAreNamedByTheirOwnPointer) {
  struct {
    std::string text;
    const char* fault;
  } const cases[] = {
      {R"({"shape":[]})",
       "/shape: unknown key; the known ones are shapes, rootfs, hosts, users"},
      {ShapeWith(R"(,"cpu":1)"),
       "/shapes/0/cpu: unknown key; the known ones are id, vcpu, mem_mib, default_disk_mib, "
       "cpu_quota_pct, disabled"},
      {RootfsWith(R"(,"id":"x")"),
       "/rootfs/0/id: unknown key; the known ones are name, description, deprecated, "
       "successor, default, disabled"},
      {HostWith(R"(,"Disabled":true)"),
       "/hosts/0/Disabled: unknown key; the known ones are id, status, free_mib, vm_count, "
       "rootfses, disabled"},
      {UserWith(R"(,"keys":[])"),
       "/users/0/keys: unknown key; the known ones are id, api_keys, stats"},
      {UserWith(R"(,"stats":{"dead":1})"),
       "/users/0/stats/dead: unknown key; the known ones are running, paused, other, total"},
      {R"({"":[]})", "/: unknown key; the known ones are shapes, rootfs, hosts, users"},
  };
  for (const auto& one : cases) EXPECT_EQ(Fault(one.text), one.fault);
}

TEST(DocumentStructure, AKeyStandsOnlyOnceInAnObject) {
  constexpr std::string_view kTwice = ": must not be given more than once";
  EXPECT_EQ(Fault(R"({"shapes":[],"hosts":[],"shapes":[]})"), Concat("/shapes", kTwice));
  EXPECT_EQ(Fault(ShapeWith(R"(,"vcpu":1)")), Concat("/shapes/0/vcpu", kTwice));
  EXPECT_EQ(Fault(RootfsWith(R"(,"disabled":false,"disabled":false)")),
            Concat("/rootfs/0/disabled", kTwice));
  EXPECT_EQ(Fault(HostWith(R"(,"rootfses":[],"rootfses":["a"])")),
            Concat("/hosts/0/rootfses", kTwice));
  EXPECT_EQ(Fault(UserWith(R"(,"id":"usr_1")")), Concat("/users/0/id", kTwice));
  EXPECT_EQ(Fault(UserWith(R"(,"stats":{"total":1,"total":1})")),
            Concat("/users/0/stats/total", kTwice));
}

TEST(DocumentStructure, AKeyIsComparedAfterItsEscapesAreResolved) {
  EXPECT_EQ(Fault(R"({"rootfs":[{"n\u0061me":"a"}]})"), "OK");
  EXPECT_EQ(Fault(R"({"rootfs":[{"n\u0061me":"a","name":"b"}]})"),
            "/rootfs/0/name: must not be given more than once");
}

TEST(DocumentStructure, AnIdStandsOnlyOnceInItsList) {
  constexpr std::string_view kFault = "/id: must not be that of an earlier entry";
  const std::string host = R"("status":"dead","free_mib":0,"vm_count":0})";
  std::string hosts;
  for (int i = 0; i < 7; ++i)
    hosts += Concat("{\"id\":\"h", std::to_string(i), "\",", host, ",");
  EXPECT_EQ(Fault(Concat("{\"hosts\":[", hosts, "{\"id\":\"h3\",", host, "]}")),
            Concat("/hosts/7", kFault));
  EXPECT_EQ(Fault(R"({"users":[{"id":"a"},{"id":"\u0061"}]})"), Concat("/users/1", kFault));
  EXPECT_EQ(Fault(R"({"rootfs":[{"name":"a"},{"name":"b"},{"name":"a"}]})"),
            "/rootfs/2/name: must not be that of an earlier entry");
}

TEST(DocumentStructure, TheSameIdMayStandInTwoLists) {
  EXPECT_EQ(Fault(R"({"rootfs":[{"name":"a","successor":"a"}],"users":[{"id":"a"}]})"), "OK");
}

TEST(DocumentStructure, OneEntryAtMostIsMarkedDefault) {
  EXPECT_EQ(Fault(R"({"rootfs":[{"name":"a","default":true},{"name":"b","default":false},
                                {"name":"c"}]})"),
            "OK");
  EXPECT_EQ(Fault(R"({"rootfs":[{"name":"a"},{"name":"b","default":true},{"name":"c"},
                                {"name":"d"},{"name":"e","default":true}]})"),
            "/rootfs/4/default: must not be true on more than one entry");
}

TEST(DocumentStructure, TheFirstFaultOfTheTextIsTold) {
  EXPECT_EQ(Fault(R"({"rootfs":[{"name":"","foo":1}],"hosts":1})").substr(0, 15),
            "/rootfs/0/name:");
  EXPECT_EQ(Fault(R"({"rootfs":[{"foo":1,"name":""}]})").substr(0, 14), "/rootfs/0/foo:");
}

TEST(DocumentStructure, DeepNestingEndsAtTheFirstValueThatDoesNotFit) {
  const std::string deep(100000, '[');
  EXPECT_EQ(Fault(deep), "the document: must be an object");
  EXPECT_EQ(Fault("{\"shapes\":" + deep), "/shapes/0: must be an object");
  EXPECT_EQ(Fault("{\"users\":[{\"id\":" + deep).substr(0, 13), "/users/0/id: ");
  EXPECT_EQ(Fault("{\"users\":[{\"api_keys\":" + deep).substr(0, 21), "/users/0/api_keys/0: ");
  std::string objects;
  for (int i = 0; i < 100000; ++i) objects += "{\"users\":";
  EXPECT_EQ(Fault(objects), "/users: must be an array");
}

}  // namespace
}  // namespace muster
