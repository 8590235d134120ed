// CountedTree: rows in order of their keys, by number and by key, shared between
// versions.
//
// A tree is a value: a reference to an immutable root. With() makes the next
// version, which shares with this one every node but the leaves that hold a
// changed row and the inner nodes above those.
//
// Invariants:
//  1. The order keys of all rows ascend, from leaf to leaf too; none is there
//     twice.
//  2. All leaves are at height 0, and a node's children are one lower than it.
//  3. A leaf has 64 to 192 rows; the only leaf of a tree has 1 to 192.
//  4. An inner node has 16 to 64 children; the root, 2 to 64.
//  5. An inner node counts the rows of its children: row_end(i) is how many the
//     children 0 to i have together, and past the last child it is the largest
//     number there is. It has the first key of each child, where that stands in
//     its leaf; above leaves it also knows where their JSON ends.
//  6. The JSON of a leaf's rows stands back to back, each object followed by a
//     comma; so any run of rows is one span, its last comma left off. Either all
//     rows of a tree have JSON or none has.
//  7. A node's references are those of the nodes above it and of the trees whose
//     root it is, in whatever version.
//
// So row k is found by the counts, a row by its key from the leaves' first keys,
// both in O(log n), and a page of 500 rows is at most 9 spans. A tree has fewer
// than 2^31 rows.
//
// Any thread may read a tree and copy it; bytes that it hands out live as long as
// some tree that shares them. Nothing is allocated for reading.
#ifndef MUSTER_VIEW_COUNTED_TREE_H_
#define MUSTER_VIEW_COUNTED_TREE_H_

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "muster/spans.h"
#include "view/row.h"
#include "view/tree_node.h"

namespace muster::view {

class CountedTree {
 public:
  class Builder;
  class Cursor;

  CountedTree() = default;
  explicit CountedTree(NodeRef root) : root_(std::move(root)) {}

  size_t size() const { return root_ ? root_->row_count() : 0; }
  const Node* root() const { return root_.get(); }  // null: no rows

  // Appends the JSON of up to `limit` rows from number `offset` on, joined by
  // commas, and returns how many there were.
  size_t Slice(size_t offset, size_t limit, Spans* out) const;

  std::optional<Row> Find(std::string_view order_key) const;

  // Which of the rows that changes speak of a tree holds.
  enum class Kind { kShown, kHidden };

  // The tree with the changes made to it, as far as they concern it: a row that
  // is present belongs into the tree of its kind, and is gone from the other.
  // `changes` is in ascending order of order key, each key once. `*json_changed`
  // becomes true if some row with JSON was added, removed or has other JSON;
  // else it is left.
  CountedTree With(const std::vector<RowChange>& changes, Kind kind, bool* json_changed) const;

 private:
  NodeRef root_;
};

// Goes from row to row. Borrows the tree.
class CountedTree::Cursor {
 public:
  // At row `offset`, or at the end where there are not so many.
  Cursor(const CountedTree& tree, size_t offset);

  bool at_end() const { return leaf_ == nullptr; }
  Row row() const { return leaf_->row(row_); }
  void Next() {
    if (++row_ == leaf_rows_) NextLeaf();
  }

  // For whoever takes runs of rows: how many the leaf has from here on, their JSON,
  // and that of `rows` of them.
  size_t rows_left_in_leaf() const { return leaf_rows_ - row_; }
  std::string_view RestOfLeafJson() const {
    return row_ > 0 ? leaf_->JsonFrom(row_, leaf_json_end_)
                    : leaf_->WholeJson(Leaf::JsonBegin(leaf_rows_), leaf_json_end_);
  }
  std::string_view LeafJson(size_t rows) const {
    return row_ > 0 ? leaf_->Json(row_, row_ + rows)
                    : leaf_->JsonTo(Leaf::JsonBegin(leaf_rows_), rows);
  }
  void NextLeaf();

 private:
  void EnterLeafOf(const Inner* parent, size_t at);

  // The way down, by height. Only heights 1 to height_ are set.
  std::array<const Inner*, kMaxHeight + 1> nodes_;
  std::array<size_t, kMaxHeight + 1> at_;
  size_t height_ = 0;
  const Leaf* leaf_ = nullptr;
  // As the parent has them: reading the leaf would be one more wait for memory
  // before its JSON is known.
  size_t leaf_rows_ = 0;
  uint32_t leaf_json_end_ = 0;
  size_t row_ = 0;
};

// Makes a tree of rows that come in ascending order. One thread.
class CountedTree::Builder {
 public:
  // Copies the bytes.
  void Append(const Row& row);

  // The same without a copy from elsewhere: Room() gives the place where the next
  // row's JSON may be written, up to `max_json_bytes`, and AppendRendered()
  // is told where it ends.
  char* Room(size_t max_json_bytes);
  void AppendRendered(std::string_view order_key, std::string_view record,
                      const char* json_end);

  CountedTree Finish();

 private:
  void Flush();

  struct Sizes {
    size_t key, record, json;
  };
  std::array<Sizes, kBulkLeafRows> pending_;  // the rows of the leaf to come, …
  size_t pending_count_ = 0;
  std::string entries_;  // … their keys and records, …
  std::string json_;     // … their JSON without commas, and room for more
  size_t json_size_ = 0;
  std::vector<NodeRef> leaves_;
};

}  // namespace muster::view

#endif  // MUSTER_VIEW_COUNTED_TREE_H_
