#include "store/seal.h"

#include <set>

#include "engine/store/fixture.h"

namespace muster::store {
namespace {

std::string Sealed(Table table, std::string_view key, std::string_view record) {
  std::string sealed;
  Seal(table, key, record, &sealed);
  return sealed;
}

TEST(Seal, UnsealGivesTheRecordBack) {
  const std::string sealed = Sealed(Table::kHosts, "h", "record");
  EXPECT_EQ(sealed.size(), 6u + kChecksumBytes);
  EXPECT_EQ(*Unseal(Table::kHosts, "h", sealed), "record");
}

TEST(Seal, AnEmptyRecordIsSealedToo) {
  const std::string sealed = Sealed(Table::kUserApiKeys, "k", "");
  EXPECT_EQ(sealed.size(), kChecksumBytes);
  EXPECT_EQ(*Unseal(Table::kUserApiKeys, "k", sealed), "");
}

// The bytes are part of the store's format.
TEST(Seal, TheChecksumIsThatOfTheFormat) {
  EXPECT_EQ(Checksum(Table::kHosts, "10.0.0.1", "a record"), 0x357d36bc567fd549u);
}

TEST(Seal, EveryBitCounts) {
  const std::string sealed = Sealed(Table::kHosts, "10.0.0.1", "some record");
  for (size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    std::string flipped = sealed;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    EXPECT_EQ(Unseal(Table::kHosts, "10.0.0.1", flipped).status().code(),
              absl::StatusCode::kDataLoss)
        << bit;
  }
}

TEST(Seal, ARecordThatWasCutShortIsDamaged) {
  const std::string sealed = Sealed(Table::kHosts, "h", "some record");
  for (size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_EQ(
        Unseal(Table::kHosts, "h", std::string_view(sealed).substr(0, size)).status().code(),
        absl::StatusCode::kDataLoss);
  }
}

TEST(Seal, ARecordUnderAnotherKeyIsDamaged) {
  const std::string sealed = Sealed(Table::kHosts, "a", "record");
  EXPECT_FALSE(Unseal(Table::kHosts, "b", sealed).ok());
}

TEST(Seal, ARecordInAnotherTableIsDamaged) {
  const std::string sealed = Sealed(Table::kHosts, "a", "record");
  EXPECT_FALSE(Unseal(Table::kShapes, "a", sealed).ok());
}

TEST(Seal, KeyAndRecordDoNotTradeBytes) {
  EXPECT_NE(Checksum(Table::kHosts, "ab", "c"), Checksum(Table::kHosts, "a", "bc"));
}

// Short ones are put together on the stack, long ones elsewhere.
TEST(Seal, RecordsOfEverySizeAreSealed) {
  std::set<uint64_t> seen;
  for (size_t size = 900; size < 1100; ++size) {
    const std::string sealed = Sealed(Table::kRootfs, "key", std::string(size, 'x'));
    EXPECT_EQ(Unseal(Table::kRootfs, "key", sealed)->size(), size);
    seen.insert(SealedChecksum(sealed));
  }
  EXPECT_EQ(seen.size(), 200u);
}

TEST(Seal, DamageNamesTableAndKeyAndWhatToDo) {
  EXPECT_EQ(MessageOf(Unseal(Table::kHosts, "10.0.0.1", "").status()),
            "a record of hosts is damaged: 10.0.0.1: restore the store from a backup");
}

TEST(Seal, DamageStaysOneLineWhateverTheKey) {
  EXPECT_EQ(MessageOf(DamagedRecord(Table::kHosts, "a\nb")),
            "a record of hosts is damaged: a\\x0ab: restore the store from a backup");
}

TEST(Seal, DamageNeverNamesAnApiKey) {
  EXPECT_EQ(MessageOf(DamagedRecord(Table::kApiKeys, "secret")),
            "a record of api_keys is damaged: restore the store from a backup");
  EXPECT_EQ(MessageOf(DamagedRecord(Table::kUserApiKeys, "secret")),
            "a record of user_api_keys is damaged: restore the store from a backup");
}

}  // namespace
}  // namespace muster::store
