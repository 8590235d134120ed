// MaintenanceThread: the engine's one thread of its own, for what must not be done
// by whoever happens to read.
//
// It is started with the first Wake(), and sleeps while there is nothing to do. It
// takes no signals, which stay with the program's threads. After a fork() the child
// has no such thread: there Wake() does nothing, and the destructor leaves behind
// what the parent's thread may have been using.
//
// Every call from any thread; Stop() and the destructor one at a time.
#ifndef MUSTER_COMMIT_MAINTENANCE_THREAD_H_
#define MUSTER_COMMIT_MAINTENANCE_THREAD_H_

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace muster::commit {

class MaintenanceThread {
 public:
  // Called in the thread; returns after how long it wants to be called again at
  // the latest, or nothing: not before the next Wake().
  using Work = std::function<std::optional<std::chrono::milliseconds>()>;

  explicit MaintenanceThread(Work work);
  ~MaintenanceThread();  // stops
  MaintenanceThread(const MaintenanceThread&) = delete;
  MaintenanceThread& operator=(const MaintenanceThread&) = delete;

  // Has the work done soon, and once more if it is being done now. Does not wait
  // for it. Where the system gives no thread, the next Wake() tries again.
  void Wake() noexcept;

  // Waits for the work that is under way, and ends the thread. A later Wake()
  // starts it anew.
  void Stop();

  // The same, and lets no Wake() start it until Resume().
  void Retire();
  void Resume();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace muster::commit

#endif  // MUSTER_COMMIT_MAINTENANCE_THREAD_H_
