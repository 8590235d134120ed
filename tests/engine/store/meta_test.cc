#include "store/meta.h"

#include "engine/store/fixture.h"
#include "store/bytes.h"
#include "store/memory/memory_store.h"
#include "store/seal.h"

namespace muster::store {
namespace {

Meta Example() {
  Meta meta;
  for (size_t i = 0; i < meta.id.size(); ++i) meta.id[i] = static_cast<uint8_t>(i + 1);
  for (size_t i = 0; i < meta.secret.size(); ++i) meta.secret[i] = static_cast<uint8_t>(99 + i);
  meta.incarnation = 0x0123456789abcdef;
  meta.fingerprint = "1:2:3:boot";
  meta.version = 42;
  for (int i = 0; i < kListCount; ++i) {
    const uint64_t n = static_cast<uint64_t>(i);
    meta.lists[i] = {n + 1, n + 10, ~n};
  }
  meta.log = {40, 1000, 7};
  return meta;
}

std::string Encoded(const Meta& meta) {
  std::string record;
  EncodeMeta(meta, &record);
  return record;
}

TEST(Meta, ComesBackAsItWas) {
  const Meta in = Example();
  const absl::StatusOr<Meta> out = DecodeMeta(Encoded(in));
  ASSERT_TRUE(out.ok()) << out.status();
  EXPECT_EQ(out->format, in.format);
  EXPECT_EQ(out->id, in.id);
  EXPECT_EQ(out->secret, in.secret);
  EXPECT_EQ(out->incarnation, in.incarnation);
  EXPECT_EQ(out->fingerprint, in.fingerprint);
  EXPECT_EQ(out->version, in.version);
  for (int i = 0; i < kListCount; ++i) {
    EXPECT_EQ(out->lists[i].version, in.lists[i].version);
    EXPECT_EQ(out->lists[i].count, in.lists[i].count);
    EXPECT_EQ(out->lists[i].digest, in.lists[i].digest);
  }
  EXPECT_EQ(out->log.floor, in.log.floor);
  EXPECT_EQ(out->log.appended, in.log.appended);
  EXPECT_EQ(out->log.count, in.log.count);
}

TEST(Meta, BeginsWithTheFormat) {
  EXPECT_EQ(Encoded(Example()).substr(0, 4), std::string("\3\0\0\0", 4));
}

TEST(Meta, OfTheFirstFormatHasALogThatReachesBackNoVersion) {
  const absl::StatusOr<Meta> meta = DecodeMeta(InFirstFormat(Example()));
  ASSERT_TRUE(meta.ok()) << meta.status();
  EXPECT_EQ(meta->format, 1u);
  EXPECT_EQ(meta->version, 42u);
  EXPECT_EQ(meta->list(List::kHosts).count, Example().list(List::kHosts).count);
  EXPECT_EQ(meta->log.floor, 42u);
  EXPECT_EQ(meta->log.count, 0u);
}

TEST(Meta, CutShortAnywhereIsDamaged) {
  const std::string record = Encoded(Example());
  for (size_t size = 0; size < record.size(); ++size) {
    EXPECT_EQ(DecodeMeta(record.substr(0, size)).status().code(), absl::StatusCode::kDataLoss);
  }
}

TEST(Meta, WithMoreBytesIsDamaged) {
  EXPECT_EQ(DecodeMeta(Encoded(Example()) + "x").status().code(), absl::StatusCode::kDataLoss);
}

TEST(Meta, OfFormatZeroIsDamaged) {
  Meta meta = Example();
  meta.format = 0;
  EXPECT_EQ(DecodeMeta(Encoded(meta)).status().code(), absl::StatusCode::kDataLoss);
}

TEST(Meta, OfANewerFormatIsRefusedWhateverFollows) {
  char record[5] = {0, 0, 0, 0, 'x'};
  StoreLittleEndian(uint32_t{7}, record);
  const absl::Status status = DecodeMeta({record, sizeof(record)}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(MessageOf(status),
            "the store is of format 7, this build reads up to 3: use a newer build");
}

TEST(Meta, OfANewStoreIsNothing) {
  const auto store = NewMemoryStore();
  EXPECT_FALSE(ReadMeta(**store->BeginRead())->has_value());
}

TEST(Meta, IsReadAsWritten) {
  const auto store = NewMemoryStore();
  auto writer = *store->BeginWrite();
  ASSERT_TRUE(WriteMeta(*writer, Example()).ok());
  ASSERT_TRUE(writer->Commit().ok());
  const auto meta = ReadMeta(**store->BeginRead());
  ASSERT_TRUE(meta.ok()) << meta.status();
  EXPECT_EQ((*meta)->version, 42u);
}

TEST(Meta, ThatIsDamagedIsDataLoss) {
  const auto store = NewMemoryStore();
  std::string sealed;
  Seal(Table::kMeta, "meta", Encoded(Example()), &sealed);
  sealed[40] ^= 1;
  ASSERT_TRUE(PutOne(*store, Table::kMeta, "meta", sealed).ok());
  EXPECT_EQ(MessageOf(ReadMeta(**store->BeginRead()).status()),
            "a record of meta is damaged: meta: restore the store from a backup");
}

}  // namespace
}  // namespace muster::store
