// Several processes, and several copies of the library, at one store.
#include <dlfcn.h>
#include <fcntl.h>
#include <lmdb.h>
#include <pthread.h>
#include <unistd.h>

#include <filesystem>

#include "engine/store/fixture.h"
#include "engine/store/peer.h"
#include "store/meta.h"

namespace muster::store {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMiB = size_t{1} << 20;

Options WithMap(size_t bytes) {
  Options options;
  options.map_size_bytes = bytes;
  return options;
}

// A process that has the store open: step 0 opens, each other one puts a value
// of 4 kB under its number.
class Writer : public Peer {
 public:
  explicit Writer(const std::string& path, const Options& options = {})
      : Peer([=, store = std::shared_ptr<Store>()](int step) mutable {
          if (step > 0) {
            return PutOne(*store, Table::kHosts, std::to_string(step), std::string(4000, 'x'))
                .ok();
          }
          auto opened = OpenLmdb(path, options);
          if (!opened.ok()) return false;
          store = *std::move(opened);
          return true;
        }) {}
};

TEST(Processes, HaveAStoreOpenAtTheSameTime) {
  TempDir dir;
  Writer peer(dir / "db");
  ASSERT_TRUE(peer.Do(0));
  const auto store = OpenLmdb(dir / "db", {});
  ASSERT_TRUE(store.ok()) << store.status();
  ASSERT_TRUE(peer.Do(1));
  EXPECT_TRUE(Value(**store, Table::kHosts, "1").has_value());
}

TEST(Processes, SeeEachOthersCommitsWithoutACall) {
  TempDir dir;
  Writer peer(dir / "db");
  ASSERT_TRUE(peer.Do(0));
  const auto store = *OpenLmdb(dir / "db", {});
  const uint64_t before = store->LatestCommit();
  ASSERT_TRUE(peer.Do(1));
  EXPECT_EQ(store->LatestCommit(), before + 1);
}

TEST(Processes, GrowTogether) {
  TempDir dir;
  const auto store = *OpenLmdb(dir / "db", WithMap(kMiB));
  Peer peer([&, theirs = std::shared_ptr<Store>()](int step) mutable {
    if (theirs == nullptr) theirs = *OpenLmdb(dir / "db", WithMap(kMiB));
    const std::string value(200'000, 'y');
    while (!PutOne(*theirs, Table::kHosts, "theirs" + std::to_string(step), value).ok()) {
      if (!theirs->MakeRoom().ok()) return false;
    }
    return true;
  });
  for (int i = 0; i < 30; ++i) {
    ASSERT_TRUE(peer.Do(i)) << i;
    const std::string key = std::to_string(i), value(200'000, 'x');
    while (!PutOne(*store, Table::kHosts, key, value).ok()) {
      ASSERT_TRUE(store->MakeRoom().ok());
    }
    EXPECT_EQ(Value(*store, Table::kHosts, "theirs" + key)->size(), 200'000u);
  }
}

TEST(Processes, AreLetGoWhenTheyAreKilled) {
  TempDir dir;
  Writer peer(dir / "db");
  ASSERT_TRUE(peer.Do(0));
  peer.Kill();
  const auto store = OpenLmdb(dir / "db", {});
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_TRUE(PutOne(**store, Table::kHosts, "h", "v").ok());
}

// A process that has the store open and is its only writer.
class OnlyWriter : public Peer {
 public:
  enum Step { kTake, kPut, kGiveUp };

  explicit OnlyWriter(const std::string& path)
      : Peer([=, store = std::shared_ptr<Store>()](int step) mutable {
          if (store == nullptr) store = *OpenLmdb(path, {});
          if (step == kTake) return store->TryTakeRole(Role::kOnlyWriter).value_or(false);
          if (step == kPut) return PutOne(*store, Table::kHosts, "theirs", "v").ok();
          store->GiveUpRole(Role::kOnlyWriter);
          return true;
        }) {}
};

TEST(OnlyWriter, IsTheOnlyOneThatWrites) {
  TempDir dir;
  MakeStore(dir / "db");
  OnlyWriter writer(dir / "db");
  const auto store = *OpenLmdb(dir / "db", {});
  ASSERT_TRUE(writer.Do(OnlyWriter::kTake));
  const absl::Status status = store->BeginWrite().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(MessageOf(status),
            "another process has the store open as its only writer (relaxed durability): write "
            "through that one, or stop it");
  EXPECT_FALSE(store->TryBeginWrite().ok());
  EXPECT_FALSE(*store->TryTakeRole(Role::kOnlyWriter));
  EXPECT_TRUE(writer.Do(OnlyWriter::kPut));
  EXPECT_EQ(Value(*store, Table::kHosts, "theirs"), "v");
}

TEST(OnlyWriter, LeavesRoomForOthersWhenItGivesUpOrIsKilled) {
  TempDir dir;
  MakeStore(dir / "db");
  OnlyWriter writer(dir / "db");
  const auto store = *OpenLmdb(dir / "db", {});
  ASSERT_TRUE(writer.Do(OnlyWriter::kTake));
  ASSERT_TRUE(writer.Do(OnlyWriter::kGiveUp));
  EXPECT_TRUE(PutOne(*store, Table::kHosts, "h", "1").ok());
  ASSERT_TRUE(writer.Do(OnlyWriter::kTake));
  writer.Kill();
  EXPECT_TRUE(PutOne(*store, Table::kHosts, "h", "2").ok());
}

TEST(OnlyWriter, WaitsForAWriterOfAnotherProcess) {
  TempDir dir;
  MakeStore(dir / "db");
  OnlyWriter writer(dir / "db");
  ASSERT_TRUE(writer.Do(OnlyWriter::kGiveUp));  // has it open
  const auto store = *OpenLmdb(dir / "db", {});
  auto mine = *store->BeginWrite();
  writer.Tell(OnlyWriter::kTake);
  while (!store->RoleTakenByOthers(Role::kOnlyWriter)) usleep(100);
  ASSERT_TRUE(mine->Put(Table::kHosts, "h", "v").ok());
  EXPECT_TRUE(mine->Commit().ok());  // it had begun before
  EXPECT_TRUE(writer.Answer());
  EXPECT_FALSE(store->BeginWrite().ok());
}

// A peer that begins to write and stays at it.
class StandingWriter : public Peer {
 public:
  explicit StandingWriter(const std::string& path)
      : Peer([=, store = std::shared_ptr<Store>(),
              writer = std::shared_ptr<WriteTransaction>()](int step) mutable {
          if (step == 0) store = *OpenLmdb(path, {});
          if (step == 1) writer = *store->BeginWrite();
          if (step == 2) writer.reset();
          return true;
        }) {}
};

TEST(Processes, TryingToWriteDoesNotWaitForTheWriterOfAnother) {
  TempDir dir;
  StandingWriter peer(dir / "db");
  ASSERT_TRUE(peer.Do(0));
  const auto store = *OpenLmdb(dir / "db", {});
  ASSERT_TRUE(peer.Do(1));
  EXPECT_EQ(*store->TryBeginWrite(), nullptr);
  ASSERT_TRUE(peer.Do(2));
  EXPECT_NE(*store->TryBeginWrite(), nullptr);
}

TEST(Processes, TryingToWriteTakesOverFromAWriterThatWasKilled) {
  TempDir dir;
  StandingWriter peer(dir / "db");
  ASSERT_TRUE(peer.Do(0));
  const auto store = *OpenLmdb(dir / "db", {});
  ASSERT_TRUE(peer.Do(1));
  peer.Kill();
  EXPECT_NE(*store->TryBeginWrite(), nullptr);
}

// Reads with LMDB alone, as a process that took over the slots of one whose locks
// were lost.
class RawReader : public Peer {
 public:
  explicit RawReader(const std::string& path)
      : Peer([=, environment = static_cast<MDB_env*>(nullptr)](int step) mutable {
          if (step == 0) {
            MDB_txn* transaction = nullptr;
            return mdb_env_create(&environment) == 0 &&
                   mdb_env_set_maxreaders(environment, 1024) == 0 &&
                   mdb_env_open(environment, path.c_str(), MDB_NOTLS, 0600) == 0 &&
                   mdb_reader_check(environment, nullptr) == 0 &&
                   mdb_txn_begin(environment, nullptr, MDB_RDONLY, &transaction) == 0;
          }
          std::string readers;
          mdb_reader_list(
              environment,
              [](const char* line, void* text) {
                static_cast<std::string*>(text)->append(line);
                return 0;
              },
              &readers);
          return readers.find(std::to_string(getpid())) != std::string::npos;
        }) {}
};

// Closing LMDB's lock file drops a process's locks on it, as an in-process copy of
// the directory does.
TEST(Processes, TakeNoSlotBackThatAnotherHasTakenOver) {
  TempDir dir;
  RawReader peer(dir / "db");
  const auto store = *OpenLmdb(dir / "db", {});
  ASSERT_TRUE(store->BeginRead().ok());  // keeps its slot
  close(open((dir / "db/lock.mdb").c_str(), O_RDONLY));
  ASSERT_TRUE(peer.Do(0));
  EXPECT_TRUE(store->BeginRead().ok());
  EXPECT_TRUE(peer.Do(1)) << "the other process reads without a slot";
}

TEST(Processes, GrowWithEachOther) {
  TempDir dir;
  const auto store = *OpenLmdb(dir / "db", WithMap(kMiB));
  ASSERT_TRUE(InChild([&] {
    const auto theirs = *OpenLmdb(dir / "db", WithMap(64 * kMiB));
    return PutOne(*theirs, Table::kHosts, "big", std::string(2 * kMiB, 'x')).ok();
  }));
  // By now it is larger than this process's map: for a reader, and for a writer.
  EXPECT_EQ(Value(*store, Table::kHosts, "big")->size(), 2 * kMiB);
  EXPECT_TRUE(PutOne(*store, Table::kHosts, "h", "v").ok());
}

TEST(Processes, WriteIntoALargerMapThatAnotherOneWasGiven) {
  TempDir dir;
  const auto store = *OpenLmdb(dir / "db", WithMap(kMiB));
  ASSERT_TRUE(InChild([&] {
    return PutOne(**OpenLmdb(dir / "db", WithMap(64 * kMiB)), Table::kHosts, "h", "v").ok();
  }));
  EXPECT_TRUE(PutOne(*store, Table::kHosts, "big", std::string(2 * kMiB, 'x')).ok());
}

// A map that has to move waits for transactions of this process; one in the
// same thread would never end.
TEST(Processes, KeepOpenTransactionsWhenTheStoreGrows) {
  TempDir dir;
  const auto store = *OpenLmdb(dir / "db", WithMap(kMiB));
  ASSERT_TRUE(PutOne(*store, Table::kUsers, "u", "v").ok());
  auto reader = *store->BeginRead();
  ASSERT_TRUE(InChild([&] {
    return PutOne(**OpenLmdb(dir / "db", WithMap(64 * kMiB)), Table::kHosts, "h",
                  std::string(2 * kMiB, 'x'))
        .ok();
  }));
  EXPECT_EQ(Value(*reader, Table::kUsers, "u"), "v");
  EXPECT_EQ(Value(*reader, Table::kHosts, "h"), std::nullopt);
  reader.reset();
  EXPECT_EQ(Value(*store, Table::kHosts, "h")->size(), 2 * kMiB);
}

TEST(Processes, RefuseADataFileThatWasExchangedUnderOthers) {
  TempDir dir;
  MakeStore(dir / "db");
  fs::copy_file(dir / "db/data.mdb", dir / "backup");
  Writer peer(dir / "db");
  ASSERT_TRUE(peer.Do(0));
  fs::rename(dir / "backup", dir / "db/data.mdb");
  EXPECT_THAT(OpenLmdb(dir / "db", {}),
              IsOneLine(absl::StatusCode::kFailedPrecondition, dir / "db/data.mdb",
                        "was removed or replaced"));
  fs::remove(dir / "db/data.mdb");
  EXPECT_THAT(OpenLmdb(dir / "db", {}),
              IsOneLine(absl::StatusCode::kFailedPrecondition, dir / "db/data.mdb",
                        "was removed or replaced"));
  peer.Kill();
  EXPECT_TRUE(OpenLmdb(dir / "db", {}).ok());
}

TEST(Processes, CreateAStoreTogether) {
  TempDir dir;
  for (int round = 0; round < 5; ++round) {
    const std::string path = dir / ("db" + std::to_string(round));
    const auto open = [&](int) {
      const auto store = OpenLmdb(path, {});
      return store.ok() && OpenMeta(**store).ok();
    };
    Peer one(open), two(open), three(open);
    one.Tell(0);
    two.Tell(0);
    three.Tell(0);
    EXPECT_TRUE(one.Answer() && two.Answer() && three.Answer());
  }
}

TEST(Processes, KilledAtAnyTimeOfACreationLeaveWhatOpens) {
  TempDir dir;
  for (int round = 0; round < 20; ++round) {
    const std::string path = dir / std::to_string(round);
    Peer peer([&](int) { return OpenLmdb(path + "/db", {}).ok(); });
    peer.Tell(0);
    usleep(static_cast<useconds_t>(150 * round));  // a different place each time
    peer.Kill();
    const auto store = OpenLmdb(path + "/db", {});
    ASSERT_TRUE(store.ok()) << store.status();
    EXPECT_TRUE(OpenMeta(**store).ok());
  }
}

// A writer that is killed after its commit reached the meta page and before LMDB
// announced it to readers: LatestCommit() tells of it, readers do not wait for
// it, and the next writer makes up for it.
TEST(Processes, GoOnAfterAWriterThatWasKilledBeforeItsCommitWasAnnounced) {
  TempDir dir;
  const auto store = *OpenLmdb(dir / "db", {});
  Peer peer([&](int) {
    static std::unique_ptr<Store> theirs = *OpenLmdb(dir / "db", {});
    if (!PutOne(*theirs, Table::kHosts, "h", "v").ok()) return false;
    static auto writer = *theirs->BeginWrite();  // has LMDB's lock when it is killed
    const int fd = open((dir / "db/lock.mdb").c_str(), O_RDWR);
    constexpr off_t kAnnouncedOffset = 8 + sizeof(pthread_mutex_t);
    uint64_t announced = 0;
    if (pread(fd, &announced, sizeof(announced), kAnnouncedOffset) != sizeof(announced) ||
        announced != theirs->LatestCommit()) {
      return false;
    }
    --announced;
    return pwrite(fd, &announced, sizeof(announced), kAnnouncedOffset) == sizeof(announced);
  });
  ASSERT_TRUE(peer.Do(0));
  peer.Kill();
  EXPECT_EQ((*store->BeginRead())->commit_id(), store->LatestCommit() - 1);
  (*store->BeginWrite()).reset();
  EXPECT_EQ((*store->BeginRead())->commit_id(), store->LatestCommit());
  EXPECT_EQ(Value(*store, Table::kHosts, "h"), "v");
}

TEST(Processes, WriteOnAfterAWriterThatWasKilled) {
  TempDir dir;
  const auto store = *OpenLmdb(dir / "db", {});
  Peer peer([&](int) {
    static std::unique_ptr<Store> theirs = *OpenLmdb(dir / "db", {});
    static auto writer = *theirs->BeginWrite();
    return writer->Put(Table::kHosts, "half", "done").ok();
  });
  ASSERT_TRUE(peer.Do(0));
  peer.Kill();
  EXPECT_TRUE(PutOne(*store, Table::kHosts, "h", "v").ok());
  EXPECT_EQ(Value(*store, Table::kHosts, "half"), std::nullopt);
}

// --- After a fork ---

TEST(ForkedChild, IsToldThatItMayNotUseTheParentsStore) {
  TempDir dir;
  const auto store = *OpenLmdb(dir / "db", {});
  EXPECT_TRUE(InChild([&] {
    const absl::Status status = store->BeginRead().status();
    return status.code() == absl::StatusCode::kFailedPrecondition &&
           MessageOf(status).find("before a fork") != std::string::npos &&
           !store->BeginWrite().ok() && !store->Probe().ok();
  }));
}

TEST(ForkedChild, DoesTheParentNoHarm) {
  TempDir dir;
  auto store = *OpenLmdb(dir / "db", {});
  auto reader = *store->BeginRead();
  auto writer = *store->BeginWrite();
  ASSERT_TRUE(writer->Put(Table::kHosts, "h", "v").ok());
  ASSERT_TRUE(InChild([&] {
    const bool refused = !writer->Commit().ok();
    writer.reset();
    reader.reset();
    store.reset();
    return refused;
  }));
  EXPECT_EQ(Value(*reader, Table::kHosts, "h"), std::nullopt);
  ASSERT_TRUE(writer->Commit().ok());
  EXPECT_EQ(Value(*store, Table::kHosts, "h"), "v");
  EXPECT_FALSE(OpenLmdb(dir / "db", {}).ok());  // the lock is still the parent's
}

TEST(ForkedChild, LeavesTheParentsReadersTheirPages) {
  TempDir dir;
  const auto store = *OpenLmdb(dir / "db", {});
  const std::string before(3000, 'a');
  ASSERT_TRUE(PutOne(*store, Table::kHosts, "h", before).ok());
  auto reader = *store->BeginRead();
  ASSERT_TRUE(InChild([&] {
    reader.reset();
    return true;
  }));
  for (char c = 'b'; c < 'z'; ++c) {
    ASSERT_TRUE(PutOne(*store, Table::kHosts, "h", std::string(3000, c)).ok());
  }
  EXPECT_EQ(Value(*reader, Table::kHosts, "h"), before);
}

// LMDB's lock on its lock file belongs to the process: to close the inherited
// environment would take it from the one that the child opened.
TEST(ForkedChild, KeepsLmdbsLockWhenItLetsGoOfWhatItInherited) {
  TempDir dir;
  auto store = *OpenLmdb(dir / "db", {});
  Peer child([&](int) {
    static const auto own = *OpenLmdb(dir / "db", {});
    store.reset();
    return true;
  });
  ASSERT_TRUE(child.Do(0));
  store.reset();
  const int fd = open((dir / "db/lock.mdb").c_str(), O_RDWR);
  struct flock lock {};
  lock.l_type = F_WRLCK;
  ASSERT_EQ(fcntl(fd, F_GETLK, &lock), 0);
  EXPECT_NE(lock.l_type, F_UNLCK);
  close(fd);
}

TEST(ForkedChild, OpensTheStoreForItself) {
  TempDir dir;
  auto store = *OpenLmdb(dir / "db", {});
  ASSERT_TRUE(InChild([&] {
    const auto own = OpenLmdb(dir / "db", {});
    store.reset();  // what it inherited
    return own.ok() && PutOne(**own, Table::kHosts, "child", "v").ok();
  }));
  EXPECT_EQ(Value(*store, Table::kHosts, "child"), "v");
}

// --- A second copy of the library ---

class SecondCopy : public testing::Test {
 protected:
  void SetUp() override {
    module_ = dlopen(SECOND_COPY, RTLD_NOW | RTLD_LOCAL);
    ASSERT_NE(module_, nullptr) << dlerror();
    try_to_open_ =
        reinterpret_cast<int (*)(const char*, char*, size_t)>(dlsym(module_, "TryToOpen"));
    ASSERT_NE(try_to_open_, nullptr);
  }

  absl::StatusCode Open(const std::string& path) {
    return static_cast<absl::StatusCode>(
        try_to_open_(path.c_str(), message_, sizeof(message_)));
  }

  void* module_ = nullptr;
  int (*try_to_open_)(const char*, char*, size_t) = nullptr;
  char message_[1000] = {};
};

TEST_F(SecondCopy, IsRefusedToo) {
  TempDir dir;
  const auto store = *OpenLmdb(dir / "db", {});
  EXPECT_EQ(Open(dir / "db"), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(
      std::string(message_),
      (dir / "db") + " is already open in this process: use what has it open, or close it");
}

TEST_F(SecondCopy, OpensWhatIsNotOpen) {
  TempDir dir;
  MakeStore(dir / "db");
  EXPECT_EQ(Open(dir / "db"), absl::StatusCode::kOk) << message_;
}

}  // namespace
}  // namespace muster::store
