#include "view/tree_node.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "view/leaf_memory.h"

namespace muster::view {
namespace {

char* Copy(std::string_view bytes, char* to) {
  // memcpy() must not be given the null pointer of an empty view.
  if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
  return to + bytes.size();
}

// The first bytes of a key as a number that is ordered as they are; a shorter key is
// filled up with zero bytes.
uint64_t Head(std::string_view key) {
  uint64_t head = 0;
  for (size_t i = 0; i < sizeof head; ++i) {
    head = head << 8 | (i < key.size() ? static_cast<unsigned char>(key[i]) : 0);
  }
  return head;
}

// With the comma.
size_t JsonBytes(const Row& row) { return row.json.empty() ? 0 : row.json.size() + 1; }

}  // namespace

size_t Node::row_count() const {
  return height_ == 0 ? count_ : AsInner(this)->row_end(count_ - 1);
}

std::string_view Node::first_key() const {
  return height_ == 0 ? AsLeaf(this)->key(0) : AsInner(this)->child_first_key(0);
}

void Node::Free(const Node* node) {
  if (node->height_ > 0) {
    const Inner* inner = AsInner(node);
    for (size_t i = 0; i < inner->count(); ++i) inner->child(i)->Release();
    delete inner;
  } else {
    const size_t bytes = AsLeaf(node)->memory_bytes_;
    AsLeaf(node)->~Leaf();
    LeafMemory::Instance().Give({const_cast<Node*>(node), bytes});
  }
}

// Fills a new leaf from its first row to its last.
class Leaf::Writer {
 public:
  Writer(size_t rows, size_t json_bytes, size_t entry_bytes)
      : Writer(rows, json_bytes,
               LeafMemory::Instance().Take(JsonBegin(rows) + json_bytes + entry_bytes)) {}

  void Append(const Row& row) {
    *json_place_++ = Place(json_);
    json_ = Copy(row.json, json_);
    if (!row.json.empty()) *json_++ = ',';
    *entry_place_++ = Place(entry_);
    entry_ = Copy(row.order_key, entry_);
    *entry_place_++ = Place(entry_);
    entry_ = Copy(row.record, entry_);
  }

  void Append(const Leaf& leaf, size_t first, size_t last) {
    const uint32_t* const json_places = leaf.json_places();
    const uint32_t* const entry_places = leaf.entry_places();
    json_place_ = Move(json_places + first, last - first, Place(json_), json_place_);
    entry_place_ =
        Move(entry_places + 2 * first, 2 * (last - first), Place(entry_), entry_place_);
    json_ = Copy(leaf.Bytes(json_places[first], json_places[last]), json_);
    entry_ = Copy(leaf.Bytes(entry_places[2 * first], entry_places[2 * last]), entry_);
  }

  NodeRef Finish() {
    *json_place_ = Place(json_);
    *entry_place_ = Place(entry_);
    return NodeRef::Adopt(leaf_);
  }

 private:
  Writer(size_t rows, size_t json_bytes, LeafMemory::Block memory)
      : base_(static_cast<char*>(memory.address)),
        leaf_(new (base_) Leaf(rows, memory.bytes)),
        json_place_(const_cast<uint32_t*>(leaf_->json_places())),
        entry_place_(json_place_ + rows + 1),
        json_(base_ + JsonBegin(rows)),
        entry_(json_ + json_bytes) {}

  uint32_t Place(const char* at) const { return static_cast<uint32_t>(at - base_); }

  // Copies places, the first of which becomes `begin`. Eight at a time, and where
  // nothing overlaps, the compiler takes them together.
  static uint32_t* Move(const uint32_t* __restrict from, size_t count, uint32_t begin,
                        uint32_t* __restrict to) {
    constexpr size_t kTogether = 8;
    const uint32_t shift = begin - *from;  // may wrap around, as the sums then do
    size_t i = 0;
    for (; i + kTogether <= count; i += kTogether) {
      for (size_t k = 0; k < kTogether; ++k) to[i + k] = from[i + k] + shift;
    }
    for (; i < count; ++i) to[i] = from[i] + shift;
    return to + count;
  }

