// A disk that is full, and readers that are too many. A limit on the size of
// files stands for the disk: the system refuses the same calls.
#include <signal.h>
#include <sys/resource.h>

#include <filesystem>

#include "engine/store/fixture.h"
#include "engine/store/peer.h"

namespace muster::store {
namespace {

namespace fs = std::filesystem;

void LimitFiles(rlim_t bytes) {
  signal(SIGXFSZ, SIG_IGN);
  const rlimit limit{bytes, RLIM_INFINITY};
  setrlimit(RLIMIT_FSIZE, &limit);
}

TEST(FullDisk, IsUnavailableWhenAStoreIsMade) {
  TempDir dir;
  for (rlim_t bytes : {0, 4096, 8192, 65'000}) {
    EXPECT_TRUE(InChild([&] {
      LimitFiles(bytes);
      const std::string path = dir / std::to_string(bytes);
      const absl::Status status = OpenLmdb(path, {}).status();
      return status.code() == absl::StatusCode::kUnavailable &&
             MessageOf(status).find(path) != std::string::npos &&
             MessageOf(status).find('\n') == std::string::npos;
    })) << bytes;
    EXPECT_TRUE(OpenLmdb(dir / std::to_string(bytes), {}).ok()) << bytes;
  }
}

TEST(FullDisk, FailsACommitThatLeavesEverythingAsItWas) {
  TempDir dir;
  MakeStore(dir / "db");
  EXPECT_TRUE(InChild([&] {
    const auto store = *OpenLmdb(dir / "db", {});
    const uint64_t before = store->LatestCommit();
    LimitFiles(fs::file_size(dir / "db/data.mdb"));
    const absl::Status status = PutOne(*store, Table::kHosts, "big", std::string(100'000, 'x'));
    return status.code() == absl::StatusCode::kResourceExhausted &&
           store->LatestCommit() == before &&
           Value(*store, Table::kHosts, "big") == std::nullopt &&
           Value(*store, Table::kHosts, "10.0.0.1") == "a host";
  }));
}

TEST(FullDisk, IsNotHelpedByALargerMap) {
  TempDir dir;
  EXPECT_TRUE(InChild([&] {
    const auto store = *OpenLmdb(dir / "db", {});
    LimitFiles(fs::file_size(dir / "db/data.mdb"));
    if (PutOne(*store, Table::kHosts, "big", std::string(100'000, 'x')).ok()) return false;
    const absl::Status status = store->MakeRoom();
    return status == absl::ResourceExhaustedError("the disk is full: make room on it") &&
           store->Recover().ok();
  }));
}

TEST(FullDisk, IsOverWhenThereIsRoomAgain) {
  TempDir dir;
  EXPECT_TRUE(InChild([&] {
    const auto store = *OpenLmdb(dir / "db", {});
    LimitFiles(fs::file_size(dir / "db/data.mdb"));
    const std::string big(100'000, 'x');
    const bool refused = !PutOne(*store, Table::kHosts, "big", big).ok();
    LimitFiles(RLIM_INFINITY);
    return refused && PutOne(*store, Table::kHosts, "big", big).ok() &&
           Value(*store, Table::kHosts, "big") == big;
  }));
}

// Another process may have a map that has no place here.
TEST(AddressSpace, ThatIsShortLeavesTheMapThatThereIs) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a sanitizer takes more address space than the test allows";
#endif
  TempDir dir;
  constexpr size_t kMiB = size_t{1} << 20;
  Options small, large;
  small.map_size_bytes = kMiB;
  large.map_size_bytes = size_t{16} << 30;
  EXPECT_TRUE(InChild([&] {
    const auto store = *OpenLmdb(dir / "db", small);
    const std::string big(2 * kMiB, 'x');
    const auto put_elsewhere = [&](const std::string& value) {
      return InChild([&] {
        return PutOne(**OpenLmdb(dir / "db", large), Table::kHosts, "h", value).ok();
      });
    };
    if (!put_elsewhere("v")) return false;
    const rlimit limit{size_t{4} << 30, RLIM_INFINITY}, none{RLIM_INFINITY, RLIM_INFINITY};
    setrlimit(RLIMIT_AS, &limit);
    const bool goes_on = PutOne(*store, Table::kHosts, "small", "v").ok();
    setrlimit(RLIMIT_AS, &none);
    if (!goes_on || !put_elsewhere(big)) return false;
    setrlimit(RLIMIT_AS, &limit);
    const bool refused = !store->BeginRead().ok();
    setrlimit(RLIMIT_AS, &none);
    return refused && Value(*store, Table::kHosts, "h") == big;
  }));
}

// Begins read transactions until no more can be had.
absl::Status UseUpReaders(Store& store,
                          std::vector<std::unique_ptr<ReadTransaction>>* readers) {
  for (;;) {
    auto reader = store.BeginRead();
    if (!reader.ok()) return reader.status();
    readers->push_back(*std::move(reader));
  }
}

TEST(Readers, TooManyAreRefusedUntilOneEnds) {
  TempDir dir;
  const auto store = *OpenLmdb(dir / "db", {});
  std::vector<std::unique_ptr<ReadTransaction>> readers;
  const absl::Status status = UseUpReaders(*store, &readers);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(MessageOf(status), "too many read transactions are open: end some of them");
  EXPECT_GE(readers.size(), 1000u);
  readers.pop_back();
  EXPECT_TRUE(store->BeginRead().ok());
}

TEST(Readers, OfAProcessThatWasKilledAreNotCounted) {
  TempDir dir;
  const auto store = *OpenLmdb(dir / "db", {});
  Peer peer([&](int) {
    static const auto theirs = *OpenLmdb(dir / "db", {});
    static std::vector<std::unique_ptr<ReadTransaction>> readers;
    (void)UseUpReaders(*theirs, &readers);
    return true;
  });
  ASSERT_TRUE(peer.Do(0));
  EXPECT_FALSE(store->BeginRead().ok());
  peer.Kill();
  EXPECT_TRUE(store->BeginRead().ok());
}

}  // namespace
}  // namespace muster::store
