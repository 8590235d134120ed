// GetStoreStatus, and the same of a store that is open.
#include <memory>

#include "maintenance/backup.h"
#include "muster/maintenance.h"
#include "store/lmdb/lmdb_store.h"
#include "store/meta.h"

namespace muster {
namespace maintenance {

absl::StatusOr<StoreStatus> StatusOf(Store& store) {
  StoreStatus status;
  absl::StatusOr<StoreUsage> usage = store.Usage();
  if (!usage.ok()) return usage.status();
  status.usage = *usage;
  auto txn = store.BeginRead();
  if (!txn.ok()) return txn.status();
  absl::StatusOr<store::Meta> meta = store::RequireMeta(**txn);
  if (!meta.ok()) return meta.status();
  status.format = meta->format;
  status.version = meta->version;
  for (int i = 0; i < kListCount; ++i) {
    status.lists[i] = {meta->lists[i].count, meta->lists[i].version};
  }
  status.log_entries = meta->log.count;
  status.log_floor = meta->log.floor;
  return status;
}

}  // namespace maintenance

absl::StatusOr<StoreStatus> GetStoreStatus(const std::string& path, const Options& options) {
  auto store = store::OpenLmdb(path, maintenance::OfExisting(options));
  return store.ok() ? maintenance::StatusOf(**store) : store.status();
}

}  // namespace muster
