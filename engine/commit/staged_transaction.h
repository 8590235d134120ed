// StagedRead and StagedWrite: a stage laid over a transaction, as a transaction.
//
// Borrow the stage and what is below, and are used by one thread.
#ifndef MUSTER_COMMIT_STAGED_TRANSACTION_H_
#define MUSTER_COMMIT_STAGED_TRANSACTION_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "commit/stage.h"
#include "muster/store.h"

namespace muster::commit {

// Reads a key or a table as it stands with the stage's changes made.
absl::StatusOr<std::optional<std::string_view>> GetStaged(const Stage& stage,
                                                          ReadTransaction& below, Table table,
                                                          std::string_view key);
absl::Status ScanStaged(
    const Stage& stage, ReadTransaction& below, Table table, std::string_view first,
    const std::function<bool(std::string_view key, std::string_view value)>& visit);

class StagedRead : public ReadTransaction {
 public:
  // `commit_id` is what the stage's changes count as.
  StagedRead(const Stage& stage, ReadTransaction& below, uint64_t commit_id)
      : stage_(stage), below_(below), commit_id_(commit_id) {}

  absl::StatusOr<std::optional<std::string_view>> Get(Table table,
                                                      std::string_view key) override {
    return GetStaged(stage_, below_, table, key);
  }
  absl::Status Scan(
      Table table, std::string_view first,
      const std::function<bool(std::string_view, std::string_view)>& visit) override {
    return ScanStaged(stage_, below_, table, first, visit);
  }
  uint64_t commit_id() const override { return commit_id_; }

 private:
  const Stage& stage_;
  ReadTransaction& below_;
  const uint64_t commit_id_;
};

// Changes go into the stage; to write and commit it is its owner's business.
class StagedWrite : public WriteTransaction {
 public:
  StagedWrite(Stage* stage, ReadTransaction& below) : stage_(*stage), below_(below) {}

  absl::StatusOr<std::optional<std::string_view>> Get(Table table,
                                                      std::string_view key) override {
    return GetStaged(stage_, below_, table, key);
  }
  absl::Status Scan(
      Table table, std::string_view first,
      const std::function<bool(std::string_view, std::string_view)>& visit) override {
    return ScanStaged(stage_, below_, table, first, visit);
  }
  uint64_t commit_id() const override { return below_.commit_id(); }

  absl::Status Put(Table table, std::string_view key, std::string_view value) override;
  absl::Status Delete(Table table, std::string_view key) override;
  absl::Status Commit() override;  // FailedPrecondition

 private:
  Stage& stage_;
  ReadTransaction& below_;
};

}  // namespace muster::commit

#endif  // MUSTER_COMMIT_STAGED_TRANSACTION_H_
