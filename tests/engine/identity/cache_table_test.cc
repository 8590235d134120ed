// The table under the cache of users: found, replaced, bounded, evicted.
#include "identity/cache_table.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace muster::identity {
namespace {

constexpr size_t kLinesOfABucket = CacheTable::kBucketLines - 1;

// Names that look like hashes.
uint64_t Mixed(uint64_t number) {
  number += 0x9e3779b97f4a7c15;
  number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9;
  number = (number ^ (number >> 27)) * 0x94d049bb133111eb;
  return number ^ (number >> 31);
}

CacheTable::Name NameOf(uint64_t number) {
  return {{Mixed(3 * number), Mixed(3 * number + 1)}, Mixed(3 * number + 2)};
}

std::optional<std::string> PayloadOf(const CacheTable& table, uint64_t number) {
  CacheTable::Record record;
  if (!table.Find(NameOf(number), &record)) return std::nullopt;
  return std::string(record.payload());
}

TEST(CacheTable, GivesBackWhatWasPut) {
  CacheTable table(CacheTable::kBucketBytes);
  table.Put(NameOf(1), 0xabcdef012345, "payload");
  CacheTable::Record record;
  ASSERT_TRUE(table.Find(NameOf(1), &record));
  EXPECT_EQ(record.payload(), "payload");
  EXPECT_EQ(record.note, 0xabcdef012345u);
  EXPECT_FALSE(table.Find(NameOf(2), &record));
}

TEST(CacheTable, GivesBackPayloadsOfEveryLength) {
  for (size_t bytes = 0; bytes <= CacheTable::kMaxPayloadBytes; ++bytes) {
    CacheTable table(CacheTable::kBucketBytes);
    const std::string payload(bytes, static_cast<char>('a' + bytes % 26));
    table.Put(NameOf(bytes), 0, payload);
    EXPECT_EQ(PayloadOf(table, bytes), payload);
  }
}

TEST(CacheTable, APayloadThatIsTooLongIsNotKept) {
  CacheTable table(CacheTable::kBucketBytes);
  table.Put(NameOf(1), 0, std::string(CacheTable::kMaxPayloadBytes + 1, 'x'));
  EXPECT_FALSE(PayloadOf(table, 1));
}

TEST(CacheTable, AnEntryIsReplacedByItsNextPayload) {
  CacheTable table(CacheTable::kBucketBytes);
  for (const size_t bytes : {10, 200, 3, 296, 41}) {
    table.Put(NameOf(1), 0, std::string(bytes, 'x'));
    table.Put(NameOf(2), 0, std::string(bytes, 'y'));
    EXPECT_EQ(PayloadOf(table, 1), std::string(bytes, 'x'));
    EXPECT_EQ(PayloadOf(table, 2), std::string(bytes, 'y'));
  }
}

TEST(CacheTable, ABucketThatIsFullHoldsAnEntryInEachLine) {
  CacheTable table(CacheTable::kBucketBytes);
  for (uint64_t i = 0; i < kLinesOfABucket; ++i) table.Put(NameOf(i), 0, std::to_string(i));
  for (uint64_t i = 0; i < kLinesOfABucket; ++i) {
    EXPECT_EQ(PayloadOf(table, i), std::to_string(i));
  }
}

TEST(CacheTable, NeverHoldsMoreThanItsBytes) {
  constexpr size_t kBytes = 64 * CacheTable::kBucketBytes;
  CacheTable table(kBytes);
  constexpr uint64_t kMany = 20000;
  for (uint64_t i = 0; i < kMany; ++i) table.Put(NameOf(i), 0, "x");
  size_t found = 0;
  for (uint64_t i = 0; i < kMany; ++i) found += PayloadOf(table, i) ? 1 : 0;
  EXPECT_EQ(found, 64 * kLinesOfABucket);
}

TEST(CacheTable, KeepsWhatItHoldsWhileItGrows) {
  CacheTable table(size_t{32} << 20);
  constexpr uint64_t kMany = 200000;  // of half a million lines
  uint64_t lost = 0;
  for (uint64_t i = 0; i < kMany; ++i) {
    table.Put(NameOf(i), 0, std::to_string(i));
    const uint64_t before = Mixed(i) % (i + 1);
    const auto payload = PayloadOf(table, before);
    if (payload) {
      ASSERT_EQ(*payload, std::to_string(before)) << "after " << i;
    } else {
      ++lost;
    }
  }
  EXPECT_LE(lost, kMany / 10000) << "only where a bucket happens to overflow";
}

TEST(CacheTable, TheNewestEntryIsAlwaysTaken) {
  CacheTable table(CacheTable::kBucketBytes);
  for (uint64_t i = 0; i < 1000; ++i) {
    const std::string payload(Mixed(i) % CacheTable::kMaxPayloadBytes, 'x');
    table.Put(NameOf(i), 0, payload);
    EXPECT_EQ(PayloadOf(table, i), payload);
    for (uint64_t j = 0; j < i; ++j) {
      const auto other = PayloadOf(table, j);
      if (other) {
        EXPECT_EQ(other->size(), Mixed(j) % CacheTable::kMaxPayloadBytes);
      }
    }
  }
}

TEST(CacheTable, WhatIsUsedStaysWhileThereIsSomethingUnused) {
  CacheTable table(CacheTable::kBucketBytes);
  for (uint64_t i = 0; i < kLinesOfABucket; ++i) table.Put(NameOf(i), 0, "x");
  for (uint64_t i = 0; i < 10; ++i) EXPECT_TRUE(PayloadOf(table, 3 * i));
  for (uint64_t i = 100; i < 100 + kLinesOfABucket - 10; ++i) table.Put(NameOf(i), 0, "x");
  for (uint64_t i = 0; i < 10; ++i) EXPECT_TRUE(PayloadOf(table, 3 * i)) << i;
}

TEST(CacheTable, WhatIsUsedOverAndOverOutlastsAnyNumberOfOthers) {
  CacheTable table(CacheTable::kBucketBytes);
  const std::string payload(100, 'x');  // two lines
  table.Put(NameOf(0), 0, payload);
  for (uint64_t i = 1; i < 10000; ++i) {
    EXPECT_EQ(PayloadOf(table, 0), payload) << i;
    table.Put(NameOf(i), 0, std::string(Mixed(i) % 100, 'y'));
  }
}

TEST(CacheTable, OfLessThanABucketHoldsNothing) {
  for (const size_t bytes : {size_t{0}, CacheTable::kBucketBytes - 1}) {
    CacheTable table(bytes);
    table.Put(NameOf(1), 0, "x");
    EXPECT_FALSE(PayloadOf(table, 1));
  }
}

}  // namespace
}  // namespace muster::identity
