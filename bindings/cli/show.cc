// muster show shapes, rootfs, hosts, user: everything, disabled entries too.
#include <iostream>

#include "command.h"
#include "output.h"

namespace muster::cli {
namespace {

struct ShowOptions : CommonOptions {
  bool json = false;
};

struct ShowUserOptions : ShowOptions {
  std::string id;
};

std::string Text(int64_t value) { return std::to_string(value); }

Table ToTable(const std::vector<Shape>& shapes) {
  Table table({"ID", "VCPU", "MEM MIB", "DISK MIB", "CPU QUOTA PCT", "DISABLED"});
  for (const Shape& shape : shapes) {
    table.AddRow({shape.id, Text(shape.vcpu), Text(shape.mem_mib), Text(shape.default_disk_mib),
                  shape.cpu_quota_pct ? Text(*shape.cpu_quota_pct) : "",
                  YesOrNothing(shape.disabled)});
  }
  return table;
}

Table ToTable(const std::vector<Rootfs>& rootfses) {
  Table table({"NAME", "DEFAULT", "DEPRECATED", "SUCCESSOR", "DISABLED", "DESCRIPTION"});
  for (const Rootfs& rootfs : rootfses) {
    table.AddRow({rootfs.name, YesOrNothing(rootfs.is_default), YesOrNothing(rootfs.deprecated),
                  rootfs.successor, YesOrNothing(rootfs.disabled), rootfs.description});
  }
  return table;
}

Table ToTable(const std::vector<Host>& hosts) {
  Table table({"ID", "STATUS", "FREE MIB", "VMS", "DISABLED", "ROOTFSES"});
  for (const Host& host : hosts) {
    // What was set, and whether clients see it.
    const std::string silent = host.silent ? ", silent" : "";
    table.AddRow({host.id, std::string(HostStatusName(host.status)) + silent,
                  Text(host.free_mib), Text(host.vm_count), YesOrNothing(host.disabled),
                  Join(host.rootfses)});
  }
  return table;
}

template <typename Entry>
absl::Status ShowList(const ShowOptions& options,
                      std::vector<Entry> (Snapshot::*entries)() const) {
  auto catalog = OpenExisting(options.db);
  if (!catalog.ok()) return catalog.status();
  const std::vector<Entry> all = ((*catalog)->snapshot().*entries)();
  if (options.json) {
    std::cout << ToJson(all) << '\n';
  } else {
    ToTable(all).Print(std::cout);
  }
  return absl::OkStatus();
}

absl::Status ShowShapes(const ShowOptions& options) {
  return ShowList(options, &Snapshot::AllShapes);
}

absl::Status ShowRootfs(const ShowOptions& options) {
  return ShowList(options, &Snapshot::AllRootfses);
}

absl::Status ShowHosts(const ShowOptions& options) {
  return ShowList(options, &Snapshot::AllHosts);
}

absl::Status ShowUser(const ShowUserOptions& options) {
  auto catalog = OpenExisting(options.db);
  if (!catalog.ok()) return catalog.status();
  auto user = (*catalog)->FindUser(options.id);
  if (!user.ok()) return user.status();
  if (!*user) {
    return absl::NotFoundError("unknown user: " + options.id +
                               "; 'muster key create' adds one, or an import");
  }
  auto keys = (*catalog)->ListApiKeys(options.id);
  if (!keys.ok()) return keys.status();
  if (options.json) {
    std::cout << ToJson(**user, *keys) << '\n';
    return absl::OkStatus();
  }
  const UserStats stats = (*user)->stats.value_or(UserStats{});
  Table table({"ID", "RUNNING", "PAUSED", "OTHER", "TOTAL", "API KEYS"});
  table.AddRow({(*user)->id, Text(stats.running), Text(stats.paused), Text(stats.other),
                Text(stats.total), Text(static_cast<int64_t>(keys->size()))});
  table.Print(std::cout);
  return absl::OkStatus();
}

void Declare(CLI::App& command, ShowOptions& options) {
  command.add_flag("--json", options.json, "As JSON");
}

}  // namespace

void AddShow(CLI::App& app, Invocation& invocation) {
  CLI::App* group = app.add_subcommand("show", "Show what a store holds, disabled entries too");
  group->require_subcommand(1);
  AddOuterDb(*group);
  group->footer(
      "Examples:\n"
      "  muster show hosts\n"
      "  muster show user usr_01K --json");
  AddCommand<ShowOptions>(*group, invocation, "shapes", "The shapes, smallest first",
                          "  muster show shapes", Declare, ShowShapes);
  AddCommand<ShowOptions>(*group, invocation, "rootfs", "The rootfs images",
                          "  muster show rootfs", Declare, ShowRootfs);
  AddCommand<ShowOptions>(*group, invocation, "hosts", "The hosts",
                          "  muster show hosts --json", Declare, ShowHosts);
  AddCommand<ShowUserOptions>(
      *group, invocation, "user", "A user: counts of sandboxes, and API keys",
      "  muster show user usr_01K",
      [](CLI::App& command, ShowUserOptions& options) {
        command.add_option("ID", options.id, "The user")->required()->type_name("");
        Declare(command, options);
      },
      ShowUser);
}

}  // namespace muster::cli
