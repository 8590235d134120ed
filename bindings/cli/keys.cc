// muster key create, list, revoke: API keys.
#include <iostream>

#include "command.h"
#include "output.h"

namespace muster::cli {
namespace {

struct CreateOptions : CommonOptions {
  std::string user;
  std::string label;
};

struct ListOptions : CommonOptions {
  std::string user;
  bool json = false;
};

struct RevokeOptions : CommonOptions {
  std::string id;
};

absl::Status Create(const CreateOptions& options) {
  WriteBatch batch;
  User user;
  user.id = options.user;
  batch.PutUser(user);  // leaves a user that is there as it is
  const std::string key = batch.CreateApiKey(options.user, options.label);
  if (!batch.status().ok()) return batch.status();

  auto catalog = Catalog::Open(options.db);
  if (!catalog.ok()) return catalog.status();
  if (absl::Status applied = (*catalog)->Apply(batch); !applied.ok()) return applied;

  std::cout << key << '\n';
  if (absl::Status written = FlushStdout(); !written.ok()) {
    // A key that nobody has seen is of no use to anybody.
    WriteBatch undo;
    undo.RevokeApiKey(key);
    absl::Status undone = (*catalog)->Apply(undo);
    return WithHint(written, undone.ok() ? "the key was revoked again"
                                         : "the key was made, but shown to nobody: revoke it");
  }
  std::cerr << "Keep the key: it is not shown again.\n";
  return absl::OkStatus();
}

absl::Status ListKeys(const ListOptions& options) {
  auto catalog = OpenExisting(options.db);
  if (!catalog.ok()) return catalog.status();
  if (!options.user.empty()) {
    auto user = (*catalog)->FindUser(options.user);
    if (!user.ok()) return user.status();
    if (!*user) {
      return absl::NotFoundError("unknown user: " + options.user +
                                 "; 'muster key list' shows the keys of all users");
    }
  }
  auto keys = (*catalog)->ListApiKeys(options.user);
  if (!keys.ok()) return keys.status();
  if (options.json) {
    std::cout << ToJson(*keys) << '\n';
    return absl::OkStatus();
  }
  Table table({"ID", "USER", "LABEL", "HINT", "CREATED"});
  for (const ApiKeyInfo& key : *keys) {
    table.AddRow({key.id, key.user_id, key.label, key.hint, IsoTime(key.created_unix_ms)});
  }
  table.Print(std::cout);
  return absl::OkStatus();
}

absl::Status Revoke(const RevokeOptions& options) {
  std::string id = options.id;
  if (id == "-") {
    id.clear();
    std::getline(std::cin, id);
    while (!id.empty() && (id.back() == '\r' || id.back() == ' ')) id.pop_back();
    if (id.empty()) {
      return absl::InvalidArgumentError(
          "there is no key on standard input; give a key or its id as one line");
    }
  }
  auto catalog = OpenExisting(options.db);
  if (!catalog.ok()) return catalog.status();
  WriteBatch batch;
  batch.RevokeApiKey(id);
  absl::Status applied = (*catalog)->Apply(batch);
  if (absl::IsNotFound(applied)) {  // without its message: it may have been a key
    return absl::NotFoundError(
        "unknown API key; 'muster key list' shows the ids of those there are");
  }
  return applied;
}

}  // namespace

void AddKeys(CLI::App& app, Invocation& invocation) {
  CLI::App* group = app.add_subcommand("key", "Create, list and revoke API keys");
  group->require_subcommand(1);
  AddOuterDb(*group);
  group->footer(
      "Examples:\n"
      "  muster key create usr_01K --label laptop\n"
      "  muster key list\n"
      "  muster key revoke key_0123456789abcdef0123456789abcdef");
  AddCommand<CreateOptions>(
      *group, invocation, "create",
      "Make a key for a user, who is added if missing, and print it: this once and never again",
      "  muster key create usr_01K\n"
      "  KEY=$(muster key create usr_01K --label laptop)",
      [](CLI::App& command, CreateOptions& options) {
        command.add_option("USER", options.user, "Whose key it is to be")
            ->required()
            ->type_name("");
        command.add_option("--label", options.label, "What the key is for")->type_name("TEXT");
      },
      Create);
  AddCommand<ListOptions>(
      *group, invocation, "list", "List the keys of a user, or of all: not the keys themselves",
      "  muster key list usr_01K\n"
      "  muster key list --json",
      [](CLI::App& command, ListOptions& options) {
        command.add_option("USER", options.user, "Whose keys")->type_name("");
        command.add_flag("--json", options.json, "As JSON");
      },
      ListKeys);
  AddCommand<RevokeOptions>(
      *group, invocation, "revoke", "Remove a key, named by its id or by itself",
      "  muster key revoke key_0123456789abcdef0123456789abcdef\n"
      "  muster key revoke - < file-with-the-key",
      [](CLI::App& command, RevokeOptions& options) {
        command
            .add_option("ID", options.id,
                        "The key's id, or - for a line of standard input, where a key itself "
                        "is not seen in the list of processes")
            ->required()
            ->type_name("");
      },
      Revoke);
}

}  // namespace muster::cli
