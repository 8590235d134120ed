// muster check: whether a store is sound.
//
// The walk is done by a child process, because damage in LMDB's page headers can
// kill whoever follows them, or keep him for ever. The child tells through a pipe,
// a line each, what it finds ('F'), what it is at ('P') and how it ended ('E', with
// a status code; 'D', done). Whatever becomes of it, there is a report.
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <iostream>
#include <vector>

#include "command.h"
#include "muster/maintenance.h"
#include "output.h"

namespace muster::cli {
namespace {

struct CheckOptions : CommonOptions {
  bool json = false;
  int silence_s = 60;
};

// How many findings are listed; all are counted.
constexpr size_t kMaxListed = 100;

// ------------------------------------------------------------------- the child

class Reporter {
 public:
  explicit Reporter(int fd) : fd_(fd) {}

  void Line(char kind, std::string_view text) {
    std::string line(1, kind);
    line.append(text).push_back('\n');
    for (size_t done = 0; done < line.size();) {
      const ssize_t written = write(fd_, line.data() + done, line.size() - done);
      if (written < 0 && errno != EINTR) _exit(1);  // nobody listens any more
      if (written > 0) done += static_cast<size_t>(written);
    }
  }

 private:
  const int fd_;
};

[[noreturn]] void Walk(const std::string& db, int fd) {
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  close(STDERR_FILENO);  // what LMDB says before it aborts
  Reporter reporter(fd);
  CheckObserver observer;
  observer.finding = [&](const std::string& finding) { reporter.Line('F', finding); };
  observer.progress = [&](std::string_view stage, uint64_t records) {
    reporter.Line('P', std::to_string(records) + " " + std::string(stage));
  };
  const absl::Status status = CheckStore(db, observer);
  if (status.ok()) {
    reporter.Line('D', "");
  } else {
    reporter.Line('E', std::to_string(static_cast<int>(status.code())) + " " +
                           Printable({status.message().data(), status.message().size()}));
  }
  _exit(0);
}

// ------------------------------------------------------------------ the parent

struct Report {
  uint64_t records = 0;
  uint64_t finding_count = 0;
  std::vector<std::string> findings;  // the first of them
  std::string stage = "opening";
  bool done = false;
  absl::Status error;

  void Find(std::string finding) {
    if (++finding_count <= kMaxListed) findings.push_back(std::move(finding));
  }
  void Take(const std::string& line);
};

void Report::Take(const std::string& line) {
  const std::string text = line.substr(1);
  const size_t space = text.find(' ');
  switch (line.front()) {
    case 'F':
      return Find(text);
    case 'P':
      records = std::strtoull(text.c_str(), nullptr, 10);
      if (space != std::string::npos) stage = text.substr(space + 1);
      return;
    case 'E':
      error = absl::Status(static_cast<absl::StatusCode>(std::atoi(text.c_str())),
                           space == std::string::npos ? text : text.substr(space + 1));
      done = true;
      return;
    default:
      done = true;
  }
}

// Reads what the child says until it ends. False where it was silent for too long.
bool Listen(int fd, int silence_s, Report* report) {
  std::string rest;
  char bytes[4096];
  for (;;) {
    pollfd ready{fd, POLLIN, 0};
    const int count = poll(&ready, 1, silence_s * 1000);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    const ssize_t size = read(fd, bytes, sizeof(bytes));
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return true;
    rest.append(bytes, static_cast<size_t>(size));
    for (size_t end; (end = rest.find('\n')) != std::string::npos; rest.erase(0, end + 1)) {
      if (end > 0) report->Take(rest.substr(0, end));
    }
  }
}

absl::StatusOr<Report> WalkInAChild(const CheckOptions& options) {
  int fds[2];
  if (pipe(fds) != 0) return absl::UnavailableError(std::strerror(errno));
  const pid_t child = fork();
  if (child < 0) return absl::UnavailableError(std::strerror(errno));
  if (child == 0) {
    close(fds[0]);
    Walk(options.db, fds[1]);
  }
  close(fds[1]);
  Report report;
  if (!Listen(fds[0], options.silence_s, &report)) {
    kill(child, SIGKILL);
    report.Find("the walk came no further at " + report.stage +
                ": its pages are damaged, or another process keeps it");
    report.done = true;
  }
  close(fds[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!report.done) {
    const std::string how = WIFSIGNALED(status)
                                ? std::string("signal ") + std::to_string(WTERMSIG(status))
                                : "exit code " + std::to_string(WEXITSTATUS(status));
    report.Find("the walk ended at " + report.stage + " by " + how + ": damaged pages");
  }
  // What is damaged so that it cannot be opened or read is a finding.
  if (absl::IsDataLoss(report.error)) {
    report.Find(std::string(report.error.message()));
    report.error = absl::OkStatus();
  }
  return report;
}

absl::Status Check(const CheckOptions& options) {
  absl::StatusOr<Report> report = WalkInAChild(options);
  if (!report.ok()) return report.status();
  if (!report->error.ok()) return report->error;
  if (options.json) {
    std::cout << ToJson(report->records, report->finding_count, report->findings) << '\n';
  } else {
    for (const std::string& finding : report->findings) std::cout << finding << '\n';
    if (report->finding_count == 0) {
      std::cout << options.db << " is sound\n";
    }
  }
  if (report->finding_count == 0) return absl::OkStatus();
  return absl::DataLossError(options.db + " is damaged, " +
                             std::to_string(report->finding_count) +
                             " findings: restore it from a backup, or export what can be read "
                             "and import it into a new store");
}

}  // namespace

void AddCheck(CLI::App& app, Invocation& invocation) {
  AddCommand<CheckOptions>(
      app, invocation, "check", "See whether a store is sound, to the last record",
      "  muster check\n  muster check --db /backup/monday --json\n",
      [](CLI::App& command, CheckOptions& options) {
        command.add_flag("--json", options.json, "As JSON");
        command
            .add_option("--silence-s", options.silence_s,
                        "Give the walk up when it comes no further for so many seconds")
            ->check(CLI::Range(1, 86400))
            ->capture_default_str();
      },
      Check);
}

}  // namespace muster::cli
