// What is not opened: the code, one line that names the path and says what to
// do, and a directory that stays as it was.
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <map>

#include "engine/store/fixture.h"
#include "engine/store/lmdb_tools.h"
#include "store/seal.h"

namespace muster::store {
namespace {

namespace fs = std::filesystem;
using absl::StatusCode;

std::map<std::string, std::string> Contents(const std::string& directory) {
  std::map<std::string, std::string> contents;
  for (const auto& entry : fs::directory_iterator(directory)) {
    const bool is_file = entry.is_regular_file();
    contents[entry.path().filename()] = is_file ? ReadText(entry.path()) : "";
  }
  return contents;
}

// Tries to open it, and that nothing in it changed.
absl::StatusOr<std::unique_ptr<Store>> TryOpen(const std::string& path) {
  const auto before = Contents(path);
  auto store = OpenLmdb(path, {});
  EXPECT_EQ(Contents(path), before);
  return store;
}

TEST(Refusal, OfAnEmptyPath) {
  const absl::Status status = OpenLmdb("", {}).status();
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(MessageOf(status), "the path of the store is empty: name a directory");
}

TEST(Refusal, OfAFile) {
  TempDir dir;
  WriteText(dir / "file", "x");
  EXPECT_THAT(OpenLmdb(dir / "file", {}),
              IsOneLine(StatusCode::kInvalidArgument, dir / "file", "is not a directory"));
}

TEST(Refusal, OfAPathBelowAFile) {
  TempDir dir;
  WriteText(dir / "file", "x");
  EXPECT_THAT(OpenLmdb(dir / "file/db", {}),
              IsOneLine(StatusCode::kInvalidArgument, dir / "file/db", "is not a directory"));
}

TEST(Refusal, OfADanglingLink) {
  TempDir dir;
  fs::create_symlink("nowhere", dir / "db");
  EXPECT_THAT(OpenLmdb(dir / "db", {}),
              IsOneLine(StatusCode::kInvalidArgument, dir / "db", "is not a directory"));
}

TEST(Refusal, OfANameThatIsTooLong) {
  TempDir dir;
  EXPECT_THAT(OpenLmdb(dir / std::string(300, 'x'), {}),
              IsOneLine(StatusCode::kInvalidArgument, dir.path(), ""));
}

TEST(Refusal, OfAPathWithAZeroByte) {
  TempDir dir;
  const std::string path = (dir / "db") + std::string("\0x", 2);
  EXPECT_EQ(OpenLmdb(path, {}).status().code(), StatusCode::kInvalidArgument);
  EXPECT_FALSE(fs::exists(dir / "db"));
}

TEST(Refusal, StaysOneLineWhateverThePath) {
  TempDir dir;
  WriteText(dir / "a\nb", "x");
  EXPECT_THAT(OpenLmdb(dir / "a\nb", {}),
              IsOneLine(StatusCode::kInvalidArgument, "a\\x0ab", "is not a directory"));
}

TEST(Refusal, OfAMissingStore) {
  TempDir dir;
  Options options;
  options.create_if_missing = false;
  EXPECT_THAT(OpenLmdb(dir / "db", options),
              IsOneLine(StatusCode::kNotFound, dir / "db", "no store at "));
}

TEST(Refusal, OfADirectoryWithOtherFiles) {
  TempDir dir;
  fs::create_directory(dir / "home");
  WriteText(dir / "home/notes.txt", "x");
  EXPECT_THAT(TryOpen(dir / "home"),
              IsOneLine(StatusCode::kFailedPrecondition, dir / "home", "holds other files"));
}

TEST(Refusal, OfADataFileThatIsADirectory) {
  TempDir dir;
  fs::create_directories(dir / "db/data.mdb");
  const auto store = TryOpen(dir / "db");
  EXPECT_FALSE(store.ok());
  EXPECT_NE(MessageOf(store.status()).find(dir / "db/data.mdb"), std::string::npos);
}

TEST(Refusal, OfADataFileThatIsAPipeDoesNotWait) {
  TempDir dir;
  fs::create_directory(dir / "db");
  ASSERT_EQ(mkfifo((dir / "db/data.mdb").c_str(), 0600), 0);
  EXPECT_THAT(OpenLmdb(dir / "db", {}),
              IsOneLine(StatusCode::kFailedPrecondition, dir / "db", "is not a file"));
}

TEST(Refusal, OfSomebodyElsesDataFile) {
  TempDir dir;
  fs::create_directory(dir / "db");
  for (const std::string& text : {std::string("a"), std::string("some text\n"),
                                  std::string(100'000, 'x'), std::string(100'000, '\0')}) {
    WriteText(dir / "db/data.mdb", text);
    EXPECT_THAT(TryOpen(dir / "db"), IsOneLine(StatusCode::kFailedPrecondition,
                                               dir / "db/data.mdb", "is not a Muster store"));
  }
}

TEST(Refusal, OfSomebodyElsesLmdb) {
  TempDir dir;
  WithLmdb(dir / "pairs", [](MDB_txn* transaction) {
    PutPair(transaction, OpenTable(transaction, nullptr, 0), "key", "value");
  });
  WithLmdb(dir / "tables", [](MDB_txn* transaction) { OpenTable(transaction, "mail"); });
  WithLmdb(dir / "many", [](MDB_txn* transaction) {
    const MDB_dbi table = OpenTable(transaction, nullptr, 0);
    for (int i = 0; i < 5000; ++i) PutPair(transaction, table, std::to_string(i), "value");
  });
  WithLmdb(dir / "same_name", [](MDB_txn* transaction) { OpenTable(transaction, "meta"); });
  for (const char* name : {"pairs", "tables", "many", "same_name"}) {
    EXPECT_THAT(TryOpen(dir / name), IsOneLine(StatusCode::kFailedPrecondition, dir / name,
                                               "is not a Muster store"));
  }
}

TEST(Refusal, OfTablesWithOurNamesThatWorkDifferently) {
  TempDir dir;
  WithLmdb(dir / "db", [](MDB_txn* transaction) {
    for (int i = 0; i < kTableCount; ++i) {
      const std::string name(TableName(static_cast<Table>(i)));
      OpenTable(transaction, name.c_str(), MDB_CREATE | MDB_DUPSORT);
    }
  });
  EXPECT_THAT(TryOpen(dir / "db"),
              IsOneLine(StatusCode::kFailedPrecondition, dir / "db", "is not a Muster store"));
}

TEST(Refusal, OfAStoreThatIsOpenInThisProcess) {
  TempDir dir;
  const auto store = *OpenLmdb(dir / "db", {});
  EXPECT_THAT(OpenLmdb(dir / "db", {}), IsOneLine(StatusCode::kFailedPrecondition, dir / "db",
                                                  "is already open in this process"));
}

TEST(Refusal, OfAStoreThatIsOpenUnderAnotherName) {
  TempDir dir;
  const auto store = *OpenLmdb(dir / "db", {});
  fs::create_directory_symlink(dir / "db", dir / "link");
  EXPECT_THAT(OpenLmdb(dir / "link", {}),
              IsOneLine(StatusCode::kFailedPrecondition, dir / "link",
                        "is already open in this process"));
}

TEST(Refusal, LeavesTheStoreThatIsOpenAtWork) {
  TempDir dir;
  const auto store = *OpenLmdb(dir / "db", {});
  ASSERT_FALSE(OpenLmdb(dir / "db", {}).ok());
  ASSERT_TRUE(PutOne(*store, Table::kHosts, "h", "v").ok());
  EXPECT_EQ(Value(*store, Table::kHosts, "h"), "v");
  EXPECT_FALSE(OpenLmdb(dir / "db", {}).ok());
}

TEST(Refusal, OfOtherPages) {
  TempDir dir;
  MakeStore(dir / "db");
  std::string bytes = ReadText(dir / "db/data.mdb");
  bytes[41] = 0x20;  // 8,192 instead of 4,096
  WriteText(dir / "db/data.mdb", bytes);
  EXPECT_THAT(TryOpen(dir / "db"),
              IsOneLine(StatusCode::kFailedPrecondition, dir / "db/data.mdb", "8192 bytes"));
}

TEST(Refusal, OfAnotherVersionOfLmdb) {
  TempDir dir;
  MakeStore(dir / "db");
  std::string bytes = ReadText(dir / "db/data.mdb");
  bytes[20] = 2;
  WriteText(dir / "db/data.mdb", bytes);
  EXPECT_THAT(TryOpen(dir / "db"), IsOneLine(StatusCode::kFailedPrecondition,
                                             dir / "db/data.mdb", "another version of LMDB"));
}

TEST(Refusal, OfALostFirstPage) {
  TempDir dir;
  MakeStore(dir / "db");
  std::string bytes = ReadText(dir / "db/data.mdb");
  bytes.replace(0, 4096, std::string(4096, '\0'));
  WriteText(dir / "db/data.mdb", bytes);
  EXPECT_THAT(TryOpen(dir / "db"),
              IsOneLine(StatusCode::kDataLoss, dir / "db/data.mdb", "is damaged"));
}

TEST(Refusal, OfAStoreThatWasEmptied) {
  TempDir dir;
  MakeStore(dir / "db");
  fs::resize_file(dir / "db/data.mdb", 0);
  EXPECT_THAT(TryOpen(dir / "db"),
              IsOneLine(StatusCode::kDataLoss, dir / "db/data.mdb", "has lost its contents"));
}

TEST(Refusal, OfAFileThatWasCutShort) {
  TempDir dir;
  MakeStore(dir / "db");
  const auto size = fs::file_size(dir / "db/data.mdb");
  fs::resize_file(dir / "db/data.mdb", size - 4096);
  EXPECT_THAT(TryOpen(dir / "db"),
              IsOneLine(StatusCode::kDataLoss, dir / "db/data.mdb", "is cut short"));
  fs::resize_file(dir / "db/data.mdb", 5000);
  EXPECT_THAT(TryOpen(dir / "db"),
              IsOneLine(StatusCode::kDataLoss, dir / "db/data.mdb", "is cut short"));
}

TEST(Refusal, OfASmallMap) {
  TempDir dir;
  Options options;
  options.map_size_bytes = (size_t{1} << 20) - 1;
  EXPECT_EQ(OpenLmdb(dir / "db", options).status().code(), StatusCode::kInvalidArgument);
  options.map_size_bytes = SIZE_MAX;
  EXPECT_EQ(OpenLmdb(dir / "db", options).status().code(), StatusCode::kInvalidArgument);
  EXPECT_FALSE(fs::exists(dir / "db"));
}

// Permissions do not bind root, so another user tries.
class Permission : public testing::Test {
 protected:
  StatusCode CodeForAnotherUser(const std::string& path) {
    const pid_t child = fork();
    if (child == 0) {
      if (geteuid() == 0 && setresuid(65534, 65534, 65534) != 0) _exit(255);
      const absl::Status status = OpenLmdb(path, {}).status();
      const bool said = MessageOf(status).find(path) != std::string::npos;
      _exit(said ? static_cast<int>(status.code()) : 254);
    }
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFEXITED(status));
    return static_cast<StatusCode>(WEXITSTATUS(status));
  }

