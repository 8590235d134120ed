#include "store/lmdb/file_identity.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cerrno>

#include "model/text.h"
#include "store/lmdb/lmdb_status.h"
#include "store/lmdb/process_lock.h"

namespace muster::store {

absl::StatusOr<FileIdentity> IdentityOf(int fd) {
  struct statx info;
  if (statx(fd, "", AT_EMPTY_PATH, STATX_INO | STATX_BTIME, &info) != 0) {
    return LmdbStatus(errno);
  }
  FileIdentity identity;
  identity.device = makedev(info.stx_dev_major, info.stx_dev_minor);
  identity.inode = info.stx_ino;
  if ((info.stx_mask & STATX_BTIME) != 0) {
    identity.birth_ns =
        static_cast<uint64_t>(info.stx_btime.tv_sec) * 1'000'000'000 + info.stx_btime.tv_nsec;
  }
  return identity;
}

std::string FingerprintOf(const FileIdentity& identity) {
  return model::Concat(std::to_string(identity.device), ":", std::to_string(identity.inode),
                       ":", std::to_string(identity.birth_ns), ":", BootId());
}

}  // namespace muster::store
