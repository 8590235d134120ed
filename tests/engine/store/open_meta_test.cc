// How a store is made ready, and when it gets a new incarnation.
#include <filesystem>
#include <thread>

#include "engine/store/fixture.h"
#include "store/memory/memory_store.h"
#include "store/meta.h"
#include "store/records.h"
#include "store/seal.h"

namespace muster::store {
namespace {

namespace fs = std::filesystem;

// Commits one more version, as the committer does.
void CommitVersion(Store& store) {
  auto writer = *store.BeginWrite();
  Meta meta = **ReadMeta(*writer);
  ++meta.version;
  ASSERT_TRUE(WriteMeta(*writer, meta).ok());
  ASSERT_TRUE(writer->Commit().ok());
  store.RaiseHighWaterVersion(meta.incarnation, meta.version);
}

std::unique_ptr<Store> Open(const std::string& path) {
  auto store = OpenLmdb(path, {});
  EXPECT_TRUE(store.ok()) << store.status();
  return store.ok() ? *std::move(store) : nullptr;
}

bool IsZero(const uint8_t* bytes, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    if (bytes[i] != 0) return false;
  }
  return true;
}

TEST(OpenMeta, GivesANewStoreItsIdentity) {
  const auto store = NewMemoryStore();
  const auto meta = OpenMeta(*store);
  ASSERT_TRUE(meta.ok()) << meta.status();
  EXPECT_EQ(meta->format, kStoreFormat);
  EXPECT_FALSE(IsZero(meta->id.data(), meta->id.size()));
  EXPECT_FALSE(IsZero(meta->secret.data(), meta->secret.size()));
  EXPECT_NE(meta->incarnation, 0u);
  EXPECT_EQ(meta->fingerprint, store->Fingerprint());
  EXPECT_EQ(meta->version, 0u);
}

TEST(OpenMeta, MakesAStoreOfTheFirstFormatOneOfThisFormat) {
  const auto store = NewMemoryStore();
  Meta old = *OpenMeta(*store);
  old.version = 9;
  std::string sealed;
  Seal(Table::kMeta, "meta", InFirstFormat(old), &sealed);
  ASSERT_TRUE(PutOne(*store, Table::kMeta, "meta", sealed).ok());

  const Meta opened = *OpenMeta(*store);
  EXPECT_EQ(opened.format, kStoreFormat);
  EXPECT_EQ(opened.id, old.id);
  EXPECT_EQ(opened.version, 9u);
  EXPECT_EQ(opened.log.floor, 9u);
  const Meta written = **ReadMeta(**store->BeginRead());
  EXPECT_EQ(written.format, kStoreFormat);
  EXPECT_EQ(written.log.floor, 9u);
}

TEST(OpenMeta, TwoStoresShareNothing) {
  const auto one = NewMemoryStore(), other = NewMemoryStore();
  const Meta a = *OpenMeta(*one), b = *OpenMeta(*other);
  EXPECT_NE(a.id, b.id);
  EXPECT_NE(a.secret, b.secret);
  EXPECT_NE(a.incarnation, b.incarnation);
}

TEST(OpenMeta, WritesNothingWhereAllIsAsRecorded) {
  TempDir dir;
  const Meta first = *OpenMeta(*Open(dir / "db"));
  const auto store = Open(dir / "db");
  const uint64_t commit = store->LatestCommit();
  const Meta second = *OpenMeta(*store);
  EXPECT_EQ(store->LatestCommit(), commit);
  EXPECT_EQ(second.id, first.id);
  EXPECT_EQ(second.secret, first.secret);
  EXPECT_EQ(second.incarnation, first.incarnation);
}

TEST(OpenMeta, KeepsTheIncarnationAsVersionsGrow) {
  TempDir dir;
  auto store = Open(dir / "db");
  const Meta first = *OpenMeta(*store);
  for (int i = 0; i < 3; ++i) CommitVersion(*store);
  store = nullptr;
  store = Open(dir / "db");
  const Meta second = *OpenMeta(*store);
  EXPECT_EQ(second.incarnation, first.incarnation);
  EXPECT_EQ(second.version, 3u);
}

TEST(OpenMeta, GivesACopyAnIncarnationOfItsOwn) {
  TempDir dir;
  const Meta original = *OpenMeta(*Open(dir / "db"));
  fs::copy(dir / "db", dir / "copy");
  const Meta copy = *OpenMeta(*Open(dir / "copy"));
  EXPECT_EQ(copy.id, original.id);
  EXPECT_EQ(copy.secret, original.secret);
  EXPECT_NE(copy.incarnation, original.incarnation);
  EXPECT_EQ(OpenMeta(*Open(dir / "db"))->incarnation, original.incarnation);
}

TEST(OpenMeta, NoticesAFileThatTookTheStoresPlace) {
  TempDir dir;
  const Meta original = *OpenMeta(*Open(dir / "db"));
  fs::copy_file(dir / "db/data.mdb", dir / "backup");
  fs::remove(dir / "db/data.mdb");
  fs::rename(dir / "backup", dir / "db/data.mdb");
  EXPECT_NE(OpenMeta(*Open(dir / "db"))->incarnation, original.incarnation);
}

// A file that is made where one was removed often gets its inode number.
TEST(OpenMeta, NoticesAFileThatTookTheStoresInode) {
  TempDir dir;
  const Meta original = *OpenMeta(*Open(dir / "db"));
  const std::string bytes = ReadText(dir / "db/data.mdb");
  fs::remove(dir / "db/data.mdb");
  WriteText(dir / "db/data.mdb", bytes);
  EXPECT_NE(OpenMeta(*Open(dir / "db"))->incarnation, original.incarnation);
}

// The file stays the same one, only its bytes go back.
TEST(OpenMeta, NoticesAStoreThatWasPutBackInPlace) {
  TempDir dir;
  auto store = Open(dir / "db");
  const Meta original = *OpenMeta(*store);
  CommitVersion(*store);
  store = nullptr;
  const std::string backup = ReadText(dir / "db/data.mdb");
  store = Open(dir / "db");
  CommitVersion(*store);
  store = nullptr;

  WriteText(dir / "db/data.mdb", backup);
  const Meta restored = *OpenMeta(*Open(dir / "db"));
  EXPECT_NE(restored.incarnation, original.incarnation);
  EXPECT_EQ(restored.version, 1u);
}

TEST(OpenMeta, NoticesAStoreThatWasPutBackTwice) {
  TempDir dir;
  auto store = Open(dir / "db");
  std::vector<uint64_t> incarnations = {OpenMeta(*store)->incarnation};
  store = nullptr;
  const std::string backup = ReadText(dir / "db/data.mdb");
  for (int round = 0; round < 2; ++round) {
    store = Open(dir / "db");
    ASSERT_TRUE(OpenMeta(*store).ok());
    CommitVersion(*store);
    store = nullptr;
    WriteText(dir / "db/data.mdb", backup);
    store = Open(dir / "db");
    incarnations.push_back(OpenMeta(*store)->incarnation);
    store = nullptr;
  }
  EXPECT_NE(incarnations[1], incarnations[0]);
  EXPECT_NE(incarnations[2], incarnations[0]);
  EXPECT_NE(incarnations[2], incarnations[1]);
}

TEST(OpenMeta, NoticesAnotherBoot) {
  const auto store = NewMemoryStore();
  Meta meta = *OpenMeta(*store);
  const uint64_t incarnation = meta.incarnation;
  meta.fingerprint = "what it was before the machine's boot";
  auto writer = *store->BeginWrite();
  ASSERT_TRUE(WriteMeta(*writer, meta).ok());
  ASSERT_TRUE(writer->Commit().ok());
  EXPECT_NE(OpenMeta(*store)->incarnation, incarnation);
}

// Whoever committed may have been killed before it raised the mark.
TEST(OpenMeta, RaisesTheMarkToWhatItFinds) {
  const auto store = NewMemoryStore();
  Meta meta = *OpenMeta(*store);
  meta.version = 5;
  auto writer = *store->BeginWrite();
  ASSERT_TRUE(WriteMeta(*writer, meta).ok());
  ASSERT_TRUE(writer->Commit().ok());
  store->RaiseHighWaterVersion(meta.incarnation, 4);  // killed before it could say 5
  ASSERT_TRUE(OpenMeta(*store).ok());
  EXPECT_EQ(store->HighWaterVersion(meta.incarnation), 5u);
}

TEST(OpenMeta, DrawsANewIncarnationWhereNothingIsKnownOfTheOldOne) {
  const auto store = NewMemoryStore();
  Meta meta = *OpenMeta(*store);
  const uint64_t forgotten = ++meta.incarnation;
  auto writer = *store->BeginWrite();
  ASSERT_TRUE(WriteMeta(*writer, meta).ok());
  ASSERT_TRUE(writer->Commit().ok());
  EXPECT_NE(OpenMeta(*store)->incarnation, forgotten);
}

TEST(OpenMeta, FromManyThreadsAgrees) {
  const auto store = NewMemoryStore();
  std::vector<uint64_t> incarnations(8);
  std::vector<std::thread> threads;
  for (uint64_t& incarnation : incarnations) {
    threads.emplace_back([&] { incarnation = OpenMeta(*store)->incarnation; });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(incarnations, testing::Each(incarnations[0]));
}

TEST(OpenMeta, DoesNotTakeAStoreThatLostItsMetaRecordForANewOne) {
  const auto store = NewMemoryStore();
  ASSERT_TRUE(PutOne(*store, Table::kUsers, "u", "anything").ok());
  const absl::Status status = OpenMeta(*store).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(MessageOf(status),
            "the store has records but no meta record: restore the store from a backup");
}

TEST(OpenMeta, RefusesANewerFormatAndLeavesItAlone) {
  const auto store = NewMemoryStore();
  std::string record, sealed;
  Meta meta;
  meta.format = 7;
  EncodeMeta(meta, &record);
  Seal(Table::kMeta, "meta", record + "what later formats add", &sealed);
  ASSERT_TRUE(PutOne(*store, Table::kMeta, "meta", sealed).ok());
  EXPECT_EQ(OpenMeta(*store).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Value(*store, Table::kMeta, "meta"), sealed);
}

}  // namespace
}  // namespace muster::store
