#include "durability/driver.h"

#include <stdlib.h>

#include <cstdio>
#include <filesystem>
#include <string_view>

#include "durability/process.h"

namespace muster::durability {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kDefaultCount = 20;

bool Takes(std::string_view argument, std::string_view name, std::string* value) {
  if (argument.substr(0, name.size()) != name) return false;
  *value = argument.substr(name.size());
  return true;
}

}  // namespace

Flags ParseFlags(int argc, char** argv) {
  Flags flags;
  flags.seed = std::random_device()();
  for (int i = 1; i < argc; ++i) {
    std::string value;
    if (Takes(argv[i], "--count=", &value)) {
      flags.count = std::stoull(value);
    } else if (Takes(argv[i], "--seconds=", &value)) {
      flags.seconds = std::stoull(value);
    } else if (Takes(argv[i], "--seed=", &value)) {
      flags.seed = std::stoull(value);
    } else if (!Takes(argv[i], "--check=", &flags.check)) {
      std::fprintf(stderr, "%s: unknown: %s\n", argv[0], argv[i]);
      std::exit(2);
    }
  }
  if (flags.count == 0 && flags.seconds == 0) flags.count = kDefaultCount;
  return flags;
}

// Memory, where there is room: what a kill or a power cut leaves does not depend on the
// disk, and syncing one costs most of the time.
WorkDir::WorkDir() {
  std::error_code none;
  const fs::path memory = "/dev/shm";
  const bool room = fs::space(memory, none).available > (uint64_t{256} << 20) && !none;
  path_ = ((room ? memory : fs::temp_directory_path()) / "muster-durability-XXXXXX").string();
  if (mkdtemp(path_.data()) == nullptr) {
    std::perror(path_.c_str());
    std::exit(2);
  }
}

WorkDir::~WorkDir() {
  std::error_code ignored;
  if (!kept_) fs::remove_all(path_, ignored);
}

void WorkDir::Keep() {
  kept_ = true;
  std::fprintf(stderr, "what is left lies in %s\n", path_.c_str());
}

std::string Beside(const std::string& program) {
  return (fs::read_symlink("/proc/self/exe").parent_path() / program).string();
}

std::string RunCheck(const Flags& flags, const std::string& db) {
  if (flags.check.empty()) return "";
  Process check({flags.check, "check", "--db", db}, {}, Process::Complaints::kDropped);
  switch (const int code = check.Join()) {
    case 0:
      return "";
    case 1:
      return kCheckFinds;
    default:
      return "`muster check` ends with " + std::to_string(code);
  }
}

int Report(const Flags& flags, const std::string& wrong, const std::function<void()>& print) {
  if (wrong.empty()) {
    print();
    return 0;
  }
  std::fprintf(stderr, "%s\nwith --seed=%llu\n", wrong.c_str(), Number(flags.seed));
  return 1;
}

}  // namespace muster::durability
