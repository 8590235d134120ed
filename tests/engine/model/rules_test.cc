// What each field may hold, at both ends of every bound.
#include "model/rules.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "model/text.h"

namespace muster::model {
namespace {

const Shape kShape{"s-1vcpu-1gb", 1, 1024, 10240};
const Host kHost{"10.0.0.1", HostStatus::kActive, 1, 1};

std::string FaultOf(const absl::Status& status) { return std::string(Message(status)); }

void ExpectBounds(const IntegerRule& rule, int64_t min, int64_t max) {
  EXPECT_TRUE(rule.Holds(min));
  EXPECT_TRUE(rule.Holds(max));
  EXPECT_FALSE(rule.Holds(min - 1));
  EXPECT_FALSE(rule.Holds(max + 1));
}

TEST(Rules, IntegersHaveTheBoundsOfTheContract) {
  ExpectBounds(kVcpu, 1, 65535);
  ExpectBounds(kMemMib, 1, 2147483647);
  ExpectBounds(kDefaultDiskMib, 0, 9007199254740991);
  ExpectBounds(kCpuQuotaPct, 1, 6553500);
  ExpectBounds(kFreeMib, 0, 2147483647);
  ExpectBounds(kVmCount, 0, 2147483647);
  ExpectBounds(kStat, 0, 2147483647);
}

TEST(Rules, AFaultNamesThePlaceAndTheRule) {
  Host host = kHost;
  host.free_mib = -1;
  EXPECT_EQ(
      Validate(host, "/hosts/3"),
      absl::InvalidArgumentError("/hosts/3/free_mib: must be an integer from 0 to 2147483647"));
}

TEST(Rules, TheFirstFaultInTheOrderOfFieldsIsNamed) {
  Shape shape = kShape;
  shape.mem_mib = 0;
  shape.default_disk_mib = -1;
  EXPECT_EQ(FaultOf(Validate(shape, "/shapes/0")),
            "/shapes/0/mem_mib: must be an integer from 1 to 2147483647");
}

TEST(Rules, EachNumberOfAShapeIsChecked) {
  EXPECT_TRUE(Validate(kShape, "/shapes/0").ok());
  Shape shape = kShape;
  shape.vcpu = 65536;
  EXPECT_EQ(FaultOf(Validate(shape, "/s")), "/s/vcpu: must be an integer from 1 to 65535");
  shape = kShape;
  shape.default_disk_mib = std::numeric_limits<int64_t>::max();
  EXPECT_EQ(FaultOf(Validate(shape, "/s")),
            "/s/default_disk_mib: must be an integer from 0 to 9007199254740991");
  shape = kShape;
  shape.cpu_quota_pct = 0;
  EXPECT_EQ(FaultOf(Validate(shape, "/s")),
            "/s/cpu_quota_pct: must be an integer from 1 to 6553500");
}

TEST(Rules, ANameIs1To255BytesOfUtf8) {
  EXPECT_FALSE(IsName(""));
  EXPECT_TRUE(IsName("a"));
  EXPECT_TRUE(IsName(std::string(255, 'a')));
  EXPECT_FALSE(IsName(std::string(256, 'a')));
  EXPECT_TRUE(IsName("caf\xc3\xa9"));
  EXPECT_TRUE(IsName("\xf0\x9f\x90\xa7"));
}

TEST(Rules, ANameIsNotBrokenUtf8) {
  EXPECT_FALSE(IsName("\xff"));
  EXPECT_FALSE(IsName("a\xc3"));             // cut short
  EXPECT_FALSE(IsName("\xc0\xaf"));          // overlong
  EXPECT_FALSE(IsName("\xed\xa0\x80"));      // a surrogate
  EXPECT_FALSE(IsName("\xf4\x90\x80\x80"));  // past U+10FFFF
}

TEST(Rules, ANameHasNoControlCharacters) {
  for (char c = 0; c < 0x20; ++c) EXPECT_FALSE(IsName(std::string("a") + c + "b")) << int{c};
  EXPECT_FALSE(IsName("a\x7f"));
  EXPECT_TRUE(IsName("a b"));
}

TEST(Rules, ANameHasNoWhiteSpaceAtEitherEnd) {
  EXPECT_FALSE(IsName(" a"));
  EXPECT_FALSE(IsName("a "));
  EXPECT_TRUE(
      IsName("\xc2\xa0"
             "a"));  // a no-break space is not ASCII
}

TEST(Rules, ADescriptionIsUpTo4096BytesOfUtf8) {
  EXPECT_TRUE(IsDescription(""));
  EXPECT_TRUE(IsDescription("two\nlines"));
  EXPECT_TRUE(IsDescription(std::string(4096, 'a')));
  EXPECT_FALSE(IsDescription(std::string(4097, 'a')));
  EXPECT_FALSE(IsDescription("\xff"));
}

TEST(Rules, ASuccessorIsAName) {
  Rootfs rootfs;
  rootfs.name = "node";
  rootfs.successor = " node:22";
  EXPECT_EQ(FaultOf(Validate(rootfs, "/rootfs/1")),
            std::string("/rootfs/1/successor: ") + kNameSentence);
}

TEST(Rules, AHostHasUpTo256Rootfses) {
  Host host = kHost;
  for (int i = 0; i < 256; ++i) host.rootfses.push_back("r" + std::to_string(i));
  EXPECT_TRUE(Validate(host, "/hosts/0").ok());
  host.rootfses.push_back("one more");
  EXPECT_EQ(FaultOf(Validate(host, "/hosts/0")),
            "/hosts/0/rootfses: must be an array of up to 256 names");
}

TEST(Rules, ARootfsRepeatedOnAHostIsNamedByTheSecond) {
  Host host = kHost;
  host.rootfses = {"a", "b", "a"};
  EXPECT_EQ(FaultOf(Validate(host, "/hosts/0")),
            "/hosts/0/rootfses/2: must not be given more than once");
}

TEST(Rules, ARootfsRepeatedAmongManyIsNamedByTheSecond) {
  Host host = {"10.0.0.1"};
  for (int i = 0; i < 40; ++i) host.rootfses.push_back("rootfs-" + std::to_string(i));
  EXPECT_TRUE(Validate(host, "/hosts/0").ok());
  host.rootfses.push_back("rootfs-7");
  EXPECT_EQ(Validate(host, "/hosts/0").message(),
            "/hosts/0/rootfses/40: must not be given more than once");
}

TEST(Rules, AStatusIsOneOfThree) {
  Host host = kHost;
  host.status = static_cast<HostStatus>(3);
  EXPECT_EQ(FaultOf(Validate(host, "/hosts/0")),
            "/hosts/0/status: must be \"active\", \"draining\" or \"dead\"");
}

TEST(Rules, CountsMustNotAddUpToMoreThanTheTotal) {
  EXPECT_TRUE(Validate(UserStats{1, 2, 3, 6}, "/users/0/stats").ok());
  EXPECT_EQ(FaultOf(Validate(UserStats{1, 2, 3, 5}, "/users/0/stats")),
            "/users/0/stats: running + paused + other must not be more than total");
}

TEST(Rules, AnApiKeyIs8To512BytesOfPrintableAscii) {
  EXPECT_FALSE(IsApiKey("1234567"));
  EXPECT_TRUE(IsApiKey("12345678"));
  EXPECT_TRUE(IsApiKey(std::string(512, '~')));
  EXPECT_FALSE(IsApiKey(std::string(513, '~')));
  EXPECT_FALSE(IsApiKey("1234 5678"));
  EXPECT_FALSE(IsApiKey("1234,5678"));
  EXPECT_FALSE(IsApiKey("12345678\x7f"));
  EXPECT_FALSE(IsApiKey("12345678\xc3\xa9"));
}

TEST(Rules, AFaultOfAKeyDoesNotShowTheKey) {
  User user;
  user.id = "usr_1";
  user.api_keys = {"sk_good_key", "sk secret"};
  const std::string fault = FaultOf(Validate(user, "/users/0"));
  EXPECT_EQ(fault, std::string("/users/0/api_keys/1: ") + kApiKeySentence);
  EXPECT_EQ(fault.find("secret"), std::string::npos);
}

TEST(Rules, PrintableTextHasOneLineAndAnEnd) {
  EXPECT_EQ(Printable("a\nb\x7f"), "a\\x0ab\\x7f");
  EXPECT_EQ(Printable("a\xff\x80"), "a\\xff\\x80") << "not UTF-8";
  EXPECT_LE(Printable(std::string(100000, 'a')).size(), 310u);
  std::string wide = "a";
  for (int i = 0; i < 1000; ++i) wide += "\xf0\x9f\x90\xa7";
  EXPECT_TRUE(IsUtf8(Printable(wide))) << "cut between two characters";
}

TEST(Rules, EachFieldOfASandboxEventHasItsRule) {
  const SandboxEvent good{"s", "u", SandboxStatus::kRunning, 1};
  EXPECT_TRUE(Validate(good, "/e").ok());
  const auto fault = [&](auto change) {
    SandboxEvent event = good;
    change(event);
    const std::string text(Message(Validate(event, "/e")));
    return text.substr(0, text.find(':'));
  };
  EXPECT_EQ(fault([](SandboxEvent& e) { e.sandbox_id = " s"; }), "/e/sandbox_id");
  EXPECT_EQ(fault([](SandboxEvent& e) { e.user_id = ""; }), "/e/user_id");
  EXPECT_EQ(fault([](SandboxEvent& e) { e.status = SandboxStatus(10); }), "/e/status");
  EXPECT_EQ(fault([](SandboxEvent& e) { e.sequence = 0; }), "/e/sequence");
  EXPECT_EQ(fault([](SandboxEvent& e) { e.sequence = -5; }), "/e/sequence");
}

}  // namespace
}  // namespace muster::model
