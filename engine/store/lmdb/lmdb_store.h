// OpenLmdb: the store in a directory.
//
// The directory holds data.mdb (all tables, one named LMDB database each),
// lock.mdb (LMDB's readers and its writer's lock) and muster.lock
// (process_lock.h). Any number of processes of one machine and one PID namespace
// may have it open, each once.
//
// A store that is open must not be used after a fork(): every call that can fail
// says so then. The child opens the store for itself.
#ifndef MUSTER_STORE_LMDB_LMDB_STORE_H_
#define MUSTER_STORE_LMDB_LMDB_STORE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "muster/catalog.h"
#include "muster/store.h"

namespace muster::store {

// Opens the store in directory `path`, or creates it. What a creation that was
// killed left behind opens as a new store. Errors as Catalog::Open() lists them,
// each one line that names the path and says what to do. A directory that is
// refused is left as it was. Any thread.
absl::StatusOr<std::unique_ptr<Store>> OpenLmdb(const std::string& path,
                                                const Options& options);

// The same for whoever must be alone with it: until the store is closed, no other
// process can open it; each one waits. FailedPrecondition where one has it open.
absl::StatusOr<std::unique_ptr<Store>> OpenLmdbAlone(const std::string& path,
                                                     const Options& options);

}  // namespace muster::store

#endif  // MUSTER_STORE_LMDB_LMDB_STORE_H_
