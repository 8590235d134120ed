// Group: batches that are carried out one after the other, to be made visible
// together.
//
// Each is checked against the state that those before it left. One that fails leaves
// no trace, and the rest of the group goes on. Used by one thread; borrows all that
// it is given.
#ifndef MUSTER_COMMIT_GROUP_H_
#define MUSTER_COMMIT_GROUP_H_

#include <array>
#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "commit/batch_rep.h"
#include "commit/changed_identities.h"
#include "commit/host_times.h"
#include "commit/stage.h"
#include "commit/staged_transaction.h"
#include "muster/store.h"
#include "store/change_log.h"
#include "store/meta.h"
#include "view/view.h"

namespace muster::commit {

class Group {
 public:
  // `meta` is that of the state that `stage` over `below` gives; it, the stage and the
  // log are brought up to date. The stage's earlier changes are settled.
  Group(Stage* stage, ReadTransaction& below, store::Meta* meta, store::PendingLog* log,
        const HostClock& clock);
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;

  // Errors of BatchApplier::Apply(). Where the batch changed something it is a new
  // version, meta().version.
  absl::Status Apply(const WriteBatch::Rep& batch, ApplyReport* report);

  // Whether there is a new version, and whether there is anything to commit.
  bool changed() const { return meta_->version != first_.version; }
  bool touched() const { return !stage_->changes().empty(); }

  // The view of the state that is reached, `base` being that of the state before;
  // gives the lists their versions. Once, at the end. DataLoss.
  absl::StatusOr<std::unique_ptr<view::View>> MakeView(const view::View& base);

  // Takes everything back.
  void RollBack();

  const ChangedIdentities& changed_identities() const { return identities_; }

 private:
  // What a failed batch is taken back to.
  struct State {
    uint64_t version;
    std::array<store::ListState, kListCount> lists;
    store::PendingLog::Mark log;
    size_t changes;
  };
  State Current() const;
  void RollBackTo(const State& state);
  // Gives the lists that the batch changed its version, until MakeView() knows better.
  void NoteLists(size_t first_change);

  Stage* const stage_;
  StagedWrite txn_;
  store::Meta* const meta_;
  store::PendingLog* const log_;
  const HostClock& clock_;
  ChangedIdentities identities_;
  const State first_;
};

}  // namespace muster::commit

#endif  // MUSTER_COMMIT_GROUP_H_
