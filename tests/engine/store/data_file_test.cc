// Whatever stands in data.mdb is looked at before LMDB may touch it.
#include "store/lmdb/data_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <random>

#include "engine/store/fixture.h"
#include "engine/store/lmdb_tools.h"
#include "store/lmdb/unique_fd.h"
#include "store/meta.h"
#include "store/records.h"

namespace muster::store {
namespace {

namespace fs = std::filesystem;

absl::StatusOr<Content> Inspect(const std::string& path) {
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  return InspectDataFile(fd.get(), path);
}

bool ReachesOnlyPagesInFile(const std::string& path) {
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  return store::ReachesOnlyPagesInFile(fd.get());
}

// A store with pages of every kind: trees of some depth, values over many pages,
// pages that are free.
void MakeBigStore(const std::string& path) {
  const auto store = *OpenLmdb(path, {});
  Meta meta = *OpenMeta(*store);
  for (int round = 0; round < 3; ++round) {
    auto writer = *store->BeginWrite();
    RecordWriter records(writer.get(), &meta);
    for (int i = 0; i < 400; ++i) {
      ASSERT_TRUE(
          records.Put(List::kHosts, "host-" + std::to_string(i), std::string(100 + round, 'x'))
              .ok());
    }
    for (int i = 0; i < 20; ++i) {
      ASSERT_TRUE(
          records
              .Put(List::kRootfs, "image-" + std::to_string(i), std::string(9000 + round, 'y'))
              .ok());
    }
    ASSERT_TRUE(WriteMeta(*writer, meta).ok());
    ASSERT_TRUE(writer->Commit().ok());
  }
}

// Opens it; where that works, everything must be there.
void ExpectRefusedOrWhole(const std::string& path) {
  const auto store = OpenLmdb(path, {});
  if (!store.ok()) {
    EXPECT_EQ(store.status().code(), absl::StatusCode::kDataLoss) << store.status();
    return;
  }
  auto reader = *(*store)->BeginRead();
  const auto meta = ReadMeta(*reader);
  ASSERT_TRUE(meta.ok() && meta->has_value()) << meta.status();
  for (List list : {List::kHosts, List::kRootfs}) {
    absl::Status status =
        ScanRecords(*reader, list, **meta,
                    [](std::string_view, std::string_view) { return absl::OkStatus(); });
    EXPECT_TRUE(status.ok()) << status;
  }
}

TEST(DataFile, OfAStoreIsAStore) {
  TempDir dir;
  MakeBigStore(dir / "db");
  const auto content = Inspect(dir / "db/data.mdb");
  ASSERT_TRUE(content.ok()) << content.status();
  EXPECT_EQ(*content, Content::kStore);
}

TEST(DataFile, CutAtAnyPageIsRefusedOrWhole) {
  TempDir dir;
  MakeBigStore(dir / "db");
  const std::string path = dir / "db/data.mdb";
  int refused = 0;
  for (auto size = fs::file_size(path) - 1000; size > 4096; size -= 4096) {
    fs::resize_file(path, size);
    ExpectRefusedOrWhole(dir / "db");
    if (!OpenLmdb(dir / "db", {}).ok()) ++refused;
  }
  EXPECT_GT(refused, 50);
}

TEST(DataFile, OfAWholeStoreReachesOnlyPagesInTheFile) {
  TempDir dir;
  MakeBigStore(dir / "db");
  EXPECT_TRUE(ReachesOnlyPagesInFile(dir / "db/data.mdb"));
}

// Three transactions after which LMDB alone leaves the file shorter than its
// meta page says, because the last one took pages at the end and gave them back.
// Each one puts keys; but for the second, it then deletes all there are.
constexpr int kLoosePageSteps = 3;

using Strings = std::vector<std::string>;

Strings LoosePageKeys(int step) {
  Strings keys;
  uint32_t scattered = 1;
  for (uint32_t i = 0; i < 400; ++i) {
    scattered = scattered * 1664525 + 1013904223;
    keys.push_back(std::to_string(step == 2 ? scattered >> 1 : i));
  }
  return keys;
}

bool IsShort(const std::string& path) {
  const std::string bytes = ReadText(path);
  uint64_t pages = 0;
  for (size_t meta_page : {0, 4096}) {
    uint64_t last_page = 0;
    std::memcpy(&last_page, &bytes[meta_page + kMetaLastPageOffset], sizeof(last_page));
    pages = std::max(pages, last_page + 1);
  }
  return bytes.size() < pages * 4096;
}

void MakeShortFile(const std::string& path) {
  MakeStore(path);
  for (int step = 0; step < kLoosePageSteps; ++step) {
    WithLmdb(path, [&](MDB_txn* transaction) {
      const MDB_dbi table = OpenTable(transaction, "users");
      for (const std::string& key : LoosePageKeys(step)) {
        PutPair(transaction, table, key, std::string(250, 'x'));
      }
      if (step == 1) return;
      MDB_cursor* cursor = nullptr;
      MDB_val key, value;
      ASSERT_EQ(mdb_cursor_open(transaction, table, &cursor), 0);
      while (mdb_cursor_get(cursor, &key, &value, MDB_FIRST) == 0) {
        ASSERT_EQ(mdb_cursor_del(cursor, 0), 0);
      }
      mdb_cursor_close(cursor);
    });
  }
  ASSERT_TRUE(IsShort(path + "/data.mdb"));
}

TEST(DataFile, ThatLmdbLeftShortIsWhole) {
  TempDir dir;
  MakeShortFile(dir / "db");
  const auto store = OpenLmdb(dir / "db", {});
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_EQ(Value(**store, Table::kHosts, "10.0.0.1"), "a host");
  EXPECT_TRUE((*store)->Probe().ok()) << (*store)->Probe();
}

TEST(DataFile, ThatLmdbLeftShortIsFilledUpByTheNextCommit) {
  TempDir dir;
  MakeShortFile(dir / "db");
  const auto store = *OpenLmdb(dir / "db", {});
  ASSERT_TRUE(PutOne(*store, Table::kHosts, "h", "v").ok());
  EXPECT_FALSE(IsShort(dir / "db/data.mdb"));
}

TEST(DataFile, IsNeverLeftShortByUs) {
  TempDir dir;
  const auto store = *OpenLmdb(dir / "db", {});
  for (int step = 0; step < kLoosePageSteps; ++step) {
    auto writer = *store->BeginWrite();
    for (const std::string& key : LoosePageKeys(step)) {
      ASSERT_TRUE(writer->Put(Table::kUsers, key, std::string(250, 'x')).ok());
    }
    for (const std::string& key : step == 1 ? Strings() : Keys(*writer, Table::kUsers)) {
      ASSERT_TRUE(writer->Delete(Table::kUsers, key).ok());
    }
    ASSERT_TRUE(writer->Commit().ok());
    EXPECT_FALSE(IsShort(dir / "db/data.mdb")) << step;
  }
}

// Damaged bytes in the pages that are read here must be refused or do no harm;
// whether the store behind them is any good is not the question.
TEST(DataFile, WithAnyByteChangedIsReadWithoutHarm) {
  TempDir dir;
  MakeBigStore(dir / "db");
  const std::string path = dir / "db/data.mdb";
  const std::string bytes = ReadText(path);
  std::mt19937 random(1);
  for (int round = 0; round < 100; ++round) {
    std::string changed = bytes;
    const size_t within = round % 2 == 0 ? 2 * 4096 : bytes.size();
    for (int i = 0; i < 1 + round % 20; ++i) {
      const size_t at = round % 4 == 0 ? random() % 160 : random() % within;
      changed[at] = static_cast<char>(random());
    }
    WriteText(path, changed);
    (void)Inspect(path);
    (void)ReachesOnlyPagesInFile(path);
    fs::resize_file(path, 4096 * (2 + random() % (bytes.size() / 4096)));
    (void)Inspect(path);
  }
}

TEST(DataFile, WhosePagesGoRoundInACircleIsRefused) {
  TempDir dir;
  MakeBigStore(dir / "db");
  const std::string path = dir / "db/data.mdb";
  std::string bytes = ReadText(path);
  // Every branch page points to itself.
  for (size_t page = 2 * 4096; page < bytes.size(); page += 4096) {
    if (bytes[page + 10] != 1) continue;
    for (size_t at = page + 16; at < page + 18; at += 2) {
      uint16_t node = 0;
      std::memcpy(&node, &bytes[at], 2);
      const uint32_t self = static_cast<uint32_t>(page / 4096);
      std::memcpy(&bytes[page + node], &self, 4);
    }
  }
  WriteText(path, bytes);
  EXPECT_FALSE(ReachesOnlyPagesInFile(path));
}

}  // namespace
}  // namespace muster::store
