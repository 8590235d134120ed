// FileIdentity: which file that is, and a store's fingerprint of it.
//
// Any thread.
#ifndef MUSTER_STORE_LMDB_FILE_IDENTITY_H_
#define MUSTER_STORE_LMDB_FILE_IDENTITY_H_

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace muster::store {

struct FileIdentity {
  dev_t device = 0;
  ino_t inode = 0;
  // Inode numbers are used again, at once on ext4; with the time of birth a
  // copy that was put in a store's place is told from the store. 0 where the
  // file system does not know it.
  uint64_t birth_ns = 0;
};

absl::StatusOr<FileIdentity> IdentityOf(int fd);

// Store::Fingerprint(): the file and the machine's boot. After a crash of the
// machine the boot is another one, and with it versions that were lost.
std::string FingerprintOf(const FileIdentity& identity);

}  // namespace muster::store

#endif  // MUSTER_STORE_LMDB_FILE_IDENTITY_H_
