// SandboxLedger: what is known of each sandbox, and the counts of users that follow
// from it, inside a write transaction.
//
// Invariants, whenever no counts are pending, for every user that is counted by
// events (model::UserFields):
//  1. running, paused and other are the numbers of its sandboxes' records with such
//     a status; a record whose user was deleted counts for nobody.
//  2. total is the number of its sandboxes' records, and of those that were dropped.
//  3. A sandbox's record is its event with the highest sequence.
// A user who is not counted by events has no record of a sandbox that counts.
//
// The counts of a user are read with the first event of a run, kept here, and
// written once, by Flush(). One thread.
#ifndef MUSTER_COMMIT_SANDBOX_LEDGER_H_
#define MUSTER_COMMIT_SANDBOX_LEDGER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "model/record.h"
#include "muster/store.h"
#include "store/records.h"

namespace muster::commit {

class SandboxLedger {
 public:
  SandboxLedger(WriteTransaction& txn, store::RecordWriter* writer)
      : txn_(txn), writer_(writer) {}

  // Takes in an event, `record` being what is kept of it if it counts. Both must
  // last until the next Flush(). `fault` is set where the event is at fault, in words
  // that follow its place, and nothing was changed. Errors of the store, and DataLoss
  // where counts and records disagree.
  absl::Status Record(std::string_view sandbox_id, std::string_view record,
                      absl::Status* fault);

  // Writes the counts that are pending. Called before anything else looks at users
  // or changes them, and at the end.
  absl::Status Flush();

  // The next three: with no counts pending.

  // Called before a user is deleted alone: FailedPrecondition where it owns
  // sandboxes.
  absl::Status CheckOwnsNone(std::string_view user_id);

  // Called before users are deleted with their sandboxes: these count for nobody
  // from now on, and have ended at `unix_ms`.
  absl::Status EndAllOf(const std::vector<std::string_view>& user_ids, int64_t unix_ms);

  // Drops the record of a sandbox that ended at that time or before; any other stays.
  absl::Status Drop(std::string_view sandbox_id, int64_t latest_unix_ms);

  // Whether any record is other than before.
  bool changed() const { return changed_; }

 private:
  // A user's counts as the events so far have left them.
  struct Counts {
    std::string_view user_id;
    store::RecordWriter::Found found;  // as it stands in the transaction
    model::UserFields user;
    bool changed = false;
  };

  absl::StatusOr<Counts*> CountsOf(std::string_view user_id);
  absl::StatusOr<model::UserFields> ReadUser(std::string_view user_id);
  absl::Status Count(Counts* counts, const model::SandboxFields* before,
                     const model::SandboxFields& after);

  WriteTransaction& txn_;
  store::RecordWriter* const writer_;
  std::vector<Counts> pending_;                          // in the order in which they were met
  absl::flat_hash_map<std::string_view, size_t> index_;  // by user id, into pending_
  std::string record_;  // kept from call to call for its memory
  bool changed_ = false;
};

}  // namespace muster::commit

#endif  // MUSTER_COMMIT_SANDBOX_LEDGER_H_
