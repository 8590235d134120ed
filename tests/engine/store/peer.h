// Other processes, for tests of what several share.
#ifndef MUSTER_TESTS_ENGINE_STORE_PEER_H_
#define MUSTER_TESTS_ENGINE_STORE_PEER_H_

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

namespace muster {

// A child process that does its work in steps, each at a word of the test's.
class Peer {
 public:
  // `work` is called in the child with the number given to Do(). The child ends
  // without cleaning up, as one that was killed.
  explicit Peer(const std::function<bool(int step)>& work) {
    int ask[2], answer[2];
    if (pipe(ask) != 0 || pipe(answer) != 0) return;
    child_ = fork();
    if (child_ == 0) {
      close(ask[1]);
      close(answer[0]);
      char step;
      while (read(ask[0], &step, 1) == 1) {
        const char well = work(step) ? 1 : 0;
        if (write(answer[1], &well, 1) != 1) break;
      }
      _exit(0);
    }
    close(ask[0]);
    close(answer[1]);
    ask_ = ask[1];
    answer_ = answer[0];
  }
  ~Peer() { End(); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  // What `work` returned; false where the child is gone.
  bool Do(int step) {
    Tell(step);
    return Answer();
  }
  void Tell(int step) {
    const char byte = static_cast<char>(step);
    if (write(ask_, &byte, 1) != 1) return;
  }
  bool Answer() {
    char well = 0;
    return read(answer_, &well, 1) == 1 && well == 1;
  }

  void Kill() {
    kill(child_, SIGKILL);
    End();
  }

 private:
  void End() {
    if (child_ < 0) return;
    close(ask_);
    waitpid(child_, nullptr, 0);
    close(answer_);
    child_ = -1;
  }

  pid_t child_ = -1;
  int ask_ = -1;
  int answer_ = -1;
};

// Runs `work` in a child process and returns what it returned.
inline bool InChild(const std::function<bool()>& work) {
  const pid_t child = fork();
  if (child == 0) _exit(work() ? 0 : 1);
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace muster

#endif  // MUSTER_TESTS_ENGINE_STORE_PEER_H_
