// What the drivers share: flags, random numbers, places to work in, and how they end.
#ifndef MUSTER_TESTS_DURABILITY_DRIVER_H_
#define MUSTER_TESTS_DURABILITY_DRIVER_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <random>
#include <string>

namespace muster::durability {

// How long anything may take before it is taken to stand still.
inline constexpr int kPatienceMs = 60'000;

struct Flags {
  uint64_t count = 0;    // how many faults; 0: as many as fit into the time
  uint64_t seconds = 0;  // how long; 0: until that many
  uint64_t seed = 0;     // of everything that is random but time; printed
  std::string check;     // a program that is called with `check --db DIR`; "": none
};

// Ends the program where they are not understood.
Flags ParseFlags(int argc, char** argv);

class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}
  uint64_t Below(uint64_t bound) { return engine_() % bound; }

 private:
  std::mt19937_64 engine_;
};

// Whether there is more to do.
class Deadline {
 public:
  explicit Deadline(const Flags& flags)
      : flags_(flags),
        end_(std::chrono::steady_clock::now() + std::chrono::seconds(flags.seconds)) {}
  bool Goes(uint64_t done) const {
    if (flags_.count > 0 && done >= flags_.count) return false;
    return flags_.seconds == 0 || std::chrono::steady_clock::now() < end_;
  }

 private:
  const Flags flags_;
  const std::chrono::steady_clock::time_point end_;
};

// A directory that goes with the object, unless something is wrong in it.
class WorkDir {
 public:
  WorkDir();
  ~WorkDir();
  WorkDir(const WorkDir&) = delete;
  WorkDir& operator=(const WorkDir&) = delete;

  const std::string& path() const { return path_; }
  void Keep();  // and says where it is

 private:
  std::string path_;
  bool kept_ = false;
};

// A program that was built beside this one.
std::string Beside(const std::string& program);

// Runs the command `check` over a store; "" where it finds nothing or is not asked for,
// kCheckFinds where it reports something, else how it ended.
inline constexpr char kCheckFinds[] = "`muster check` finds something";
std::string RunCheck(const Flags& flags, const std::string& db);

// Prints the summary, or what was wrong; returns what main() does.
int Report(const Flags& flags, const std::string& wrong, const std::function<void()>& print);

inline unsigned long long Number(uint64_t number) { return number; }

}  // namespace muster::durability

#endif  // MUSTER_TESTS_DURABILITY_DRIVER_H_
