// Opening a store, and making one.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "engine/store/fixture.h"
#include "engine/store/lmdb_tools.h"
#include "store/meta.h"

namespace muster::store {
namespace {

namespace fs = std::filesystem;

int ModeOf(const std::string& path) {
  struct stat info {};
  EXPECT_EQ(stat(path.c_str(), &info), 0) << path;
  return static_cast<int>(info.st_mode & 0777);
}

TEST(Open, MakesTheDirectoryAndThoseAboveItPrivate) {
  TempDir dir;
  ASSERT_TRUE(OpenLmdb(dir / "a/b/db", {}).ok());
  EXPECT_EQ(ModeOf(dir / "a"), 0700);
  EXPECT_EQ(ModeOf(dir / "a/b"), 0700);
  EXPECT_EQ(ModeOf(dir / "a/b/db"), 0700);
}

TEST(Open, MakesFilesPrivate) {
  TempDir dir;
  ASSERT_TRUE(OpenLmdb(dir / "db", {}).ok());
  size_t files = 0;
  for (const auto& entry : fs::directory_iterator(dir / "db")) {
    EXPECT_EQ(ModeOf(entry.path()), 0600) << entry.path();
    ++files;
  }
  EXPECT_EQ(files, 3u);
}

TEST(Open, TakesAnEmptyDirectoryAsItIs) {
  TempDir dir;
  fs::create_directory(dir / "db");
  fs::permissions(dir / "db", fs::perms(0750));
  ASSERT_TRUE(OpenLmdb(dir / "db", {}).ok());
  EXPECT_EQ(ModeOf(dir / "db"), 0750);
}

TEST(Open, TakesThePathWithASlashAtTheEnd) {
  TempDir dir;
  EXPECT_TRUE(OpenLmdb(dir / "a/db/", {}).ok());
  EXPECT_TRUE(OpenLmdb(dir / "a/db", {}).ok());
}

TEST(Open, TakesTheRootOfAVolume) {
  TempDir dir;
  fs::create_directories(dir / "db/lost+found");
  EXPECT_TRUE(OpenLmdb(dir / "db", {}).ok());
}

TEST(Open, FindsWhatWasCommittedBefore) {
  TempDir dir;
  MakeStore(dir / "db");
  const auto store = OpenLmdb(dir / "db", {});
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_EQ(Value(**store, Table::kHosts, "10.0.0.1"), "a host");
}

TEST(Open, FindsItWithoutTheLockFilesToo) {
  TempDir dir;
  MakeStore(dir / "db");
  fs::remove(dir / "db/lock.mdb");
  fs::remove(dir / "db/muster.lock");
  EXPECT_EQ(Value(**OpenLmdb(dir / "db", {}), Table::kHosts, "10.0.0.1"), "a host");
}

TEST(Open, AddsTheTableThatAStoreOfTheFirstFormatLacks) {
  TempDir dir;
  MakeStore(dir / "db");
  WithLmdb(dir / "db", [](MDB_txn* transaction) {
    ASSERT_EQ(mdb_drop(transaction, OpenTable(transaction, "change_log"), 1), 0);
  });
  auto store = OpenLmdb(dir / "db", {});
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_EQ(Value(**store, Table::kHosts, "10.0.0.1"), "a host");
  EXPECT_TRUE(PutOne(**store, Table::kChangeLog, "k", "v").ok());
  store->reset();
  EXPECT_EQ(Value(**OpenLmdb(dir / "db", {}), Table::kChangeLog, "k"), "v");
}

TEST(Open, MakesNothingWhereItMayNotCreate) {
  TempDir dir;
  Options options;
  options.create_if_missing = false;
  EXPECT_EQ(OpenLmdb(dir / "db", options).status().code(), absl::StatusCode::kNotFound);
  EXPECT_FALSE(fs::exists(dir / "db"));
  fs::create_directory(dir / "db");
  EXPECT_EQ(OpenLmdb(dir / "db", options).status().code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(fs::is_empty(dir / "db"));
}

TEST(Open, OpensAnExistingStoreWhereItMayNotCreate) {
  TempDir dir;
  MakeStore(dir / "db");
  Options options;
  options.create_if_missing = false;
  EXPECT_TRUE(OpenLmdb(dir / "db", options).ok());
}

TEST(Open, AgainAfterItWasClosed) {
  TempDir dir;
  auto store = *OpenLmdb(dir / "db", {});
  ASSERT_TRUE(store->Close().ok());
  EXPECT_TRUE(OpenLmdb(dir / "db", {}).ok());
}

TEST(Open, KeepsNoDescriptorAfterClosing) {
  TempDir dir;
  MakeStore(dir / "db");
  const auto count = [] {
    return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
  };
  const auto before = count();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(OpenLmdb(dir / "db", {}).ok());
  WriteText(dir / "db/data.mdb", "not a store");
  for (int i = 0; i < 3; ++i) ASSERT_FALSE(OpenLmdb(dir / "db", {}).ok());
  EXPECT_EQ(count(), before);
}

TEST(Open, KeepsItsDescriptorsFromOtherPrograms) {
  TempDir dir;
  const auto store = *OpenLmdb(dir / "db", {});
  int ours = 0;
  for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    const std::string target = fs::read_symlink(entry.path(), gone).string();
    if (target.rfind(dir / "db", 0) != 0) continue;
    ++ours;
    EXPECT_NE(fcntl(std::stoi(entry.path().filename()), F_GETFD) & FD_CLOEXEC, 0) << target;
  }
  EXPECT_GE(ours, 3);
}

TEST(Open, ClosingWaitsForNoTransactionButRefuses) {
  TempDir dir;
  const auto store = *OpenLmdb(dir / "db", {});
  auto reader = *store->BeginRead();
  EXPECT_EQ(store->Close().code(), absl::StatusCode::kFailedPrecondition);
  reader.reset();
  EXPECT_TRUE(store->Close().ok());
}

// --- What a creation that was killed leaves behind ---

void ExpectOpensAsNew(const std::string& path) {
  const auto store = OpenLmdb(path, {});
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_TRUE(OpenMeta(**store).ok());
  EXPECT_TRUE(PutOne(**store, Table::kHosts, "h", "v").ok());
}

TEST(OpenLeftover, OfLockFilesAlone) {
  TempDir dir;
  fs::create_directory(dir / "db");
  WriteText(dir / "db/muster.lock", "");
  WriteText(dir / "db/lock.mdb", "");
  ExpectOpensAsNew(dir / "db");
}

TEST(OpenLeftover, OfAnEmptyDataFile) {
  TempDir dir;
  fs::create_directory(dir / "db");
  WriteText(dir / "db/data.mdb", "");
  ExpectOpensAsNew(dir / "db");
}

TEST(OpenLeftover, OfADataFileWithoutTables) {
  TempDir dir;
  WithLmdb(dir / "db", [](MDB_txn*) {});
  ExpectOpensAsNew(dir / "db");
}

TEST(OpenLeftover, OfAnyPartOfTheFirstWrite) {
  TempDir dir;
  WithLmdb(dir / "first", [](MDB_txn*) {});
  const std::string whole = ReadText(dir / "first/data.mdb");
  for (size_t size = 152; size < whole.size(); size += 500) {
    const std::string path = dir / ("db" + std::to_string(size));
    fs::create_directory(path);
    WriteText(path + "/data.mdb", whole.substr(0, size));
    ExpectOpensAsNew(path);
  }
}

// A power cut may keep the length of a file and lose what was written.
TEST(OpenLeftover, OfZeros) {
  TempDir dir;
  for (size_t size : {1, 4096, 8192}) {
    const std::string path = dir / ("db" + std::to_string(size));
    fs::create_directory(path);
    WriteText(path + "/data.mdb", std::string(size, '\0'));
    ExpectOpensAsNew(path);
  }
}

TEST(OpenLeftover, OfEitherPageOfTheFirstWrite) {
  TempDir dir;
  WithLmdb(dir / "first", [](MDB_txn*) {});
  const std::string whole = ReadText(dir / "first/data.mdb");
  const size_t page = whole.size() / 2;
  for (size_t lost : {size_t{0}, page}) {
    std::string text = whole;
    text.replace(lost, page, page, '\0');
    const std::string path = dir / ("db" + std::to_string(lost));
    fs::create_directory(path);
    WriteText(path + "/data.mdb", text);
    ExpectOpensAsNew(path);
  }
}

TEST(OpenLeftover, OfOurTablesWithNothingInThem) {
  TempDir dir;
  ASSERT_TRUE(OpenLmdb(dir / "db", {}).ok());  // OpenMeta() did not come any more
  ExpectOpensAsNew(dir / "db");
}

TEST(OpenLeftover, IsNoStoreWhereItMayNotCreate) {
  TempDir dir;
  Options options;
  options.create_if_missing = false;
  fs::create_directory(dir / "db");
  WriteText(dir / "db/data.mdb", "");
  EXPECT_EQ(OpenLmdb(dir / "db", options).status().code(), absl::StatusCode::kNotFound);
  EXPECT_FALSE(fs::exists(dir / "db/muster.lock"));
}

}  // namespace
}  // namespace muster::store
