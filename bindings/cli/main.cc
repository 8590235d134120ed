// The command muster: reads its arguments, does one thing, and says in one line
// what went wrong. Exit codes: 0, 1 (failed), 2 (the arguments are wrong).
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "command.h"
#include "muster/version.h"
#include "output.h"

namespace muster::cli {
namespace {

constexpr int kFailed = 1;
constexpr int kUsage = 2;

int Fail(std::string_view message, int code) {
  std::cerr << "muster: " << Printable(message) << std::endl;
  return code;
}

int Fail(const absl::Status& status) {
  return Fail({status.message().data(), status.message().size()}, kFailed);
}

// What was asked for, as far as it was understood: "muster key create".
std::string CommandPath(const CLI::App& app) {
  std::string path = "muster";
  const CLI::App* command = &app;
  while (!command->get_subcommands().empty()) {
    command = command->get_subcommands().front();
    path += " " + command->get_name();
  }
  return path;
}

void Declare(CLI::App& app, Invocation& invocation) {
  app.name("muster");
  app.description("Muster keeps a catalog of shapes, rootfs images and hosts, and serves it.");
  app.set_version_flag("--version", std::string("muster ") + Version());
  app.require_subcommand(1);
  AddOuterDb(app);
  app.footer(
      "Examples:\n"
      "  muster import data/catalog.json      fill the store in var/db\n"
      "  muster key create usr_01K            make an API key\n"
      "  muster serve                         answer on http://127.0.0.1:8080\n"
      "  muster show hosts --db var/db        see what is there\n"
      "  muster disable rootfs node:18        hide an entry from clients\n"
      "  muster backup /backup/monday         copy the store while it is used\n"
      "'muster COMMAND --help' has more on each. MUSTER_DB stands in for --db.\n"
      "Exit codes: 0 done, 1 failed, 2 wrong arguments.");
  AddServe(app, invocation);
  AddTransfer(app, invocation);
  AddShow(app, invocation);
  AddKeys(app, invocation);
  AddEdit(app, invocation);
  AddMaintain(app, invocation);
  AddCheck(app, invocation);
  AddRecount(app, invocation);
}

// Where one of the three was closed, the next file that is opened would get its
// number, and what is printed would go into the store. These refuse to be used.
void TakeStandardDescriptors() {
  for (int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(fd, F_GETFD) != -1 || errno != EBADF) continue;
    // The lowest number that is free is given, which is this one.
    static_cast<void>(open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY));
  }
}

// CLI11 says only that a subcommand is missing, also where an unknown one stands.
std::string WhatIsWrong(const CLI::App& app, const CLI::ParseError& error) {
  const std::vector<std::string> rest = app.remaining(true);
  if (dynamic_cast<const CLI::RequiredError*>(&error) == nullptr || rest.empty()) {
    return error.what();
  }
  return "unknown subcommand or argument: " + rest.front();
}

int Run(int argc, char** argv) {
  CLI::App app;
  Invocation invocation;
  Declare(app, invocation);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) {
      return Fail(WhatIsWrong(app, error) + "; see '" + CommandPath(app) + " --help'", kUsage);
    }
    app.exit(error);  // prints the help or the version
    invocation.run = [] { return absl::OkStatus(); };
  }
  if (absl::Status done = invocation.run(); !done.ok()) return Fail(done);
  if (absl::Status written = FlushStdout(); !written.ok()) return Fail(written);
  return 0;
}

}  // namespace
}  // namespace muster::cli

int main(int argc, char** argv) {
  muster::cli::TakeStandardDescriptors();
  // A reader that went away is an error to be told, not a death without a word.
  std::signal(SIGPIPE, SIG_IGN);
  std::ios::sync_with_stdio(false);
  try {
    return muster::cli::Run(argc, argv);
  } catch (const std::exception& error) {
    return muster::cli::Fail(error.what(), muster::cli::kFailed);
  }
}
