// What the subcommands share: how they are declared, and how they open a store.
//
// An Add…() function declares a group of subcommands and leaves, when one of
// them was given, what is to be done in the Invocation. Nothing is done while
// the command line is being read, so that a fault in it changes nothing.
#ifndef MUSTER_CLI_COMMAND_H_
#define MUSTER_CLI_COMMAND_H_

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "muster/catalog.h"

namespace muster::cli {

struct Invocation {
  std::function<absl::Status()> run;
};

void AddServe(CLI::App& app, Invocation& invocation);     // serve
void AddTransfer(CLI::App& app, Invocation& invocation);  // import, export
void AddKeys(CLI::App& app, Invocation& invocation);      // key …
void AddShow(CLI::App& app, Invocation& invocation);      // show …
void AddRecount(CLI::App& app, Invocation& invocation);   // recount
void AddEdit(CLI::App& app, Invocation& invocation);      // rm, enable, drain, …
void AddMaintain(CLI::App& app, Invocation& invocation);  // backup, compact, status
void AddCheck(CLI::App& app, Invocation& invocation);     // check

// What every subcommand takes.
struct CommonOptions {
  std::string db = "var/db";
};

// --db before a subcommand's own name, as in `muster show --db DIR hosts`.
inline void AddOuterDb(CLI::App& outer) {
  outer.add_option("--db", "The store's directory, for every subcommand")->type_name("DIR");
}

// What was given there, if anything.
inline void TakeOuterDb(const CLI::App* outer, std::string* db) {
  for (; outer != nullptr; outer = outer->get_parent()) {
    const CLI::Option* option = outer->get_option_no_throw("--db");
    if (option == nullptr || option->count() == 0) continue;
    *db = option->as<std::string>();
    return;
  }
}

// A subcommand with --db. `Options` derives from CommonOptions; `declare` adds
// to the command what else there is, `run` does the work.
template <typename Options>
CLI::App* AddCommand(CLI::App& parent, Invocation& invocation, const std::string& name,
                     const std::string& summary, const std::string& examples,
                     const std::function<void(CLI::App&, Options&)>& declare,
                     absl::Status (*run)(const Options&)) {
  CLI::App* command = parent.add_subcommand(name, summary);
  command->footer("Examples:\n" + examples);
  auto options = std::make_shared<Options>();
  if (declare) declare(*command, *options);
  command->add_option("--db", options->db, "The store's directory")
      ->envname("MUSTER_DB")
      ->type_name("DIR")
      ->capture_default_str();
  command->callback([options, run, &invocation, &parent] {
    TakeOuterDb(&parent, &options->db);
    invocation.run = [options, run] { return run(*options); };
  });
  return command;
}

// Opens a store that is there; NotFound otherwise.
inline absl::StatusOr<std::unique_ptr<Catalog>> OpenExisting(const std::string& db) {
  Options options;
  options.create_if_missing = false;
  return Catalog::Open(db, options);
}

// The status with what to do about it.
inline absl::Status WithHint(const absl::Status& status, const std::string& hint) {
  return absl::Status(status.code(), std::string(status.message()) + "; " + hint);
}

}  // namespace muster::cli

#endif  // MUSTER_CLI_COMMAND_H_
