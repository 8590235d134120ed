#include "commit/group.h"

#include <optional>

#include "commit/batch_applier.h"
#include "commit/load_view.h"
#include "store/seal.h"
#include "view/view_edit.h"

namespace muster::commit {
namespace {

// The public list whose records stand in a table.
std::optional<List> PublicListOf(Table table) {
  switch (table) {
    case Table::kShapes:
      return List::kShapes;
    case Table::kRootfs:
      return List::kRootfs;
    case Table::kHosts:
      return List::kHosts;
    default:
      return std::nullopt;
  }
}

}  // namespace

Group::Group(Stage* stage, ReadTransaction& below, store::Meta* meta, store::PendingLog* log,
             const HostClock& clock)
    : stage_((stage->Settle(), stage)),
      txn_(stage, below),
      meta_(meta),
      log_(log),
      clock_(clock),
      first_(Current()) {}

Group::State Group::Current() const {
  return {meta_->version, meta_->lists, log_->mark(), stage_->changes().size()};
}

void Group::RollBackTo(const State& state) {
  stage_->RollBack(state.changes);
  log_->RollBack(state.log);
  meta_->lists = state.lists;
  meta_->version = state.version;
}

void Group::RollBack() { RollBackTo(first_); }

absl::Status Group::Apply(const WriteBatch::Rep& batch, ApplyReport* report) {
  if (!batch.status().ok()) return batch.status();
  const State before = Current();
  BatchApplier applier(txn_, meta_, log_, &identities_, &clock_);
  absl::Status status = applier.Apply(batch, report);
  if (!status.ok()) {
    RollBackTo(before);
    return status;
  }
  if (applier.changed()) {
    ++meta_->version;
    NoteLists(before.changes);
  }
  report->version = meta_->version;
  return status;
}

void Group::NoteLists(size_t first_change) {
  const auto& changes = stage_->changes();
  for (size_t i = first_change; i < changes.size(); ++i) {
    const std::optional<List> list = PublicListOf(changes[i].table);
    if (!list) continue;
    meta_->list(*list).version = meta_->version;
    // What clients see of a host depends on which rootfses are disabled.
    if (*list == List::kRootfs) meta_->list(List::kHosts).version = meta_->version;
  }
}

absl::StatusOr<std::unique_ptr<view::View>> Group::MakeView(const view::View& base) {
  view::ViewEdit edit(base);
  for (const Stage::Change& change : stage_->changes()) {
    const std::optional<List> list = PublicListOf(change.table);
    if (!list) continue;
    const Stage::Value& value = *stage_->Find(change.table, change.key);
    if (value.deleted) {
      edit.Delete(*list, change.key);
      continue;
    }
    const auto record = value.bytes.substr(0, value.bytes.size() - store::kChecksumBytes);
    if (absl::Status status = edit.Put(*list, change.key, record); !status.ok()) return status;
  }
  absl::StatusOr<std::unique_ptr<view::View>> next = edit.Finish();
  if (!next.ok()) return next;
  for (List list : {List::kShapes, List::kRootfs, List::kHosts}) {
    if (edit.changed(list)) continue;
    meta_->list(list).version = first_.lists[static_cast<size_t>(list)].version;
  }
  SetVersions(*meta_, next->get());
  return next;
}

}  // namespace muster::commit
