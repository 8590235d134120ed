// NewMemoryStore: a store that lives in memory and ends with the object.
//
// For tests and for catalogs that are thrown away. Behaves as every store does
// (tests/engine/store/store_test.cc); durable means nothing here.
#ifndef MUSTER_STORE_MEMORY_MEMORY_STORE_H_
#define MUSTER_STORE_MEMORY_MEMORY_STORE_H_

#include <memory>

#include "muster/store.h"

namespace muster::store {

// Never null. Transactions must be gone before the store is closed or destroyed.
std::unique_ptr<Store> NewMemoryStore();

}  // namespace muster::store

#endif  // MUSTER_STORE_MEMORY_MEMORY_STORE_H_
