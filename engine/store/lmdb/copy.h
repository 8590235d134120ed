// CopyStore: the newest commit as a file of its own, without free pages.
//
// Any thread.
#ifndef MUSTER_STORE_LMDB_COPY_H_
#define MUSTER_STORE_LMDB_COPY_H_

#include "absl/status/status.h"
#include "store/lmdb/environment.h"

namespace muster::store {

// Store::Backup().
absl::Status CopyStore(Environment* environment, int fd);

}  // namespace muster::store

#endif  // MUSTER_STORE_LMDB_COPY_H_
