// The binary form of a record: what goes in comes out, and nothing else does.
#include "model/record.h"

#include <gtest/gtest.h>

#include <string>

namespace muster::model {
namespace {

Shape FullShape() {
  Shape shape{"s", 65535, 2147483647, 9007199254740991};
  shape.cpu_quota_pct = 6553500;
  shape.disabled = true;
  return shape;
}

Host FullHost() {
  Host host{"h", HostStatus::kDead, 2147483647, 7};
  host.rootfses = {"node", "caf\xc3\xa9", std::string(255, 'x')};
  host.disabled = true;
  return host;
}

template <typename Entry>
std::string Encoded(const Entry& entry, void (*encode)(const Entry&, std::string*)) {
  std::string record;
  encode(entry, &record);
  return record;
}

TEST(Record, AShapeComesBackAsItWas) {
  for (const Shape& shape : {FullShape(), Shape{"s", 1, 1, 0}}) {
    EXPECT_EQ(*DecodeShape("s", Encoded(shape, EncodeShape)), shape);
  }
}

TEST(Record, ARootfsComesBackAsItWas) {
  const Rootfs full{"r", "two\nlines", true, "next", true, true};
  for (const Rootfs& rootfs : {full, Rootfs{"r"}}) {
    EXPECT_EQ(*DecodeRootfs("r", Encoded(rootfs, EncodeRootfs)), rootfs);
  }
}

TEST(Record, AHostComesBackAsItWas) {
  for (const Host& host : {FullHost(), Host{"h", HostStatus::kDraining}}) {
    EXPECT_EQ(*DecodeHost("h", Encoded(host, EncodeHost)), host);
  }
}

TEST(Record, CountsComeBackAsTheyWere) {
  const UserStats stats{1, 2, 3, 2147483647};
  EXPECT_EQ(*DecodeUser(Encoded(stats, EncodeUser)), stats);
}

TEST(Record, AUserWhoIsCountedByEventsComesBackAsItWas) {
  const UserFields user{{1, 2, 3, 400}, true, 300};
  const UserFields back = *ReadUser(Encoded(user, EncodeUser));
  EXPECT_EQ(back.stats, user.stats);
  EXPECT_TRUE(back.counted_by_events);
  EXPECT_EQ(back.dropped, 300);
}

TEST(Record, ASandboxComesBackAsItWas) {
  const Sandbox running{"s", "usr_1", SandboxStatus::kRunning, INT64_MAX, {}, false};
  const Sandbox ended{"s", "usr_1", SandboxStatus::kFailed, 1, 1700000000000, true};
  EXPECT_EQ(*DecodeSandbox(
                "s", Encoded(SandboxFields{running.status, false, "usr_1", running.sequence, 0},
                             EncodeSandbox)),
            running);
  EXPECT_EQ(
      *DecodeSandbox("s", Encoded(SandboxFields{ended.status, true, "usr_1", 1, 1700000000000},
                                  EncodeSandbox)),
      ended);
}

TEST(Record, ASandboxOfNoKnownStatusIsDataLoss) {
  std::string record =
      Encoded(SandboxFields{SandboxStatus::kFailed, false, "u", 1, 0}, EncodeSandbox);
  record[1] = 10;
  EXPECT_TRUE(absl::IsDataLoss(ReadSandbox(record).status()));
}

// The form is on disks: these bytes must mean the same for ever.
TEST(Record, TheFormOfASandboxIsFixed) {
  EXPECT_EQ(
      Encoded(SandboxFields{SandboxStatus::kDestroyed, false, "ab", 300, 5}, EncodeSandbox),
      std::string("\x01\x28\x02"
                  "ab\xac\x02\x05"));
}

TEST(Record, EachStatusOfASandboxHasItsName) {
  for (int i = 0; i < 10; ++i) {
    const auto status = static_cast<SandboxStatus>(i);
    EXPECT_EQ(SandboxStatusFromName(SandboxStatusName(status)), status);
  }
  EXPECT_EQ(SandboxStatusName(static_cast<SandboxStatus>(10)), "");
  EXPECT_FALSE(SandboxStatusFromName("Running"));
}

TEST(Record, AnApiKeysInfoComesBackWithoutItsId) {
  const ApiKeyInfo info{"key_x", "usr_1", "laptop", "wxyz", 1700000000000};
  const ApiKeyInfo back = *DecodeApiKey(Encoded(info, EncodeApiKey));
  EXPECT_EQ(back.id, "");
  EXPECT_EQ(back.user_id, info.user_id);
  EXPECT_EQ(back.label, info.label);
  EXPECT_EQ(back.hint, info.hint);
  EXPECT_EQ(back.created_unix_ms, info.created_unix_ms);
}

// The form is on disks: these bytes must mean the same for ever.
TEST(Record, TheFormOfAHostIsFixed) {
  Host host{"h", HostStatus::kDraining, 300, 5};
  host.rootfses = {"ab"};
  host.disabled = true;
  EXPECT_EQ(Encoded(host, EncodeHost), std::string("\x01\x03\xac\x02\x05\x01\x02"
                                                   "ab"));
}

TEST(Record, EveryCutIsDataLoss) {
  const std::string record = Encoded(FullHost(), EncodeHost);
  for (size_t size = 0; size < record.size(); ++size) {
    EXPECT_TRUE(absl::IsDataLoss(DecodeHost("h", record.substr(0, size)).status())) << size;
  }
}

TEST(Record, BytesLeftOverAreDataLoss) {
  EXPECT_TRUE(
      absl::IsDataLoss(DecodeShape("s", Encoded(FullShape(), EncodeShape) + "x").status()));
}

TEST(Record, AnotherFormIsDataLoss) {
  std::string record = Encoded(FullShape(), EncodeShape);
  record[0] = 2;
  EXPECT_TRUE(absl::IsDataLoss(DecodeShape("s", record).status()));
}

TEST(Record, AHostOfNoKnownStatusIsDataLoss) {
  std::string record = Encoded(FullHost(), EncodeHost);
  record[1] = static_cast<char>(3 << 1);
  EXPECT_TRUE(absl::IsDataLoss(DecodeHost("h", record).status()));
}

TEST(Record, AVarintTakesAsManyBytesAsItNeeds) {
  for (uint64_t value : {uint64_t{0}, uint64_t{127}, uint64_t{128}, UINT64_MAX}) {
    std::string bytes;
    PutVarint(value, &bytes);
    std::string_view rest = bytes;
    uint64_t back = 1;
    ASSERT_TRUE(GetVarint(&rest, &back));
    EXPECT_EQ(back, value);
    EXPECT_TRUE(rest.empty());
  }
}

TEST(Record, AVarintThatDoesNotEndIsRefused) {
  const std::string endless(11, '\xff');
  std::string_view rest = endless;
  uint64_t value = 0;
  EXPECT_FALSE(GetVarint(&rest, &value));
}

}  // namespace
}  // namespace muster::model
