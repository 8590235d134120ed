// The table of fields: what each may hold, and how an error says so.
#include <gtest/gtest.h>

#include <string>

#include "engine/document/fixture.h"

namespace muster {
namespace {

using model::Concat;

constexpr char kName[] =
    ": must be a string of 1 to 255 bytes of UTF-8 without control characters and without "
    "white "
    "space at either end";
constexpr char kBoolean[] = ": must be true or false";
constexpr char kInt32[] = ": must be an integer from 0 to 2147483647";

// A shape, host, … with one field set to a JSON value.
std::string ShapeField(std::string_view field, std::string_view value) {
  std::string text = R"({"shapes":[{)";
  for (std::string_view name : {"id", "vcpu", "mem_mib", "default_disk_mib"}) {
    if (name == field) continue;
    text += Concat("\"", name, "\":", name == "id" ? "\"s-1\"" : "1", ",");
  }
  return text + Concat("\"", field, "\":", value, "}]}");
}

std::string HostField(std::string_view field, std::string_view value) {
  std::string text = R"({"hosts":[{)";
  for (std::string_view name : {"id", "status", "free_mib", "vm_count"}) {
    if (name == field) continue;
    const std::string_view usual = name == "id" ? "\"h\"" : name == "status" ? "\"dead\"" : "1";
    text += Concat("\"", name, "\":", usual, ",");
  }
  return text + Concat("\"", field, "\":", value, "}]}");
}

std::string Quoted(const std::string& text) { return "\"" + text + "\""; }

// What is true of every integer, whatever its range.
void ExpectInteger(std::string (*with)(std::string_view, std::string_view),
                   std::string_view field, const std::string& least, const std::string& under,
                   const std::string& most, const std::string& over, const std::string& fault) {
  EXPECT_EQ(Fault(with(field, least)), "OK");
  EXPECT_EQ(Fault(with(field, most)), "OK");
  for (const std::string& value :
       {under, over, std::string("\"1\""), std::string("1.0"), std::string("1e3"),
        std::string("1E0"), std::string("null"), std::string("true"), std::string("[1]"),
        std::string("{}"), std::string("99999999999999999999"),
        std::string("-99999999999999999999"), std::string("1e999"), std::string(400, '9'),
        std::string("0.") + std::string(400, '0') + "e-2147483639"}) {
    EXPECT_EQ(Fault(with(field, value)), fault) << value;
  }
}

void ExpectName(std::string (*with)(std::string_view, std::string_view), std::string_view field,
                const std::string& fault) {
  for (const std::string& name :
       {std::string("a"), std::string(255, 'a'), std::string("a b"), std::string("größe-名"),
        std::string("a\\/b"), std::string("\\u00e9"), std::string("\\ud83d\\ude00"),
        std::string("\xc2\xa0")}) {
    EXPECT_EQ(Fault(with(field, Quoted(name))), "OK") << name;
  }
  for (const std::string& name :
       {std::string(), std::string(256, 'a'), std::string(" a"), std::string("a "),
        std::string("a\\n"), std::string("\\u0000"), std::string("a\\u001fb"),
        std::string("a\x7f"), std::string("\\ta")}) {
    EXPECT_EQ(Fault(with(field, Quoted(name))), fault) << name;
  }
  for (const char* value : {"null", "1", "true", "[]", "{}"}) {
    EXPECT_EQ(Fault(with(field, value)), fault) << value;
  }
}

TEST(ShapeFields, IdIsAName) { ExpectName(ShapeField, "id", Concat("/shapes/0/id", kName)); }

TEST(ShapeFields, VcpuIsAnIntegerFrom1To65535) {
  ExpectInteger(ShapeField, "vcpu", "1", "0", "65535", "65536",
                "/shapes/0/vcpu: must be an integer from 1 to 65535");
}

TEST(ShapeFields, MemMibIsAnIntegerFrom1To2147483647) {
  ExpectInteger(ShapeField, "mem_mib", "1", "0", "2147483647", "2147483648",
                "/shapes/0/mem_mib: must be an integer from 1 to 2147483647");
}

TEST(ShapeFields, DefaultDiskMibIsAnIntegerThatADoubleHolds) {
  ExpectInteger(ShapeField, "default_disk_mib", "0", "-1", "9007199254740991",
                "9007199254740992",
                "/shapes/0/default_disk_mib: must be an integer from 0 to 9007199254740991");
}

TEST(ShapeFields, CpuQuotaPctIsAnIntegerFrom1To6553500) {
  ExpectInteger(ShapeField, "cpu_quota_pct", "1", "0", "6553500", "6553501",
                "/shapes/0/cpu_quota_pct: must be an integer from 1 to 6553500");
}

TEST(HostFields, IdIsAName) { ExpectName(HostField, "id", Concat("/hosts/0/id", kName)); }

TEST(HostFields, FreeMibIsAnIntegerFrom0To2147483647) {
  ExpectInteger(HostField, "free_mib", "0", "-1", "2147483647", "2147483648",
                Concat("/hosts/0/free_mib", kInt32));
}

TEST(HostFields, VmCountIsAnIntegerFrom0To2147483647) {
  ExpectInteger(HostField, "vm_count", "0", "-1", "2147483647", "2147483648",
                Concat("/hosts/0/vm_count", kInt32));
}

TEST(HostFields, StatusIsOneOfThreeWords) {
  for (const char* value : {"\"active\"", "\"draining\"", "\"dead\""}) {
    EXPECT_EQ(Fault(HostField("status", value)), "OK") << value;
  }
  for (const char* value :
       {"\"Active\"", "\"\"", "\"gone\"", "0", "null", "true", "[]", "{}"}) {
    EXPECT_EQ(Fault(HostField("status", value)),
              "/hosts/0/status: must be \"active\", \"draining\" or \"dead\"")
        << value;
  }
}

TEST(HostFields, RootfsesIsAnArrayOfNames) {
  EXPECT_EQ(Fault(HostField("rootfses", "[]")), "OK");
  EXPECT_EQ(Fault(HostField("rootfses", R"(["node","devbox:1"])")), "OK");
  for (const char* value : {"null", "\"node\"", "1", "false", "{}"}) {
    EXPECT_EQ(Fault(HostField("rootfses", value)),
              "/hosts/0/rootfses: must be an array of up to 256 names")
        << value;
  }
  for (const char* value : {"null", "\"\"", "1", "1e999", "true", "[]", "{}", "\" a\""}) {
    EXPECT_EQ(Fault(HostField("rootfses", Concat("[\"node\",", value, "]"))),
              Concat("/hosts/0/rootfses/1", kName))
        << value;
  }
}

TEST(HostFields, RootfsesHasAtMost256Names) {
  std::string names = "\"n0\"";
  for (int i = 1; i < 256; ++i) names += Concat(",\"n", std::to_string(i), "\"");
  EXPECT_EQ(Fault(HostField("rootfses", Concat("[", names, "]"))), "OK");
  for (const char* rest : {"]", ",1]", ",\"endless"}) {
    EXPECT_EQ(Fault(HostField("rootfses", Concat("[", names, ",\"n256\"", rest))),
              "/hosts/0/rootfses: must be an array of up to 256 names")
        << rest;
  }
}

TEST(HostFields, RootfsesRepeatsNoName) {
  EXPECT_EQ(Fault(HostField("rootfses", R"(["a","b","a"])")),
            "/hosts/0/rootfses/2: must not be given more than once");
}

TEST(RootfsFields, NameIsAName) {
  const auto with = [](std::string_view field, std::string_view value) {
    return Concat("{\"rootfs\":[{\"", field, "\":", value, "}]}");
  };
  ExpectName(with, "name", Concat("/rootfs/0/name", kName));
}

TEST(RootfsFields, SuccessorIsANameAndNotEmpty) {
  const auto with = [](std::string_view field, std::string_view value) {
    return RootfsWith(Concat(",\"", field, "\":", value));
  };
  ExpectName(with, "successor", Concat("/rootfs/0/successor", kName));
}

TEST(RootfsFields, DescriptionHasUpTo4096Bytes) {
  const auto with = [](const std::string& value) {
    return RootfsWith(",\"description\":" + value);
  };
  constexpr char kFault[] =
      "/rootfs/0/description: must be a string of up to 4096 bytes of UTF-8";
  EXPECT_EQ(Fault(with("\"\"")), "OK");
  EXPECT_EQ(Fault(with("\"two\\nlines\"")), "OK");
  EXPECT_EQ(Fault(with(Quoted(std::string(4096, 'a')))), "OK");
  EXPECT_EQ(Fault(with(Quoted(std::string(4097, 'a')))), kFault);
  for (const char* value : {"null", "1", "true", "[]", "{}"}) {
    EXPECT_EQ(Fault(with(value)), kFault) << value;
  }
}

TEST(Flags, AreTrueOrFalse) {
  struct {
    std::string (*with)(std::string_view);
    std::string_view field;
    std::string_view place;
  } const cases[] = {
      {ShapeWith, "disabled", "/shapes/0/disabled"},
      {RootfsWith, "deprecated", "/rootfs/0/deprecated"},
      {RootfsWith, "default", "/rootfs/0/default"},
      {RootfsWith, "disabled", "/rootfs/0/disabled"},
      {HostWith, "disabled", "/hosts/0/disabled"},
  };
  for (const auto& one : cases) {
    for (const char* value : {"true", "false"}) {
      EXPECT_EQ(Fault(one.with(Concat(",\"", one.field, "\":", value))), "OK") << one.place;
    }
    for (const char* value : {"null", "0", "1", "\"true\"", "[]", "{}"}) {
      EXPECT_EQ(Fault(one.with(Concat(",\"", one.field, "\":", value))),
                Concat(one.place, kBoolean))
          << value;
    }
  }
}

TEST(UserFields, IdIsAName) {
  const auto with = [](std::string_view field, std::string_view value) {
    return Concat("{\"users\":[{\"", field, "\":", value, "}]}");
  };
  ExpectName(with, "id", Concat("/users/0/id", kName));
}

TEST(UserFields, StatsAreIntegersFrom0To2147483647) {
  for (std::string_view part : {"running", "paused", "other"}) {
    const std::string place = Concat("/users/0/stats/", part);
    for (const char* value : {"-1", "2147483648", "1.0", "\"1\"", "null", "true", "[]", "{}"}) {
      const std::string stats = Concat(R"(,"stats":{")", part, "\":", value, "}");
      EXPECT_EQ(Fault(UserWith(stats)), Concat(place, kInt32)) << value;
    }
    const std::string most =
        Concat(R"(,"stats":{"total":2147483647,")", part, "\":2147483647}");
    EXPECT_EQ(Fault(UserWith(most)), "OK") << part;
  }
  EXPECT_EQ(Fault(UserWith(R"(,"stats":{"total":2147483648})")),
            Concat("/users/0/stats/total", kInt32));
}