  char* const base_;
  const Leaf* const leaf_;
  uint32_t* json_place_;
  uint32_t* entry_place_;
  char* json_;
  char* entry_;
};

NodeRef Leaf::Make(const Row* rows, size_t count) {
  size_t json_bytes = 0, entry_bytes = 0;
  for (size_t i = 0; i < count; ++i) {
    json_bytes += JsonBytes(rows[i]);
    entry_bytes += rows[i].order_key.size() + rows[i].record.size();
  }
  Writer writer(count, json_bytes, entry_bytes);
  for (size_t i = 0; i < count; ++i) writer.Append(rows[i]);
  return writer.Finish();
}

NodeRef Leaf::Make(const std::vector<Piece>& pieces) {
  size_t rows = 0, json_bytes = 0, entry_bytes = 0;
  for (const Piece& piece : pieces) {
    rows += piece.row_count();
    if (piece.leaf != nullptr) {
      const uint32_t* const entry_places = piece.leaf->entry_places();
      json_bytes += piece.leaf->Json(piece.first, piece.last).size();
      entry_bytes += entry_places[2 * piece.last] - entry_places[2 * piece.first];
    } else {
      json_bytes += JsonBytes(piece.row);
      entry_bytes += piece.row.order_key.size() + piece.row.record.size();
    }
  }
  Writer writer(rows, json_bytes, entry_bytes);
  for (const Piece& piece : pieces) {
    if (piece.leaf != nullptr) {
      writer.Append(*piece.leaf, piece.first, piece.last);
    } else {
      writer.Append(piece.row);
    }
  }
  return writer.Finish();
}

Row Leaf::row(size_t i) const {
  const uint32_t* entry = entry_places() + 2 * i;
  Row row;
  row.order_key = Bytes(entry[0], entry[1]);
  row.record = Bytes(entry[1], entry[2]);
  row.json = Json(i, i + 1);
  if (!row.json.empty()) row.json.remove_suffix(1);  // the comma
  return row;
}

size_t Leaf::LowerBound(std::string_view order_key, size_t from) const {
  size_t low = from, high = count();
  while (low < high) {
    const size_t middle = (low + high) / 2;
    if (key(middle) < order_key) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

void Inner::Adopt(size_t i, const Node* child) {
  children_[i] = child;
  if (height() == 1) json_ends_[i] = AsLeaf(child)->json_end();
  const std::string_view key = child->first_key();
  key_texts_[i] = key.data();
  key_sizes_[i] = static_cast<uint32_t>(key.size());
  key_heads_[i] = Head(key);
}

void Inner::CountGroups() {
  for (size_t group = 0; group < kGroup; ++group) {
    group_ends_[group] = row_ends_[group * kGroup + kGroup - 1];
  }
}

NodeRef Inner::Make(NodeRef* children, size_t count) {
  Inner* const inner = new Inner(children[0]->height() + 1, count);
  size_t rows = 0;
  for (size_t i = 0; i < count; ++i) {
    rows += children[i]->row_count();
    inner->row_ends_[i] = static_cast<uint32_t>(rows);
    inner->Adopt(i, children[i].Detach());
  }
  std::fill(inner->row_ends_.begin() + count, inner->row_ends_.end(), kNoChild);
  inner->CountGroups();
  return NodeRef::Adopt(inner);
}

NodeRef Inner::With(const std::vector<size_t>& places, NodeRef* children) const {
  Inner* const inner = new Inner(height(), count());
  inner->row_ends_ = row_ends_;
  std::copy_n(children_.begin(), count(), inner->children_.begin());
  if (height() == 1) std::copy_n(json_ends_.begin(), count(), inner->json_ends_.begin());
  std::copy_n(key_texts_.begin(), count(), inner->key_texts_.begin());
  std::copy_n(key_sizes_.begin(), count(), inner->key_sizes_.begin());
  std::copy_n(key_heads_.begin(), count(), inner->key_heads_.begin());
  size_t shared = 0;  // before this child all have their references
  for (size_t k = 0; k < places.size(); ++k) {
    const size_t at = places[k];
    for (; shared < at; ++shared) inner->children_[shared]->AddRef();
    ++shared;
    // May wrap around, as the sums then do.
    const auto more =
        static_cast<uint32_t>(children[k]->row_count() - inner->children_[at]->row_count());
    inner->Adopt(at, children[k].Detach());
    if (more == 0) continue;
    for (size_t i = at; i < count(); ++i) inner->row_ends_[i] += more;
  }
  for (; shared < count(); ++shared) inner->children_[shared]->AddRef();
  inner->CountGroups();
  return NodeRef::Adopt(inner);
}

size_t Inner::ChildOfKey(std::string_view order_key, size_t from) const {
  const uint64_t head = Head(order_key);
  const auto begins_after = [&](size_t i) {
    return key_heads_[i] != head ? key_heads_[i] > head : child_first_key(i) > order_key;
  };
  size_t low = from, high = count();  // the answer is in [low, high)
  while (high - low > 1) {
    const size_t middle = (low + high) / 2;
    if (begins_after(middle)) {
      high = middle;
    } else {
      low = middle;
    }
  }
  return low;
}

}  // namespace muster::view
