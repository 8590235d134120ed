// LMDB's transactions behind the Store's interface.
//
// They borrow the Environment, which stays until they are gone (LmdbStore sees
// to it). Used by one thread at a time.
#ifndef MUSTER_STORE_LMDB_TRANSACTION_H_
#define MUSTER_STORE_LMDB_TRANSACTION_H_

#include <memory>

#include "absl/status/statusor.h"
#include "muster/store.h"
#include "store/lmdb/environment.h"
#include "store/lmdb/process_lock.h"

namespace muster::store {

absl::StatusOr<std::unique_ptr<ReadTransaction>> BeginLmdbRead(Environment* environment);
// While it waits for another writer, and until the transaction is gone, `lock` says
// that this process writes.
absl::StatusOr<std::unique_ptr<WriteTransaction>> BeginLmdbWrite(Environment* environment,
                                                                 ProcessLock* lock);

}  // namespace muster::store

#endif  // MUSTER_STORE_LMDB_TRANSACTION_H_
