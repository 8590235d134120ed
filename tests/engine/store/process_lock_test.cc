#include "store/lmdb/process_lock.h"

#include <fcntl.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>
#include <random>
#include <thread>

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

TEST_F(ProcessLockTest, EndsWithItsProcessWhateverChildrenThatLeaves) {
  int alive[2];  // the child lives until it can read
  int there[2];  // and says that it does
  ASSERT_EQ(pipe(alive), 0);
  ASSERT_EQ(pipe(there), 0);
  Peer other([&](int) {
    static const auto lock = *ProcessLock::Acquire(dir_.path());
    lock->OpenGate();
    char byte = 0;
    if (fork() == 0) {
      close(alive[1]);
      const bool told = write(there[1], &byte, 1) == 1;
      _exit(told && read(alive[0], &byte, 1) == 0 ? 0 : 1);
    }
    return lock->TryTakeRole(Role::kSweeper).value_or(false) && read(there[0], &byte, 1) == 1;
  });
  ASSERT_TRUE(other.Do(0));
  other.Kill();
  const auto lock = *ProcessLock::Acquire(dir_.path());
  EXPECT_FALSE(lock->HeldByOthers());
  EXPECT_TRUE(*lock->TryTakeRole(Role::kSweeper));
  for (int fd : {alive[0], alive[1], there[0], there[1]}) close(fd);
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

// A process that has the lock: step 0 takes it; what the others do, see below.
class Holder : public Peer {
 public:
  enum Step { kOpen, kTakeSweeper, kGiveUpSweeper, kWaitForBell };

  explicit Holder(const std::string& path)
      : Peer([=, lock = std::shared_ptr<ProcessLock>()](int step) mutable {
          switch (step) {
            case kOpen:
              lock = *ProcessLock::Acquire(path);
              lock->OpenGate();
              return true;
            case kTakeSweeper:
              return lock->TryTakeRole(Role::kSweeper).value_or(false);
            case kGiveUpSweeper:
              lock->GiveUpRole(Role::kSweeper);
              return true;
            case kWaitForBell:
              lock->bell().Wait(lock->bell().count(),
                                std::chrono::steady_clock::time_point::max());
              return true;
          }
          return false;
        }) {
    EXPECT_TRUE(Do(kOpen));
  }
};

TEST_F(ProcessLockTest, GivesARoleToOneProcessAtATime) {
  Holder first(dir_.path()), second(dir_.path());
  EXPECT_TRUE(first.Do(Holder::kTakeSweeper));
  EXPECT_FALSE(second.Do(Holder::kTakeSweeper));
  EXPECT_TRUE(first.Do(Holder::kGiveUpSweeper));
  EXPECT_TRUE(second.Do(Holder::kTakeSweeper));
}

TEST_F(ProcessLockTest, TakesARoleBackFromAProcessThatWasKilled) {
  const auto lock = *ProcessLock::Acquire(dir_.path());
  lock->OpenGate();
  Holder other(dir_.path());
  ASSERT_TRUE(other.Do(Holder::kTakeSweeper));
  EXPECT_TRUE(lock->RoleTakenByOthers(Role::kSweeper));
  EXPECT_FALSE(lock->RoleTakenByOthers(Role::kOnlyWriter));
  EXPECT_FALSE(*lock->TryTakeRole(Role::kSweeper));
  other.Kill();
  EXPECT_FALSE(lock->RoleTakenByOthers(Role::kSweeper));
  EXPECT_TRUE(*lock->TryTakeRole(Role::kSweeper));
}

TEST_F(ProcessLockTest, HasABellThatOtherProcessesHear) {
  const auto lock = *ProcessLock::Acquire(dir_.path());
  lock->OpenGate();
  Holder other(dir_.path());
  other.Tell(Holder::kWaitForBell);
  while (lock->bell().waiters == 0) std::this_thread::yield();
  lock->bell().Ring();
  EXPECT_TRUE(other.Answer());
  EXPECT_EQ(lock->bell().waiters, 0u);
}

TEST_F(ProcessLockTest, ForgetsWaitersThatWereKilledWhenItIsHadFirstAgain) {
  auto lock = *ProcessLock::Acquire(dir_.path());
  lock->OpenGate();
  Holder other(dir_.path());
  other.Tell(Holder::kWaitForBell);
  while (lock->bell().waiters == 0) std::this_thread::yield();
  other.Kill();
  EXPECT_EQ(lock->bell().waiters, 1u);
  lock.reset();
  EXPECT_EQ((*ProcessLock::Acquire(dir_.path()))->bell().waiters, 0u);
}

// In that mode the kernel kills a process for any system call but a few.
bool RingsWithoutASystemCall(CommitBell* bell) {
  return InChild([&] {
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) != 0) return false;
    bell->Ring();
    syscall(SYS_exit, 0);
    return false;
  });
}

TEST(CommitBell, CostsASystemCallOnlyWhereSomebodyWaits) {
  CommitBell bell{};
  EXPECT_TRUE(RingsWithoutASystemCall(&bell));
  bell.waiters = 1;
  EXPECT_FALSE(RingsWithoutASystemCall(&bell));
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
