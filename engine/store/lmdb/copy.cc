#include "store/lmdb/copy.h"

#include <lmdb.h>

#include "store/lmdb/lmdb_status.h"

namespace muster::store {
namespace {

// Another process may make the store grow beyond this one's map between our read
// transaction and the one that LMDB begins for the copy.
constexpr int kMaxAttempts = 10;

}  // namespace

absl::Status CopyStore(Environment* environment, int fd) {
  absl::Status status;
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    bool resized = false;
    status = environment->WithRead([&](MDB_env* env, MDB_txn*) {
      const int error = mdb_env_copyfd2(env, fd, MDB_CP_COMPACT);
      resized = error == MDB_MAP_RESIZED;  // nothing was written
      return error;
    });
    if (!resized) return status;
  }
  return status;
}

}  // namespace muster::store
