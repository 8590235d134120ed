// A commit that fails at its last step, the writing of the meta page: after that
// LMDB itself does not know whether it was made, and refuses everything.
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <thread>

#include "engine/store/fixture.h"

namespace {

constexpr off_t kMetaPageBytes = 2 * 4096;

// How many writes of a meta page are to fail, and whether the first of them is made
// nevertheless.
std::atomic<int> g_failures{0};
std::atomic<bool> g_write_too{false};

}  // namespace

// In place of the C library's, for LMDB too.
extern "C" ssize_t pwrite(int fd, const void* bytes, size_t size, off_t offset) {
  const bool fail = offset < kMetaPageBytes && g_failures > 0;
  if (!fail || g_write_too.exchange(false)) {
    const ssize_t written = syscall(SYS_pwrite64, fd, bytes, size, offset);
    if (!fail) return written;
  }
  --g_failures;
  errno = EIO;
  return -1;
}

namespace muster::store {
namespace {

class RecoveryTest : public testing::Test {
 protected:
  void SetUp() override {
    g_write_too = false;
    store_ = *OpenLmdb(dir_ / "db", {});
    ASSERT_TRUE(PutOne(*store_, Table::kHosts, "h", "old").ok());
  }
  void TearDown() override { g_failures = 0; }

  // A commit of h = new that fails.
  void FailACommit() {
    // The second is that of LMDB's attempt to write the old meta page back.
    g_failures = g_write_too ? 2 : 1;
    EXPECT_EQ(PutOne(*store_, Table::kHosts, "h", "new").code(),
              absl::StatusCode::kUnavailable);
    g_failures = 0;
  }

  TempDir dir_;
  std::unique_ptr<Store> store_;
};

TEST_F(RecoveryTest, NothingWorksWithoutIt) {
  FailACommit();
  EXPECT_FALSE(store_->BeginRead().ok());
  EXPECT_FALSE(store_->BeginWrite().ok());
  EXPECT_FALSE(store_->Probe().ok());
}

TEST_F(RecoveryTest, LeavesWhatWasThereWhereTheCommitWasNotMade) {
  FailACommit();
  ASSERT_TRUE(store_->Recover().ok()) << store_->Recover();
  EXPECT_EQ(Value(*store_, Table::kHosts, "h"), "old");
  EXPECT_TRUE(PutOne(*store_, Table::kHosts, "h", "newer").ok());
  EXPECT_EQ(Value(*store_, Table::kHosts, "h"), "newer");
}

TEST_F(RecoveryTest, ShowsTheCommitWhereItWasMade) {
  g_write_too = true;
  FailACommit();
  ASSERT_TRUE(store_->Recover().ok()) << store_->Recover();
  EXPECT_EQ(Value(*store_, Table::kHosts, "h"), "new");
  EXPECT_EQ((*store_->BeginRead())->commit_id(), store_->LatestCommit());
  EXPECT_TRUE(PutOne(*store_, Table::kHosts, "h", "newer").ok());
}

TEST_F(RecoveryTest, IsNothingWhereNothingFailed) {
  const auto reader = *store_->BeginRead();
  ASSERT_TRUE(store_->Recover().ok());
  EXPECT_EQ(Value(*reader, Table::kHosts, "h"), "old");
}

TEST_F(RecoveryTest, WaitsForReadersThatAreThere) {
  auto reader = *store_->BeginRead();
  FailACommit();
  std::atomic<bool> ending{false}, overtaken{false};
  std::thread other([&] {
    EXPECT_TRUE(store_->Recover().ok());
    overtaken = !ending;
  });
  EXPECT_EQ(Value(*reader, Table::kHosts, "h"), "old");
  ending = true;
  reader.reset();
  other.join();
  EXPECT_FALSE(overtaken);
  EXPECT_EQ(Value(*store_, Table::kHosts, "h"), "old");
}

TEST_F(RecoveryTest, IsDoneByAnyThreadOnce) {
  FailACommit();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) {
        EXPECT_TRUE(store_->Recover().ok());
        EXPECT_TRUE(store_->BeginRead().ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_F(RecoveryTest, LetsNobodyElseIn) {
  FailACommit();
  ASSERT_TRUE(store_->Recover().ok());
  EXPECT_EQ(OpenLmdb(dir_ / "db", {}).status().code(), absl::StatusCode::kFailedPrecondition);
  ASSERT_TRUE(store_->Close().ok());
  EXPECT_TRUE(OpenLmdb(dir_ / "db", {}).ok());
}

TEST_F(RecoveryTest, FailsWhereTheFileIsGoneAndMayBeTriedAgain) {
  namespace fs = std::filesystem;
  FailACommit();
  fs::rename(dir_ / "db/data.mdb", dir_ / "aside");
  EXPECT_FALSE(store_->Recover().ok());
  EXPECT_FALSE(store_->BeginRead().ok());
  fs::rename(dir_ / "aside", dir_ / "db/data.mdb");
  ASSERT_TRUE(store_->Recover().ok());
  EXPECT_EQ(Value(*store_, Table::kHosts, "h"), "old");
}

}  // namespace
}  // namespace muster::store
