#include "commit/group_writer.h"

namespace muster::commit {

absl::Status Recovered(Store& store, const absl::Status& failure) {
  absl::Status status = store.Recover();
  return status.ok() ? failure : status;
}

}  // namespace muster::commit
