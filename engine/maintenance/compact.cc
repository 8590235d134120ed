#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <string>

#include "maintenance/backup.h"
#include "model/text.h"
#include "muster/maintenance.h"
#include "store/lmdb/directory.h"
#include "store/lmdb/lmdb_status.h"
#include "store/lmdb/lmdb_store.h"

namespace muster {
namespace {

using model::Concat;

// What is left under this name by one that was killed is overwritten by the next.
constexpr char kCompactName[] = "data.mdb.compact";

// The new file gets the old one's owner and mode, for whoever runs the server.
bool TakeOwnerAndMode(const struct stat& from, const std::string& path) {
  struct stat now;
  if (stat(path.c_str(), &now) != 0) return false;
  const bool same_owner = now.st_uid == from.st_uid && now.st_gid == from.st_gid;
  return (same_owner || chown(path.c_str(), from.st_uid, from.st_gid) == 0) &&
         chmod(path.c_str(), from.st_mode & 07777) == 0;
}

}  // namespace

absl::StatusOr<CompactReport> CompactStore(const std::string& path, const Options& options) {
  auto store = store::OpenLmdbAlone(path, maintenance::OfExisting(options));
  if (!store.ok()) return store.status();
  const std::string old_file = Concat(path, "/", store::kDataFileName);
  const std::string new_file = Concat(path, "/", kCompactName);
  struct stat before {
  }, after{};
  if (stat(old_file.c_str(), &before) != 0) return store::OpenStatus(old_file, errno);

  absl::Status status = maintenance::CopyToFile(**store, new_file);
  if (status.ok() &&
      (!TakeOwnerAndMode(before, new_file) || stat(new_file.c_str(), &after) != 0 ||
       std::rename(new_file.c_str(), old_file.c_str()) != 0)) {
    status = store::OpenStatus(new_file, errno);
  }
  if (!status.ok()) {
    unlink(new_file.c_str());
    return status;
  }
  // The store, which is closed only now, keeps others out until the name is on disk.
  status = store::SyncDirectory(path);
  if (!status.ok()) return status;
  return CompactReport{static_cast<uint64_t>(before.st_size),
                       static_cast<uint64_t>(after.st_size)};
}

}  // namespace muster
