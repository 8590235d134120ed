#include "store/lmdb/process_lock.h"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <random>

#include "engine/store/fixture.h"
#include "engine/store/peer.h"

namespace muster::store {
namespace {

namespace fs = std::filesystem;

class ProcessLockTest : public testing::Test {
 protected:
  // Overwrites bytes of muster.lock in place. Harmless to its lock: that belongs
  // to the other descriptor.
  void Overwrite(off_t offset, std::string_view bytes) {
    const int fd = open(path_.c_str(), O_WRONLY);
    ASSERT_EQ(pwrite(fd, bytes.data(), bytes.size(), offset),
              static_cast<ssize_t>(bytes.size()));
    close(fd);
  }

  TempDir dir_;
  const std::string path_ = dir_ / "muster.lock";
};

TEST_F(ProcessLockTest, IsHadOnceInAProcess) {
  const auto lock = ProcessLock::Acquire(dir_.path());
  ASSERT_TRUE(lock.ok()) << lock.status();
  (*lock)->OpenGate();
  EXPECT_EQ(ProcessLock::Acquire(dir_.path()).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(ProcessLockTest, IsHadAgainAfterItWasLetGo) {
  ASSERT_TRUE(ProcessLock::Acquire(dir_.path()).ok());
  EXPECT_TRUE(ProcessLock::Acquire(dir_.path()).ok());
}

TEST_F(ProcessLockTest, IsHadByEachProcess) {
  const auto lock = *ProcessLock::Acquire(dir_.path());
  EXPECT_FALSE(lock->HeldByOthers());
  lock->OpenGate();
  Peer peer([&](int) {
    static std::unique_ptr<ProcessLock> theirs;
    auto acquired = ProcessLock::Acquire(dir_.path());
    if (!acquired.ok() || !(*acquired)->HeldByOthers()) return false;
    theirs = *std::move(acquired);
    theirs->OpenGate();
    return true;
  });
  EXPECT_TRUE(peer.Do(0));
  EXPECT_TRUE(lock->HeldByOthers());
  peer.Kill();
  EXPECT_FALSE(lock->HeldByOthers());
}

TEST_F(ProcessLockTest, OutlastsAChildThatLetsItGo) {
  auto lock = *ProcessLock::Acquire(dir_.path());
  lock->OpenGate();
  ASSERT_TRUE(InChild([&] {
    lock.reset();
    return true;
  }));
  EXPECT_FALSE(ProcessLock::Acquire(dir_.path()).ok());
}

TEST_F(ProcessLockTest, IsLetGoWhateverChildrenThereAre) {
  auto lock = *ProcessLock::Acquire(dir_.path());
  lock->OpenGate();
  Peer child([](int) { return true; });  // shares the open file
  lock.reset();
  EXPECT_TRUE(ProcessLock::Acquire(dir_.path()).ok());
}

TEST_F(ProcessLockTest, WaitsAtTheGate) {
  auto lock = *ProcessLock::Acquire(dir_.path());
  Peer peer([&](int) { return ProcessLock::Acquire(dir_.path()).ok(); });
  peer.Tell(0);
  // It cannot be told from outside that somebody waits; what can be told is that
  // the gate was open only after this.
  lock->OpenGate();
  EXPECT_TRUE(peer.Answer());
}

constexpr off_t kNamespaceOffset = 16;

TEST_F(ProcessLockTest, RefusesAnotherPidNamespace) {
  const auto lock = *ProcessLock::Acquire(dir_.path());
  lock->OpenGate();
  Overwrite(kNamespaceOffset, "another");
  EXPECT_TRUE(InChild([&] {
    const absl::Status status = ProcessLock::Acquire(dir_.path()).status();
    return status.code() == absl::StatusCode::kFailedPrecondition &&
           MessageOf(status).find("another PID namespace") != std::string::npos;
  }));
}

TEST_F(ProcessLockTest, TakesOverFromAPidNamespaceThatIsGone) {
  ASSERT_TRUE(ProcessLock::Acquire(dir_.path()).ok());
  Overwrite(kNamespaceOffset, "another");
  const auto lock = ProcessLock::Acquire(dir_.path());
  ASSERT_TRUE(lock.ok()) << lock.status();
  (*lock)->OpenGate();
  EXPECT_TRUE(InChild([&] { return ProcessLock::Acquire(dir_.path()).ok(); }));
}

TEST_F(ProcessLockTest, MendsAFileOfAnyContents) {
  std::mt19937 random(1);
  for (size_t size : {0, 1, 100, 4095, 4096, 5000}) {
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    WriteText(path_, bytes);
    const auto lock = ProcessLock::Acquire(dir_.path());
    ASSERT_TRUE(lock.ok()) << lock.status();
    EXPECT_EQ((*lock)->HighWaterVersion(1), std::nullopt);
    (*lock)->RaiseHighWaterVersion(1, 2);
    EXPECT_EQ((*lock)->HighWaterVersion(1), 2u);
    EXPECT_GE(fs::file_size(path_), 4096u);
  }
}

TEST_F(ProcessLockTest, RefusesALockFileThatIsNone) {
  fs::create_directory(path_);
  EXPECT_FALSE(ProcessLock::Acquire(dir_.path()).ok());
}

TEST_F(ProcessLockTest, KeepsMarksFromOneTimeToTheNext) {
  (*ProcessLock::Acquire(dir_.path()))->RaiseHighWaterVersion(1, 2);
  EXPECT_EQ((*ProcessLock::Acquire(dir_.path()))->HighWaterVersion(1), 2u);
}

TEST_F(ProcessLockTest, DropsMarksOfAnotherBoot) {
  (*ProcessLock::Acquire(dir_.path()))->RaiseHighWaterVersion(1, 2);
  const size_t boot_id = ReadText(path_).find(BootId());
  ASSERT_NE(boot_id, std::string::npos);
  Overwrite(static_cast<off_t>(boot_id), "another one");
  EXPECT_EQ((*ProcessLock::Acquire(dir_.path()))->HighWaterVersion(1), std::nullopt);
}

TEST_F(ProcessLockTest, SharesMarksBetweenProcesses) {
  const auto lock = *ProcessLock::Acquire(dir_.path());
  lock->OpenGate();
  ASSERT_TRUE(InChild([&] {
    (*ProcessLock::Acquire(dir_.path()))->RaiseHighWaterVersion(1, 2);
    return true;
  }));
  EXPECT_EQ(lock->HighWaterVersion(1), 2u);
}

TEST_F(ProcessLockTest, HasRoomForTheNewestMarks) {
  const auto lock = *ProcessLock::Acquire(dir_.path());
  for (uint64_t i = 1; i <= 1000; ++i) lock->RaiseHighWaterVersion(i, i);
  for (uint64_t i = 901; i <= 1000; ++i) EXPECT_EQ(lock->HighWaterVersion(i), i);
}

}  // namespace
}  // namespace muster::store
