// Recounting: the counts of users who are counted by sandbox events, held against
// the records of their sandboxes (the invariants of sandbox_ledger.h).
#ifndef MUSTER_COMMIT_RECOUNT_H_
#define MUSTER_COMMIT_RECOUNT_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "muster/model.h"
#include "muster/store.h"
#include "store/meta.h"
#include "store/records.h"

namespace muster::commit {

// Reads every user and every sandbox. `meta` is that of the transaction's state.
// A sandbox whose user is not there, or not counted by events, makes a miscount too.
// DataLoss where a record is damaged or missing, other errors of the store.
absl::StatusOr<RecountReport> Recount(ReadTransaction& txn, const store::Meta& meta);

// Sets right what the report of the same transaction names.
absl::Status Repair(WriteTransaction& txn, store::RecordWriter* writer, RecountReport* report);

}  // namespace muster::commit

#endif  // MUSTER_COMMIT_RECOUNT_H_
