// A program that a driver starts, listens to, and kills.
#ifndef MUSTER_TESTS_DURABILITY_PROCESS_H_
#define MUSTER_TESTS_DURABILITY_PROCESS_H_

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <vector>

namespace muster::durability {

// Reads what the program writes to a pipe, which it finds as descriptor kPipe; what it
// prints goes nowhere.
class Process {
 public:
  static constexpr int kPipe = 9;

  enum class Complaints { kPassedOn, kDropped };  // what it says on standard error

  // `environment`: "NAME=VALUE", beside the driver's own.
  Process(const std::vector<std::string>& arguments,
          const std::vector<std::string>& environment = {},
          Complaints complaints = Complaints::kPassedOn);
  ~Process();  // kills it
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // Waits until it has written so much in all, it has ended, or the time is up.
  void WaitForBytes(size_t bytes, int timeout_ms);

  // Ends it, if it does not end by itself, and reads what it wrote to the last byte.
  void Kill();
  // Waits for its end; its exit code, or -1 where it had none.
  int Join();

  // All that it has written so far, as far as it was read.
  const std::string& written() const { return written_; }

 private:
  bool ReadSome(int timeout_ms);  // false: at the end, or nothing came

  pid_t pid_ = -1;
  int fd_ = -1;
  bool at_end_ = false;
  std::string written_;
};

// Waits for so long.
void Sleep(int microseconds);

}  // namespace muster::durability

#endif  // MUSTER_TESTS_DURABILITY_PROCESS_H_
