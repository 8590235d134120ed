// BatchApplier: carries one batch out inside a write transaction.
//
// Each change is checked against the state that the changes before it left,
// written with its checksum, and noted for the change log. After an error what was
// changed has to be taken back by whoever gave the transaction. One thread.
#ifndef MUSTER_COMMIT_BATCH_APPLIER_H_
#define MUSTER_COMMIT_BATCH_APPLIER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "commit/batch_rep.h"
#include "commit/changed_identities.h"
#include "commit/host_times.h"
#include "commit/key_ring.h"
#include "commit/sandbox_ledger.h"
#include "muster/store.h"
#include "store/change_log.h"
#include "store/meta.h"
#include "store/records.h"

namespace muster::commit {

class BatchApplier {
 public:
  // `meta` is that of the transaction's state, and the batch is the next version;
  // counts and digests are kept up to date, the versions are not touched. All
  // are borrowed. What is written need not be a change: see HostTimes.
  BatchApplier(WriteTransaction& txn, store::Meta* meta, store::PendingLog* log,
               ChangedIdentities* identities, const HostClock* clock);
  BatchApplier(const BatchApplier&) = delete;
  BatchApplier& operator=(const BatchApplier&) = delete;

  // Called once. Appends to `report` what was skipped. Errors: NotFound and
  // FailedPrecondition as WriteBatch's calls say, Aborted where a version is required
  // that is not there, and those of the store.
  absl::Status Apply(const WriteBatch::Rep& batch, ApplyReport* report);

  // Whether any record is other than before.
  bool changed() const { return changed_ || keys_.changed() || ledger_.changed(); }

 private:
  // Before anything is changed.
  absl::Status CheckRequirements(const WriteBatch::Rep& batch);
  absl::Status CheckRequirement(const Change& change);
  absl::Status ApplyChanges(const WriteBatch::Rep& batch);
  absl::Status ApplyChange(const WriteBatch::Rep& batch, const Change& change);
  absl::Status Put(List list, std::string_view key, std::string_view record);
  absl::Status Delete(List list, std::string_view key);

  absl::Status PutRootfs(std::string_view name, std::string_view record);
  absl::Status PutHost(std::string_view id, std::string_view record);
  absl::Status Heartbeat(const Change& change);
  absl::Status MarkSilent(const Change& change);
  absl::Status PutUser(std::string_view id, std::string_view record);
  absl::Status SetDisabled(List list, std::string_view id, bool disabled);
  absl::Status SetHostStatus(std::string_view id, HostStatus status);
  absl::Status SetDefault(std::string_view name);
  absl::Status TakeDefaultMarkFromOthers(std::string_view name);
  absl::Status SetStats(std::string_view user_id, std::string_view record);
  absl::Status PutStats(std::string_view user_id, std::optional<std::string_view> existing,
                        std::string_view record, std::string_view place);
  absl::Status DeleteUsers(const std::vector<std::string_view>& user_ids,
                           int64_t with_sandboxes_unix_ms);
  absl::Status RecordSandbox(const WriteBatch::Rep& batch, const Change& change);
  absl::Status SetCountsRight(RecountReport* report);
  absl::Status ApplyKeyChange(const WriteBatch::Rep& batch, const Change& change);

  absl::Status RemoveWhatIsNotPut(const WriteBatch::Rep& batch, List list);
  // Frees the keys that users give up in this batch, so that other users of the
  // batch can have them, whatever the order.
  absl::Status ReleaseKeys(const WriteBatch::Rep& batch);

  // A copy of the record; NotFound "unknown host: …" where there is none.
  absl::StatusOr<std::string> Existing(List list, std::string_view id);

  WriteTransaction& txn_;
  const store::Meta& meta_;
  store::RecordWriter writer_;
  KeyRing keys_;
  SandboxLedger ledger_;
  HostTimes host_times_;
  ApplyReport* report_ = nullptr;  // where what is skipped is told
  size_t users_put_ = 0;           // for the places in errors
  size_t keys_added_ = 0;
  size_t events_ = 0;
  size_t heartbeats_ = 0;
  bool changed_ = false;
};

}  // namespace muster::commit

#endif  // MUSTER_COMMIT_BATCH_APPLIER_H_
