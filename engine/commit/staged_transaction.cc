#include "commit/staged_transaction.h"

namespace muster::commit {

absl::StatusOr<std::optional<std::string_view>> GetStaged(const Stage& stage,
                                                          ReadTransaction& below, Table table,
                                                          std::string_view key) {
  const Stage::Value* const value = stage.Find(table, key);
  if (value == nullptr) return below.Get(table, key);
  if (value->deleted) return std::optional<std::string_view>();
  return std::optional<std::string_view>(value->bytes);
}

absl::Status ScanStaged(
    const Stage& stage, ReadTransaction& below, Table table, std::string_view first,
    const std::function<bool(std::string_view key, std::string_view value)>& visit) {
  Stage::Cursor next(stage, table, first);
  bool wanted = true;
  // Visits the stage's rows below `key`; null: all that are left.
  const auto visit_staged_until = [&](const std::string_view* key) {
    for (; wanted && !next.at_end(); next.Next()) {
      const auto [staged_key, value] = next.row();
      if (key != nullptr && staged_key >= *key) return;
      if (!value.deleted) wanted = visit(staged_key, value.bytes);
    }
  };
  absl::Status status =
      below.Scan(table, first, [&](std::string_view key, std::string_view value) {
        visit_staged_until(&key);
        const bool changed = !next.at_end() && next.row().first == key;
        if (wanted && !changed) wanted = visit(key, value);
        return wanted;
      });
  if (status.ok()) visit_staged_until(nullptr);
  return status;
}

absl::Status StagedWrite::Put(Table table, std::string_view key, std::string_view value) {
  if (key.empty() || key.size() > kMaxKeyBytes) {
    return absl::InvalidArgumentError("a key of the store has 1 to 511 bytes");
  }
  stage_.Put(table, key, value);
  return absl::OkStatus();
}

absl::Status StagedWrite::Delete(Table table, std::string_view key) {
  if (key.empty() || key.size() > kMaxKeyBytes) return absl::OkStatus();
  stage_.Delete(table, key);
  return absl::OkStatus();
}

absl::Status StagedWrite::Commit() {
  return absl::FailedPreconditionError("a staged transaction is committed with its stage");
}

}  // namespace muster::commit
