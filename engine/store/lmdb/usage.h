// UsageOf: how much room a store takes.
//
// Any thread.
#ifndef MUSTER_STORE_LMDB_USAGE_H_
#define MUSTER_STORE_LMDB_USAGE_H_

#include "absl/status/statusor.h"
#include "muster/store.h"
#include "store/lmdb/environment.h"

namespace muster::store {

// Store::Usage(), but for what only the process lock knows.
absl::StatusOr<StoreUsage> UsageOf(Environment* environment);

}  // namespace muster::store

#endif  // MUSTER_STORE_LMDB_USAGE_H_
