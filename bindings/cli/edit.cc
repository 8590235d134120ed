// muster rm, enable, disable, drain, undrain, default-rootfs: single changes.
#include <iostream>
#include <utility>

#include "command.h"
#include "output.h"

namespace muster::cli {
namespace {

struct EntryOptions : CommonOptions {
  std::string kind;  // shape, rootfs, host or user
  std::string id;
};

struct RemoveOptions : EntryOptions {
  bool with_sandboxes = false;
};

struct NameOptions : CommonOptions {
  std::string name;
};

absl::Status Unknown(const std::string& kind, const std::string& id) {
  const std::string list = kind == "rootfs" ? kind : kind + "s";
  const std::string hint = kind == "user" ? "'muster key list' names those who have keys"
                                          : "'muster show " + list + "' lists those there are";
  return absl::NotFoundError("unknown " + kind + ": " + id + "; " + hint);
}

absl::StatusOr<bool> Exists(Catalog& catalog, const EntryOptions& options) {
  if (options.kind == "user") {
    auto user = catalog.FindUser(options.id);
    if (!user.ok()) return user.status();
    return user->has_value();
  }
  const Snapshot snapshot = catalog.snapshot();
  if (options.kind == "shape") return snapshot.FindShape(options.id).has_value();
  if (options.kind == "rootfs") return snapshot.FindRootfs(options.id).has_value();
  return snapshot.FindHost(options.id).has_value();
}

absl::Status Remove(const RemoveOptions& options) {
  auto catalog = OpenExisting(options.db);
  if (!catalog.ok()) return catalog.status();
  auto exists = Exists(**catalog, options);
  if (!exists.ok()) return exists.status();
  if (!*exists) return Unknown(options.kind, options.id);

  WriteBatch batch;
  if (options.kind == "shape") batch.DeleteShape(options.id);
  if (options.kind == "rootfs") batch.DeleteRootfs(options.id);
  if (options.kind == "host") batch.DeleteHost(options.id);
  if (options.kind == "user") {
    batch.DeleteUser(
        options.id, options.with_sandboxes ? OwnedSandboxes::kDelete : OwnedSandboxes::kRefuse);
  }
  return (*catalog)->Apply(batch);
}

absl::Status SetDisabled(const EntryOptions& options, bool disabled) {
  auto catalog = OpenExisting(options.db);
  if (!catalog.ok()) return catalog.status();
  const List list = options.kind == "shape"    ? List::kShapes
                    : options.kind == "rootfs" ? List::kRootfs
                                               : List::kHosts;
  WriteBatch batch;
  batch.SetDisabled(list, options.id, disabled);
  absl::Status applied = (*catalog)->Apply(batch);
  return absl::IsNotFound(applied) ? Unknown(options.kind, options.id) : applied;
}

absl::Status Enable(const EntryOptions& options) { return SetDisabled(options, false); }
absl::Status Disable(const EntryOptions& options) { return SetDisabled(options, true); }

absl::Status SetStatus(const NameOptions& options, HostStatus status) {
  auto catalog = OpenExisting(options.db);
  if (!catalog.ok()) return catalog.status();
  const std::optional<Host> host = (*catalog)->snapshot().FindHost(options.name);
  if (!host) return Unknown("host", options.name);
  if (host->status == HostStatus::kDead) {
    return absl::FailedPreconditionError(
        "host " + options.name + " is dead; its next report or an import can bring it back");
  }
  WriteBatch batch;
  batch.SetHostStatus(options.name, status);
  return (*catalog)->Apply(batch);
}

absl::Status Drain(const NameOptions& options) {
  return SetStatus(options, HostStatus::kDraining);
}
absl::Status Undrain(const NameOptions& options) {
  return SetStatus(options, HostStatus::kActive);
}

absl::Status SetDefaultRootfs(const NameOptions& options) {
  auto catalog = OpenExisting(options.db);
  if (!catalog.ok()) return catalog.status();
  WriteBatch batch;
  batch.SetDefaultRootfs(options.name);
  absl::Status applied = (*catalog)->Apply(batch);
  if (absl::IsNotFound(applied)) return Unknown("rootfs", options.name);
  if (!applied.ok()) return applied;

  const auto rootfs = (*catalog)->snapshot().FindRootfs(options.name);
  if (rootfs && rootfs->disabled) {
    std::cerr << "muster: " << Printable(options.name)
              << " is disabled; until it is enabled, another one is the default for clients\n";
  }
  return absl::OkStatus();
}

std::function<void(CLI::App&, EntryOptions&)> Entry(std::vector<std::string> kinds) {
  return [kinds = std::move(kinds)](CLI::App& command, EntryOptions& options) {
    std::string choice;
    for (const std::string& kind : kinds) choice += (choice.empty() ? "" : ", ") + kind;
    command.add_option("KIND", options.kind, "One of: " + choice)
        ->required()
        ->type_name("")
        ->check(CLI::IsMember(kinds).description(""));
    command.add_option("ID", options.id, "The entry's id or name")->required()->type_name("");
  };
}

void DeclareRemove(CLI::App& command, RemoveOptions& options) {
  Entry({"shape", "rootfs", "host", "user"})(command, options);
  command.add_flag("--with-sandboxes", options.with_sandboxes,
                   "Remove a user also where it owns sandboxes, ended ones included");
}

std::function<void(CLI::App&, NameOptions&)> Name(const std::string& label,
                                                  const std::string& text) {
  return [label, text](CLI::App& command, NameOptions& options) {
    command.add_option(label, options.name, text)->required()->type_name("");
  };
}

}  // namespace

void AddEdit(CLI::App& app, Invocation& invocation) {
  AddCommand<RemoveOptions>(app, invocation, "rm",
                            "Remove an entry; a user goes with all API keys",
                            "  muster rm host 10.0.0.1\n"
                            "  muster rm user usr_01K --with-sandboxes",
                            DeclareRemove, Remove);
  AddCommand<EntryOptions>(app, invocation, "enable", "Show an entry to clients again",
                           "  muster enable rootfs node:20", Entry({"shape", "rootfs", "host"}),
                           Enable);
  AddCommand<EntryOptions>(
      app, invocation, "disable", "Keep an entry, but leave it out of what clients see",
      "  muster disable shape s-1vcpu-256mb", Entry({"shape", "rootfs", "host"}), Disable);
  AddCommand<NameOptions>(app, invocation, "drain", "Mark a host as draining",
                          "  muster drain 10.0.0.1", Name("HOST", "The host"), Drain);
  AddCommand<NameOptions>(app, invocation, "undrain", "Mark a draining host as active again",
                          "  muster undrain 10.0.0.1", Name("HOST", "The host"), Undrain);
  AddCommand<NameOptions>(app, invocation, "default-rootfs",
                          "Choose the rootfs that sandboxes get when they name none",
                          "  muster default-rootfs debian:12", Name("NAME", "The rootfs"),
                          SetDefaultRootfs);
}

}  // namespace muster::cli
