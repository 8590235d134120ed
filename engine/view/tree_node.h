// The nodes of a CountedTree (view/counted_tree.h has the invariants).
//
// A leaf holds rows, an inner node other nodes. Each is one allocation and counts
// the references to it; whoever lets go of the last one frees it, and with it its
// references to its children. Immutable once made: any thread may read, and may
// let go.
#ifndef MUSTER_VIEW_TREE_NODE_H_
#define MUSTER_VIEW_TREE_NODE_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "view/ref.h"
#include "view/row.h"

namespace muster::view {

// A leaf is what one changed row costs to copy, and what bounds the spans of a
// page: 500 rows are in at most 9 leaves. A leaf in bulk has room to grow.
inline constexpr size_t kMaxLeafRows = 192;
inline constexpr size_t kMinLeafRows = 64;
inline constexpr size_t kBulkLeafRows = 128;
inline constexpr size_t kMaxChildren = 64;
inline constexpr size_t kMinChildren = 16;
inline constexpr size_t kBulkChildren = 48;

// A tree has fewer than 2^31 rows. With 32 rows in a leaf and 16 children in a
// node at least, no root is higher than this.
inline constexpr size_t kMaxHeight = 8;

class Node {
 public:
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  size_t height() const { return height_; }  // 0: a Leaf, else an Inner
  size_t count() const { return count_; }    // rows of a leaf, children of an inner node
  size_t row_count() const;                  // of the whole subtree, at least 1
  bool is_underfull() const { return count_ < (height_ == 0 ? kMinLeafRows : kMinChildren); }
  // The order key of the subtree's first row; its bytes stand in that row's leaf.
  std::string_view first_key() const;

  void AddRef() const { references_.fetch_add(1, std::memory_order_relaxed); }
  void Release() const {
    // The last holder need not write to the count, nobody can be adding to it.
    if (references_.load(std::memory_order_acquire) == 1 ||
        references_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      Free(this);
    }
  }

 protected:
  Node(size_t height, size_t count)
      : count_(static_cast<uint16_t>(count)), height_(static_cast<uint8_t>(height)) {}
  ~Node() = default;

 private:
  static void Free(const Node* node);

  mutable std::atomic<uint32_t> references_{1};
  uint16_t count_;
  uint8_t height_;
};

using NodeRef = Ref<Node>;

// Behind the header stand, with n rows:
//   n + 1 places where a row's JSON begins, the last where the JSON ends;
//   2n + 1 places where a row's key and its record begin, and the last end;
//   the JSON, each object followed by a comma (none in a leaf of hidden rows);
//   the keys and records, those of a row together.
// Places are counted from the leaf's own address, so that the JSON of a row is
// found by its number alone, without a look at the header. Where a leaf's JSON begins
// follows from how many rows it has; that and where it ends the parent knows too, so
// that a leaf which is wanted whole need not be looked into.
class Leaf : public Node {
 public:
  // What a leaf is made of: rows of another leaf from `first` to before `last`, or
  // a single row.
  struct Piece {
    const Leaf* leaf = nullptr;  // null: `row`
    size_t first = 0, last = 0;
    Row row = {};

    size_t row_count() const { return leaf != nullptr ? last - first : 1; }
  };

  // 1 to kMaxLeafRows rows in order, less than 4 GiB of them. Copies the bytes;
  // those of a piece of another leaf at one go.
  static NodeRef Make(const Row* rows, size_t count);
  static NodeRef Make(const std::vector<Piece>& pieces);

  Row row(size_t i) const;
  std::string_view key(size_t i) const {
    const uint32_t* places = entry_places() + 2 * i;
    return Bytes(places[0], places[1]);
  }

  // The number of the first row, from row `from` on, whose key is not below
  // `order_key`.
  size_t LowerBound(std::string_view order_key, size_t from = 0) const;

  // The JSON of the rows from `first` to before `last`, a comma behind each.
  std::string_view Json(size_t first, size_t last) const {
    return Bytes(json_places()[first], json_places()[last]);
  }

  // Where the JSON of a leaf of so many rows begins, and where that of this one
  // ends.
  static uint32_t JsonBegin(size_t rows) {
    return static_cast<uint32_t>(sizeof(Leaf) + sizeof(uint32_t) * (3 * rows + 2));
  }
  uint32_t json_end() const { return json_places()[count()]; }

