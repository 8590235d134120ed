// The directory of a store: what is in it, and making one.
//
// Free functions; any thread. Errors name the path and say what to do.
#ifndef MUSTER_STORE_LMDB_DIRECTORY_H_
#define MUSTER_STORE_LMDB_DIRECTORY_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace muster::store {

inline constexpr char kDataFileName[] = "data.mdb";

struct DirectoryState {
  bool exists = false;
  bool has_data_file = false;
  bool has_other_files = false;  // files that no store makes
};

// InvalidArgument where `path` is empty or no directory; PermissionDenied,
// Unavailable.
absl::StatusOr<DirectoryState> LookAtDirectory(const std::string& path);

// FailedPrecondition where `path`, or the nearest directory above it that there
// is, lies on a network file system: locks and shared memory do not work there
// as LMDB needs them.
absl::Status CheckFileSystem(const std::string& path);

// Makes a directory and those above it that are missing, with mode 0700.
absl::Status MakeDirectory(const std::string& path);

// Makes the names of new files in a directory outlast a power cut.
absl::Status SyncDirectory(const std::string& path);

}  // namespace muster::store

#endif  // MUSTER_STORE_LMDB_DIRECTORY_H_