  void SetUp() override { fs::permissions(dir_.path(), fs::perms(0755)); }

  TempDir dir_;
};

TEST_F(Permission, IsNeededForTheDirectory) {
  MakeStore(dir_ / "db");
  fs::permissions(dir_ / "db", fs::perms(0));
  EXPECT_EQ(CodeForAnotherUser(dir_ / "db"), StatusCode::kPermissionDenied);
  fs::permissions(dir_ / "db", fs::perms(0700));
}

TEST_F(Permission, IsNeededForTheDataFile) {
  MakeStore(dir_ / "db");
  fs::permissions(dir_ / "db", fs::perms(0777));
  fs::permissions(dir_ / "db/data.mdb", fs::perms(0444));
  EXPECT_EQ(CodeForAnotherUser(dir_ / "db"), StatusCode::kPermissionDenied);
}

TEST_F(Permission, IsNeededForTheLockFiles) {
  for (const char* name : {"muster.lock", "lock.mdb"}) {
    const std::string path = dir_ / (std::string("db-") + name);
    MakeStore(path);
    fs::permissions(path, fs::perms(0777));
    for (const auto& entry : fs::directory_iterator(path)) {
      fs::permissions(entry.path(), fs::perms(0666));
    }
    fs::permissions(path + "/" + name, fs::perms(0444));
    EXPECT_EQ(CodeForAnotherUser(path), StatusCode::kPermissionDenied) << name;
  }
}

TEST_F(Permission, IsNeededToMakeADirectory) {
  fs::create_directory(dir_ / "readonly");
  fs::permissions(dir_ / "readonly", fs::perms(0555));
  EXPECT_EQ(CodeForAnotherUser(dir_ / "readonly/a/db"), StatusCode::kPermissionDenied);
}

}  // namespace
}  // namespace muster::store