  // Json(first, last) where one of them is the leaf's first or last place.
  std::string_view JsonFrom(size_t first, uint32_t json_end) const {
    return Bytes(json_places()[first], json_end);
  }
  std::string_view JsonTo(uint32_t json_begin, size_t last) const {
    return Bytes(json_begin, json_places()[last]);
  }
  std::string_view WholeJson(uint32_t json_begin, uint32_t json_end) const {
    return Bytes(json_begin, json_end);
  }

 private:
  friend class Node;
  class Writer;
  Leaf(size_t count, size_t memory_bytes)
      : Node(0, count), memory_bytes_(static_cast<uint32_t>(memory_bytes)) {}

  const uint32_t* json_places() const { return reinterpret_cast<const uint32_t*>(this + 1); }
  const uint32_t* entry_places() const { return json_places() + count() + 1; }
  std::string_view Bytes(uint32_t begin, uint32_t end) const {
    return {reinterpret_cast<const char*>(this) + begin, end - begin};
  }

  const uint32_t memory_bytes_;  // of the block that it lies in
};

class Inner : public Node {
 public:
  // 1 to kMaxChildren children of one height, which are moved from.
  static NodeRef Make(NodeRef* children, size_t count);

  // The same node but for some children: `places` has their numbers, in order, and
  // `children`, which are moved from, what stands there instead.
  NodeRef With(const std::vector<size_t>& places, NodeRef* children) const;

  const Node* child(size_t i) const { return children_[i]; }

  // How many rows the children up to and with child i have together.
  size_t row_end(size_t i) const { return row_ends_[i]; }
  size_t row_begin(size_t i) const { return i == 0 ? 0 : row_ends_[i - 1]; }

  // Leaf::json_end() of child i, which is a leaf.
  uint32_t json_end(size_t i) const { return json_ends_[i]; }

  // The child that row `row` of the subtree is in. There must be that row.
  size_t ChildOfRow(size_t row) const {
    // First by whole groups, then in one: two lines of memory, whatever the child.
    const size_t group = CountUpTo(group_ends_.data(), row);
    return group * kGroup + CountUpTo(row_ends_.data() + group * kGroup, row);
  }

  // The child that a row of that key is in, or would be: the last one that does
  // not begin after it, or the first. Not before child `from`.
  size_t ChildOfKey(std::string_view order_key, size_t from = 0) const;

  std::string_view child_first_key(size_t i) const { return {key_texts_[i], key_sizes_[i]}; }

 private:
  friend class Node;
  static constexpr uint32_t kNoChild = 0x7fffffff;
  static constexpr size_t kGroup = 8;
  static_assert(kGroup * kGroup == kMaxChildren);

  Inner(size_t height, size_t count) : Node(height, count) {}

  // Takes over a reference to the child; sets all but its row end.
  void Adopt(size_t i, const Node* child);
  void CountGroups();

  // How many of the kGroup ends are at or before the row. Without a branch: the
  // difference is negative for those, so that its top bit is one.
  static size_t CountUpTo(const uint32_t* ends, size_t row) {
    const uint32_t next = static_cast<uint32_t>(row) + 1;
    uint32_t count = 0;
    for (size_t i = 0; i < kGroup; ++i) count += (ends[i] - next) >> 31;
    return count;
  }

  std::array<uint32_t, kGroup> group_ends_;  // of the last child of each group
  // kNoChild past the last child. Each group lies within one cache line.
  alignas(64) std::array<uint32_t, kMaxChildren> row_ends_;
  std::array<const Node*, kMaxChildren> children_;
  std::array<uint32_t, kMaxChildren> json_ends_;  // set where they are leaves
  // The children's first keys, so that a search waits for their bytes alone.
  std::array<const char*, kMaxChildren> key_texts_;
  std::array<uint32_t, kMaxChildren> key_sizes_;
  // What they begin with, as numbers: most keys are told apart without their bytes.
  std::array<uint64_t, kMaxChildren> key_heads_;
};

inline const Leaf* AsLeaf(const Node* node) { return static_cast<const Leaf*>(node); }
inline const Inner* AsInner(const Node* node) { return static_cast<const Inner*>(node); }

}  // namespace muster::view

#endif  // MUSTER_VIEW_TREE_NODE_H_
