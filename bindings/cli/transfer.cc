// muster import, muster export: the catalog document in and out.
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <utility>

#include "command.h"
#include "muster/document.h"
#include "output.h"

namespace muster::cli {
namespace {

struct ImportCommandOptions : CommonOptions {
  std::string file;
  bool replace = false;
  bool with_sandboxes = false;
};

// A line on the terminal that counts; nothing where there is no terminal.
class Progress {
 public:
  void Show(int64_t entries) {
    if (!is_terminal_) return;
    std::cerr << "\rread " << entries << " entries" << std::flush;
    is_shown_ = true;
  }
  ~Progress() {
    if (is_shown_) std::cerr << "\r\x1b[K" << std::flush;
  }

 private:
  const bool is_terminal_ = isatty(STDERR_FILENO) != 0;
  bool is_shown_ = false;
};

absl::Status CannotRead(const std::string& file, const char* why) {
  return absl::UnavailableError(
      "cannot read " + file + ": " + why +
      "; give the path of a catalog document, or - for standard input");
}

absl::Status Read(const ImportCommandOptions& options, WriteBatch* batch) {
  Progress progress;
  ImportOptions import_options;
  import_options.replace = options.replace;
  if (options.with_sandboxes) import_options.sandboxes = OwnedSandboxes::kDelete;
  import_options.progress = [&progress](int64_t entries) { progress.Show(entries); };
  if (options.file == "-") return ReadDocument(std::cin, import_options, batch);

  std::error_code ignored;
  if (std::filesystem::is_directory(options.file, ignored)) {
    return CannotRead(options.file, "it is a directory");
  }
  errno = 0;
  std::ifstream file(options.file, std::ios::binary);
  if (!file) return CannotRead(options.file, std::strerror(errno));
  return ReadDocument(file, import_options, batch);
}

// The document is read before a store is made, so that a fault in it leaves
// nothing behind; but a store that cannot be used is found before a long read.
absl::Status Import(const ImportCommandOptions& options) {
  auto catalog = OpenExisting(options.db);
  if (!catalog.ok() && !absl::IsNotFound(catalog.status())) return catalog.status();
  WriteBatch batch;
  if (absl::Status read = Read(options, &batch); !read.ok()) return read;
  if (!catalog.ok()) catalog = Catalog::Open(options.db);
  if (!catalog.ok()) return catalog.status();
  return (*catalog)->Apply(batch);
}

absl::Status Export(const CommonOptions& options) {
  auto catalog = OpenExisting(options.db);
  if (!catalog.ok()) return catalog.status();
  return ExportDocument(**catalog, std::cout);
}

void DeclareImport(CLI::App& command, ImportCommandOptions& options) {
  command.add_option("FILE", options.file, "A catalog document, or - for standard input")
      ->required()
      ->type_name("");
  command.add_flag("--replace", options.replace,
                   "Make each list that the document has equal to it, not only add to it");
  command.add_flag("--with-sandboxes", options.with_sandboxes,
                   "With --replace: remove users also where they own sandboxes");
}

}  // namespace

void AddTransfer(CLI::App& app, Invocation& invocation) {
  AddCommand<ImportCommandOptions>(
      app, invocation, "import",
      "Read a catalog document into a store, which is made if missing: all of it or nothing",
      "  muster import data/catalog.json\n"
      "  muster export --db var/db | muster import --replace --db var/copy -",
      DeclareImport, Import);
  AddCommand<CommonOptions>(app, invocation, "export",
                            "Write a store as a catalog document, without API keys",
                            "  muster export > catalog.json", nullptr, Export);
}

}  // namespace muster::cli
