#include "maintenance/backup.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <memory>

#include "model/rules.h"
#include "model/text.h"
#include "muster/maintenance.h"
#include "store/lmdb/directory.h"
#include "store/lmdb/lmdb_status.h"
#include "store/lmdb/lmdb_store.h"
#include "store/lmdb/unique_fd.h"

namespace muster {
namespace maintenance {
namespace {

using model::Concat;

// What the copy is called until all of it is on the disk.
constexpr char kPartialName[] = "data.mdb.partial";

absl::Status Named(const std::string& place, const absl::Status& status) {
  if (status.ok()) return status;
  return absl::Status(status.code(),
                      Concat(model::Printable(place), ": ", model::Message(status)));
}

absl::Status SystemError(const std::string& place) {
  return Named(place, store::LmdbStatus(errno));
}

}  // namespace

absl::Status CheckBackupDirectory(const std::string& directory) {
  absl::StatusOr<store::DirectoryState> state = store::LookAtDirectory(directory);
  if (!state.ok()) return state.status();
  if (!state->has_data_file && !state->has_other_files) return absl::OkStatus();
  return store::PlaceError(absl::StatusCode::kFailedPrecondition, directory,
                           "holds something: name an empty or a new directory for the copy");
}

absl::Status CopyToFile(Store& store, const std::string& path) {
  const store::UniqueFd fd(
      open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd.valid()) return SystemError(path);
  if (absl::Status status = store.Backup(fd.get()); !status.ok()) return Named(path, status);
  return fsync(fd.get()) == 0 ? absl::OkStatus() : SystemError(path);
}

absl::Status BackupTo(Store& store, const std::string& directory) {
  absl::Status status = CheckBackupDirectory(directory);
  if (status.ok()) status = store::MakeDirectory(directory);
  if (!status.ok()) return status;
  const std::string partial = Concat(directory, "/", kPartialName);
  const std::string whole = Concat(directory, "/", store::kDataFileName);
  status = CopyToFile(store, partial);
  if (status.ok() && std::rename(partial.c_str(), whole.c_str()) != 0) {
    status = SystemError(whole);
  }
  if (status.ok()) return store::SyncDirectory(directory);
  unlink(partial.c_str());
  return status;
}

absl::Status BackupTo(Store& store, int fd) {
  absl::Status status = store.Backup(fd);
  if (!status.ok()) return status;
  // A pipe or a terminal has nothing to sync.
  if (fsync(fd) == 0 || errno == EINVAL || errno == EROFS) return absl::OkStatus();
  return store::LmdbStatus(errno);
}

Options OfExisting(Options options) {
  options.create_if_missing = false;
  return options;
}

}  // namespace maintenance

absl::Status BackupStore(const std::string& path, const std::string& directory,
                         const Options& options) {
  absl::Status status = maintenance::CheckBackupDirectory(directory);
  if (!status.ok()) return status;
  auto store = store::OpenLmdb(path, maintenance::OfExisting(options));
  return store.ok() ? maintenance::BackupTo(**store, directory) : store.status();
}

absl::Status BackupStore(const std::string& path, int fd, const Options& options) {
  auto store = store::OpenLmdb(path, maintenance::OfExisting(options));
  return store.ok() ? maintenance::BackupTo(**store, fd) : store.status();
}

}  // namespace muster
