#include "store/lmdb/probe.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/lmdb/data_file.h"

namespace muster::store {
namespace {

absl::Status CutShort() {
  return absl::UnavailableError("the store's data file is cut short: restore it");
}

// A commit that has just ended may be about to lengthen the file, or whoever made
// it was killed before: then nothing is missing, and the next commit mends it.
absl::Status ProbeShortFile(Environment* environment, ProcessLock* lock) {
  if (ReachesOnlyPagesInFile(environment->fd())) return absl::OkStatus();
  // Somebody may have committed while the pages were read. As a writer, nobody
  // does; but a writer that stands still is not to be waited for.
  if (lock->SomebodyWrites()) return absl::OkStatus();
  absl::StatusOr<MDB_txn*> transaction = environment->BeginWrite();
  if (!transaction.ok()) return transaction.status();
  const bool whole = ReachesOnlyPagesInFile(environment->fd());
  environment->AbortWrite(*transaction);
  return whole ? absl::OkStatus() : CutShort();
}

}  // namespace

// Looks by path, but never opens. To close the data file again would do no harm,
// but to close LMDB's lock file would drop its locks; so no habit is made of it.
absl::Status ProbeDataFile(const std::string& path, const FileIdentity& identity,
                           Environment* environment, ProcessLock* lock) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) {
    return absl::UnavailableError("the store's data file is gone: restart with one in place");
  }
  if (info.st_dev != identity.device || info.st_ino != identity.inode) {
    return absl::UnavailableError("the store's data file was replaced: restart to use it");
  }
  const uint64_t size = static_cast<uint64_t>(info.st_size);
  if (size < 2 * SystemPageSize()) return CutShort();
  if (size < environment->meta_pages().file_size()) {
    absl::Status status = ProbeShortFile(environment, lock);
    if (!status.ok()) return status;
  }
  if (faccessat(AT_FDCWD, path.c_str(), R_OK | W_OK, AT_EACCESS) != 0) {
    return absl::UnavailableError("the store's data file may not be written: look at its mode");
  }
  return absl::OkStatus();
}

}  // namespace muster::store
