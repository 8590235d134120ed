#include "commit/maintenance_thread.h"

#include <pthread.h>
#include <signal.h>

#include <condition_variable>
#include <mutex>
#include <utility>

#include "store/fork_mark.h"

namespace muster::commit {

struct MaintenanceThread::State {
  Work work;
  const store::ForkMark mark;

  std::mutex mutex;  // of what follows
  std::condition_variable changed;
  bool running = false;  // there is a thread, which has to be joined
  bool wanted = false;
  bool stopping = false;
  bool retired = false;
  pthread_t thread{};

  void Run();
  // pthread, since std::thread reports what goes wrong by an exception.
  static void* Main(void* state) {
    static_cast<State*>(state)->Run();
    return nullptr;
  }
  bool Start();
};

void MaintenanceThread::State::Run() {
  std::unique_lock<std::mutex> lock(mutex);
  while (!stopping) {
    if (!wanted) {
      changed.wait(lock);
      continue;
    }
    wanted = false;
    lock.unlock();
    const std::optional<std::chrono::milliseconds> again = work();
    lock.lock();
    if (!again) continue;
    changed.wait_for(lock, *again, [this] { return stopping || wanted; });
    wanted = true;
  }
}

bool MaintenanceThread::State::Start() {
  sigset_t all, before;
  sigfillset(&all);
  if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0) return false;
  const bool started = pthread_create(&thread, nullptr, Main, this) == 0;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (started) pthread_setname_np(thread, "muster");
  return started;
}

MaintenanceThread::MaintenanceThread(Work work) : state_(std::make_unique<State>()) {
  state_->work = std::move(work);
}

MaintenanceThread::~MaintenanceThread() {
  Stop();
  // In a child a thread that is not there still waits for the condition, whose
  // destruction would wait for it.
  if (state_->mark.InForkedChild()) static_cast<void>(state_.release());
}

void MaintenanceThread::Wake() noexcept {
  if (state_->mark.InForkedChild()) return;
  {
    std::lock_guard<std::mutex> lock(state_->mutex);
    if (state_->retired) return;
    if (!state_->running) state_->running = state_->Start();
    state_->wanted = true;
  }
  state_->changed.notify_one();
}

void MaintenanceThread::Stop() {
  if (state_->mark.InForkedChild()) return;
  {
    std::lock_guard<std::mutex> lock(state_->mutex);
    if (!state_->running) return;
    state_->stopping = true;
  }
  state_->changed.notify_one();
  pthread_join(state_->thread, nullptr);
  std::lock_guard<std::mutex> lock(state_->mutex);
  state_->running = false;
  state_->stopping = false;
  state_->wanted = false;
}

void MaintenanceThread::Retire() {
  if (state_->mark.InForkedChild()) return;
  {
    std::lock_guard<std::mutex> lock(state_->mutex);
    state_->retired = true;
  }
  Stop();
}

void MaintenanceThread::Resume() {
  if (state_->mark.InForkedChild()) return;
  std::lock_guard<std::mutex> lock(state_->mutex);
  state_->retired = false;
}

}  // namespace muster::commit
