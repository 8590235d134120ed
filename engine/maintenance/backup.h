// Copies of an open store, and what stands in it: for maintenance.h and Catalog.
//
// Any thread; the store is borrowed.
#ifndef MUSTER_MAINTENANCE_BACKUP_H_
#define MUSTER_MAINTENANCE_BACKUP_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "muster/catalog.h"
#include "muster/store.h"

namespace muster::maintenance {

// BackupStore() of a store that is open. CheckBackupDirectory() is the part that
// needs no store, to be called before one is opened.
absl::Status CheckBackupDirectory(const std::string& directory);
absl::Status BackupTo(Store& store, const std::string& directory);
absl::Status BackupTo(Store& store, int fd);

// Writes a copy under a name that there may be already, and syncs it.
absl::Status CopyToFile(Store& store, const std::string& path);

absl::StatusOr<StoreStatus> StatusOf(Store& store);

// Opens a store that must be there.
Options OfExisting(Options options);

}  // namespace muster::maintenance

#endif  // MUSTER_MAINTENANCE_BACKUP_H_
