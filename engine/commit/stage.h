// Stage: changes to a store's tables that are not in the store yet.
//
// What batches change is gathered here, so that a batch that fails can be taken back
// alone, that several changes of one record become one, and that the store is written
// in the order of its keys, which is what it does fastest. What the engine reads
// meanwhile it reads through StagedRead and StagedWrite, which lay a stage over what
// is below.
//
// The large tables are looked into by single keys, which a hash finds fastest; they are
// brought into order when they are scanned or written. The others are kept in order.
//
// A stage may be read by several threads while nobody changes it. The bytes that it
// gives stay where they are until it is cleared or gone, also when the key changes.
#ifndef MUSTER_COMMIT_STAGE_H_
#define MUSTER_COMMIT_STAGE_H_

#include <array>
#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "muster/store.h"

namespace muster::commit {

class Stage {
 public:
  struct Value {
    std::string_view bytes;
    bool deleted = false;
  };
  using Row = std::pair<std::string_view, Value>;

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
  // Goes through the changed keys of a table in order, from `first` on. The stage must
  // not be changed meanwhile.
  class Cursor;

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
  using Hashed = absl::flat_hash_map<std::string_view, Value>;
  using Ordered = absl::btree_map<std::string_view, Value>;
  struct Rows {
    Hashed hashed;    // one of the two is empty,
    Ordered ordered;  // and stays so
  };

  static bool IsHashed(Table table);
  const Rows& rows(Table table) const { return rows_[static_cast<size_t>(table)]; }
  // Where the value of a key stands; a new place where it has none.
  Value* PlaceOf(Table table, std::string_view key, bool* is_new, std::string_view* kept);
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

class Stage::Cursor {
 public:
  Cursor(const Stage& stage, Table table, std::string_view first);

  bool at_end() const { return hashed_ ? next_ == sorted_.size() : ordered_ == end_; }
  Row row() const { return hashed_ ? sorted_[next_] : Row(ordered_->first, ordered_->second); }
  void Next() { hashed_ ? static_cast<void>(++next_) : static_cast<void>(++ordered_); }

 private:
  const bool hashed_;
  std::vector<Row> sorted_;
  size_t next_ = 0;
  Ordered::const_iterator ordered_, end_;
};

}  // namespace muster::commit

#endif  // MUSTER_COMMIT_STAGE_H_
