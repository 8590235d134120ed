// ProbeDataFile: whether an open store's data file is still there, whole, and may
// be written.
//
// Before LMDB's map is touched: where the file was cut short, that is a SIGBUS.
// Any thread.
#ifndef MUSTER_STORE_LMDB_PROBE_H_
#define MUSTER_STORE_LMDB_PROBE_H_

#include <string>

#include "absl/status/status.h"
#include "store/lmdb/environment.h"
#include "store/lmdb/file_identity.h"
#include "store/lmdb/process_lock.h"

namespace muster::store {

// `path` is absolute, `identity` that of the file that `environment` has open.
// Unavailable with one sentence without paths. Waits for nobody whose `lock` says
// that he writes; what cannot be told while he does passes.
absl::Status ProbeDataFile(const std::string& path, const FileIdentity& identity,
                           Environment* environment, ProcessLock* lock);

}  // namespace muster::store

#endif  // MUSTER_STORE_LMDB_PROBE_H_
