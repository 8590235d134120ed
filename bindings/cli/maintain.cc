// muster backup, compact, status: looking after a store.
#include <unistd.h>

#include <iostream>

#include "command.h"
#include "muster/maintenance.h"
#include "output.h"

namespace muster::cli {
namespace {

struct BackupOptions : CommonOptions {
  std::string destination;
};

struct CompactOptions : CommonOptions {};

struct StatusOptions : CommonOptions {
  bool json = false;
};

std::string Text(uint64_t value) { return std::to_string(value); }

absl::Status Backup(const BackupOptions& options) {
  if (options.destination != "-") return BackupStore(options.db, options.destination);
  if (isatty(STDOUT_FILENO) != 0) {
    return absl::InvalidArgumentError(
        "a backup is no text for a terminal: send it to a file or a command");
  }
  return BackupStore(options.db, STDOUT_FILENO);
}

absl::Status Compact(const CompactOptions& options) {
  absl::StatusOr<CompactReport> report = CompactStore(options.db);
  if (!report.ok()) return report.status();
  std::cout << "compacted " << options.db << ": " << report->bytes_before << " -> "
            << report->bytes_after << " bytes\n";
  return absl::OkStatus();
}

void PrintLists(const StoreStatus& status) {
  static constexpr struct {
    List list;
    const char* name;
  } kNames[] = {{List::kShapes, "shapes"},    {List::kRootfs, "rootfs"},
                {List::kHosts, "hosts"},      {List::kUsers, "users"},
                {List::kApiKeys, "API keys"}, {List::kSandboxes, "sandboxes"}};
  Table table({"LIST", "RECORDS", "VERSION"});
  for (const auto& [list, name] : kNames) {
    const auto& of_list = status.lists[static_cast<size_t>(list)];
    // What clients see has versions of its own.
    const bool shown = list <= List::kHosts;
    table.AddRow({name, Text(of_list.records), shown ? Text(of_list.version) : ""});
  }
  table.Print(std::cout);
}

void PrintUsage(const StoreStatus& status) {
  const StoreUsage& usage = status.usage;
  std::cout << "format " << status.format << ", version " << status.version << "\n"
            << "file   " << usage.file_bytes << " bytes, mapped up to " << usage.map_bytes
            << "\n"
            << "pages  " << usage.pages_used << " used, " << usage.pages_free << " free, of "
            << usage.page_bytes << " bytes\n"
            << "log    " << status.log_entries << " changes, of versions above "
            << status.log_floor << "\n";
  std::cout << "others " << (usage.open_elsewhere ? "have it open" : "do not have it open");
  if (usage.only_writer_elsewhere) std::cout << ", one as its only writer";
  if (usage.readers > 0) {
    std::cout << ", " << usage.readers << " read, " << usage.oldest_reader_lag
              << " commits behind at the most";
  }
  std::cout << "\n";
}

absl::Status Status(const StatusOptions& options) {
  absl::StatusOr<StoreStatus> status = GetStoreStatus(options.db);
  if (!status.ok()) return status.status();
  if (options.json) {
    std::cout << ToJson(*status) << '\n';
    return absl::OkStatus();
  }
  PrintUsage(*status);
  PrintLists(*status);
  return absl::OkStatus();
}

}  // namespace

void AddMaintain(CLI::App& app, Invocation& invocation) {
  AddCommand<BackupOptions>(
      app, invocation, "backup", "Copy a store, while it is used, to an empty directory",
      "  muster backup /backup/monday             is a store like any other\n"
      "  muster backup - | gzip > data.mdb.gz     the copy's data.mdb\n",
      [](CLI::App& command, BackupOptions& options) {
        command
            .add_option("destination", options.destination,
                        "A directory that is empty or not there, or - for standard output")
            ->type_name("DIR|-")
            ->required();
      },
      Backup);
  AddCommand<CompactOptions>(
      app, invocation, "compact", "Give the disk back what a store does not use any more",
      "  muster compact --db var/db     stop the servers first\n", {}, Compact);
  AddCommand<StatusOptions>(
      app, invocation, "status", "Show how large a store is and what is in it",
      "  muster status\n  muster status --json | jq .file_bytes\n",
      [](CLI::App& command, StatusOptions& options) {
        command.add_flag("--json", options.json, "As JSON");
      },
      Status);
}

}  // namespace muster::cli