TEST(UserFields, StatsAreAnObject) {
  EXPECT_EQ(Fault(UserWith(R"(,"stats":{})")), "OK");
  for (const char* value : {"null", "1", "\"\"", "true", "[]", "[{}]"}) {
    EXPECT_EQ(Fault(UserWith(Concat(",\"stats\":", value))),
              "/users/0/stats: must be an object")
        << value;
  }
}

TEST(UserFields, RunningPausedAndOtherAreNotMoreThanTotal) {
  EXPECT_EQ(Fault(UserWith(R"(,"stats":{"running":1,"paused":2,"other":3,"total":6})")), "OK");
  constexpr char kFault[] =
      "/users/0/stats: running + paused + other must not be more than total";
  EXPECT_EQ(Fault(UserWith(R"(,"stats":{"running":1,"paused":2,"other":3,"total":5})")),
            kFault);
  EXPECT_EQ(Fault(UserWith(R"(,"stats":{"other":1})")), kFault);
}

TEST(UserFields, ApiKeysIsAnArrayOfPrintableTexts) {
  EXPECT_EQ(Fault(UserWith(R"(,"api_keys":[])")), "OK");
  EXPECT_EQ(Fault(UserWith(R"(,"api_keys":["sk_12345","!~\"\\;xyz"])")), "OK");
  EXPECT_EQ(Fault(UserWith(Concat(",\"api_keys\":[\"", std::string(512, 'k'), "\"]"))), "OK");
  for (const char* value : {"null", "\"sk_12345\"", "1", "true", "{}"}) {
    EXPECT_EQ(Fault(UserWith(Concat(",\"api_keys\":", value))),
              "/users/0/api_keys: must be an array of API keys")
        << value;
  }
  for (const std::string& value :
       {Quoted("1234567"), Quoted(std::string(513, 'k')), Quoted("with space"),
        Quoted("with,comma"), Quoted("with\\ttab"), Quoted("umlautß"), Quoted("delete\x7f."),
        std::string("null"), std::string("12345678"), std::string("true"), std::string("[]"),
        std::string("{}")}) {
    EXPECT_EQ(Fault(UserWith(Concat(R"(,"api_keys":["sk_12345",)", value, "]"))),
              "/users/0/api_keys/1: must be a string of 8 to 512 bytes of printable ASCII "
              "without space or comma")
        << value;
  }
}

TEST(RequiredFields, AreNamedAtTheirObject) {
  struct {
    const char* text;
    const char* fault;
  } const cases[] = {
      {R"({"shapes":[{}]})", "/shapes/0: \"id\" is required"},
      {R"({"shapes":[{"id":"s","mem_mib":1,"default_disk_mib":1}]})",
       "/shapes/0: \"vcpu\" is required"},
      {R"({"shapes":[{"id":"s","vcpu":1,"default_disk_mib":1}]})",
       "/shapes/0: \"mem_mib\" is required"},
      {R"({"shapes":[{"id":"s","vcpu":1,"mem_mib":1}]})",
       "/shapes/0: \"default_disk_mib\" is required"},
      {R"({"rootfs":[{"name":"a"},{"default":true}]})", "/rootfs/1: \"name\" is required"},
      {R"({"hosts":[{"status":"dead","free_mib":1,"vm_count":1}]})",
       "/hosts/0: \"id\" is required"},
      {R"({"hosts":[{"id":"h","free_mib":1,"vm_count":1}]})",
       "/hosts/0: \"status\" is required"},
      {R"({"hosts":[{"id":"h","status":"dead","vm_count":1}]})",
       "/hosts/0: \"free_mib\" is required"},
      {R"({"hosts":[{"id":"h","status":"dead","free_mib":1}]})",
       "/hosts/0: \"vm_count\" is required"},
      {R"({"users":[{"stats":{}}]})", "/users/0: \"id\" is required"},
  };
  for (const auto& one : cases) EXPECT_EQ(Fault(one.text), one.fault);
}

}  // namespace
}  // namespace muster
