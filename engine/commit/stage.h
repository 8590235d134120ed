// Stage: changes to a store's tables that are not in the store yet.
//
// What batches change is gathered here, so that a batch that fails can be taken back
// alone, that several changes of one record become one, and that the store is written
// in the order of its keys, which is what it does fastest. What the engine reads
// meanwhile it reads through StagedRead and StagedWrite, which lay a stage over what
// is below.
//
// A stage may be read by several threads while nobody changes it. The bytes that it
// gives stay where they are until it is cleared or gone, also when the key changes.
#ifndef MUSTER_COMMIT_STAGE_H_
#define MUSTER_COMMIT_STAGE_H_

#include <array>
#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/status/status.h"
#include "muster/store.h"

namespace muster::commit {

class Stage {
 public:
  struct Value {
    std::string_view bytes;
    bool deleted = false;
  };
  using Rows = absl::btree_map<std::string_view, Value>;

  // One change of a key, and what stood there before it, if anything did.
  struct Change {
    Table table;
    std::string_view key;
    bool had_value;
    Value before;
  };

  Stage() = default;
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  // Null where the key was not changed.
  const Value* Find(Table table, std::string_view key) const;
  // The changed keys of a table, in order.
  const Rows& rows(Table table) const { return rows_[static_cast<size_t>(table)]; }

  void Put(Table table, std::string_view key, std::string_view value);
  void Delete(Table table, std::string_view key);

  // What changed since the last Settle(), in order, a key as often as it changed.
  const std::vector<Change>& changes() const { return changes_; }
  // Takes back all but the first so many of these changes.
  void RollBack(size_t changes);
  // They are not taken back any more.
  void Settle() { changes_.clear(); }

  bool empty() const;
  size_t bytes() const { return bytes_; }  // of memory, roughly

  // Writes everything, in the order of tables and keys. Errors of the transaction.
  absl::Status WriteTo(WriteTransaction& transaction) const;

 private:
  void Set(Table table, std::string_view key, const Value& value);
  std::string_view Keep(std::string_view bytes);

  std::array<Rows, kTableCount> rows_;
  std::vector<Change> changes_;
  // Keys and values, back to back.
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* free_ = nullptr;
  size_t free_bytes_ = 0;
  size_t bytes_ = 0;
};

}  // namespace muster::commit

#endif  // MUSTER_COMMIT_STAGE_H_
