// muster recount: whether the counts of users are what their sandboxes come to.
#include <iostream>
#include <string>

#include "command.h"
#include "output.h"

namespace muster::cli {
namespace {

struct RecountOptions : CommonOptions {
  bool repair = false;
  bool json = false;
};

std::string Number(int64_t value, const std::string& noun) {
  return std::to_string(value) + " " + noun + (value == 1 ? "" : "s");
}

std::string Change(int64_t recorded, int64_t counted) {
  if (recorded == counted) return std::to_string(counted);
  return std::to_string(recorded) + " -> " + std::to_string(counted);
}

void Print(const RecountReport& report) {
  if (!report.miscounts.empty()) {
    Table table({"USER", "RUNNING", "PAUSED", "OTHER", "TOTAL"});
    for (const auto& [user_id, was, is] : report.miscounts) {
      table.AddRow({user_id, Change(was.running, is.running), Change(was.paused, is.paused),
                    Change(was.other, is.other), Change(was.total, is.total)});
    }
    table.Print(std::cout);
  }
  const auto wrong = static_cast<int64_t>(report.miscounts.size());
  std::cout << Number(report.user_count, "user") << " with "
            << (report.sandbox_count == 1 ? "1 sandbox"
                                          : std::to_string(report.sandbox_count) + " sandboxes")
            << " recounted: ";
  if (wrong == 0) {
    std::cout << "all counts are right\n";
  } else {
    std::cout << "the counts of " << Number(wrong, "user")
              << (report.repaired ? " were wrong and are set right" : " are wrong") << '\n';
  }
}

absl::Status Recount(const RecountOptions& options) {
  auto catalog = OpenExisting(options.db);
  if (!catalog.ok()) return catalog.status();
  auto report = (*catalog)->Recount(options.repair);
  if (!report.ok()) return report.status();
  if (options.json) {
    std::cout << ToJson(*report) << '\n';
  } else {
    Print(*report);
  }
  if (report->miscounts.empty() || report->repaired) return absl::OkStatus();
  if (absl::Status written = FlushStdout(); !written.ok()) return written;
  return absl::FailedPreconditionError(
      "counts are wrong; 'muster recount --repair' sets them right");
}

void Declare(CLI::App& command, RecountOptions& options) {
  command.add_flag("--repair", options.repair, "Set wrong counts right");
  command.add_flag("--json", options.json, "As JSON");
}

}  // namespace

void AddRecount(CLI::App& app, Invocation& invocation) {
  AddCommand<RecountOptions>(app, invocation, "recount",
                             "Hold the counts of users against the records of their "
                             "sandboxes; exit code 1 where they are wrong and not repaired",
                             "  muster recount\n"
                             "  muster recount --repair",
                             Declare, Recount);
}

}  // namespace muster::cli
