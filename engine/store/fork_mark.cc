#include "store/fork_mark.h"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>
#include <vector>

namespace muster::store {
namespace {

// Never destroyed, since a process may fork to its very end.
struct Files {
  std::mutex mutex;  // held across a fork, so that the child finds the list whole
  std::vector<int> to_close;
};

Files& AllFiles() {
  static Files* const files = new Files;
  return *files;
}

void BeforeFork() { AllFiles().mutex.lock(); }
void AfterForkInParent() { AllFiles().mutex.unlock(); }

}  // namespace

std::atomic<uint32_t> ForkMark::forks_{0};

ForkMark::ForkMark() : made_after_(forks_.load(std::memory_order_relaxed)) {
  static const int registered = pthread_atfork(BeforeFork, AfterForkInParent, [] {
    forks_.fetch_add(1, std::memory_order_relaxed);
    Files& files = AllFiles();
    for (int fd : files.to_close) close(fd);
    files.to_close.clear();
    files.mutex.unlock();
  });
  static_cast<void>(registered);
}

void CloseInForkedChildren(int fd) {
  Files& files = AllFiles();
  std::lock_guard<std::mutex> lock(files.mutex);
  files.to_close.push_back(fd);
}

void KeepInForkedChildren(int fd) {
  Files& files = AllFiles();
  std::lock_guard<std::mutex> lock(files.mutex);
  const auto found = std::find(files.to_close.begin(), files.to_close.end(), fd);
  if (found != files.to_close.end()) files.to_close.erase(found);
}

}  // namespace muster::store
