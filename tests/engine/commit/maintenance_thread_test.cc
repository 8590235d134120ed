#include "commit/maintenance_thread.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <istream>
#include <mutex>
#include <string>
#include <thread>

namespace muster::commit {
namespace {

using Again = std::optional<std::chrono::milliseconds>;

// A number that can be waited for.
class Count {
 public:
  void Add() {
    std::lock_guard<std::mutex> lock(mutex_);
    ++value_;
    changed_.notify_all();
  }
  void WaitFor(int value) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return value_ >= value; });
  }
  int value() {
    std::lock_guard<std::mutex> lock(mutex_);
    return value_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int value_ = 0;
};

// How many maintenance threads this process has. By their name: a sanitizer may have
// threads of its own.
int MaintenanceThreads() {
  int count = 0;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::string name;
    std::getline(std::ifstream(task.path() / "comm") >> std::ws, name);
    if (name == "muster") ++count;
  }
  return count;
}

TEST(MaintenanceThread, IsStartedWithTheFirstWake) {
  Count done;
  MaintenanceThread maintenance([&]() -> Again {
    done.Add();
    return std::nullopt;
  });
  EXPECT_EQ(MaintenanceThreads(), 0);
  maintenance.Wake();
  done.WaitFor(1);
  EXPECT_EQ(MaintenanceThreads(), 1);
  maintenance.Wake();
  done.WaitFor(2);
  EXPECT_EQ(MaintenanceThreads(), 1);
}

TEST(MaintenanceThread, WorksOncePerWake) {
  Count done;
  MaintenanceThread maintenance([&]() -> Again {
    done.Add();
    return std::nullopt;
  });
  maintenance.Wake();
  done.WaitFor(1);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(done.value(), 1);
}

TEST(MaintenanceThread, WorksAgainAfterTheTimeItAskedFor) {
  Count done;
  MaintenanceThread maintenance([&]() -> Again {
    done.Add();
    return std::chrono::milliseconds(1);
  });
  maintenance.Wake();
  done.WaitFor(5);
}

TEST(MaintenanceThread, WorksOnceMoreForAWakeThatCameMeanwhile) {
  Count begun, let_go, done;
  MaintenanceThread maintenance([&]() -> Again {
    begun.Add();
    let_go.WaitFor(1);
    done.Add();
    return std::nullopt;
  });
  maintenance.Wake();
  begun.WaitFor(1);
  maintenance.Wake();
  let_go.Add();
  done.WaitFor(2);
}

TEST(MaintenanceThread, StopWaitsForTheWorkUnderWay) {
  Count begun;
  std::atomic<bool> finished{false};
  MaintenanceThread maintenance([&]() -> Again {
    begun.Add();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    finished = true;
    return std::chrono::milliseconds(1);
  });
  maintenance.Wake();
  begun.WaitFor(1);
  maintenance.Stop();
  EXPECT_TRUE(finished);
}

TEST(MaintenanceThread, IsStartedAnewAfterItWasStopped) {
  Count done;
  MaintenanceThread maintenance([&]() -> Again {
    done.Add();
    return std::nullopt;
  });
  maintenance.Stop();
  maintenance.Wake();
  done.WaitFor(1);
  maintenance.Stop();
  maintenance.Wake();
  done.WaitFor(2);
}

TEST(MaintenanceThread, TakesNoSignals) {
  sigset_t blocked;
  sigemptyset(&blocked);
  Count done;
  MaintenanceThread maintenance([&]() -> Again {
    pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
    done.Add();
    return std::nullopt;
  });
  maintenance.Wake();
  done.WaitFor(1);
  maintenance.Stop();
  for (int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGCHLD, SIGPROF}) {
    EXPECT_EQ(sigismember(&blocked, signal), 1) << signal;
  }
}

// An alarm ends the child if it waits for a thread that it does not have.
TEST(MaintenanceThread, IsLeftAloneByAForkedChild) {
  Count done;
  auto maintenance = std::make_unique<MaintenanceThread>([&]() -> Again {
    done.Add();
    return std::nullopt;
  });
  maintenance->Wake();
  done.WaitFor(1);
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);
    maintenance->Wake();
    maintenance->Stop();
    maintenance.reset();
    _exit(MaintenanceThreads() == 0 ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

}  // namespace
}  // namespace muster::commit
