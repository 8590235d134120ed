#include "view/tree_node.h"

#include <cstring>
#include <new>

namespace muster::view {
namespace {

char* Copy(std::string_view bytes, char* to) {
  // memcpy() must not be given the null pointer of an empty view.
  if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
  return to + bytes.size();
}

}  // namespace

size_t Node::row_count() const {
  return height_ == 0 ? count_ : AsInner(this)->row_end(count_ - 1);
}

std::string_view Node::first_key() const {
  const Node* node = this;
  while (node->height_ > 0) node = AsInner(node)->child(0);
  return AsLeaf(node)->key(0);
}

void Node::Free(const Node* node) {
  if (node->height_ > 0) {
    const Inner* inner = AsInner(node);
    for (size_t i = 0; i < inner->count(); ++i) inner->child(i)->Release();
    delete inner;
  } else {
    AsLeaf(node)->~Leaf();
    ::operator delete(const_cast<Node*>(node));
  }
}

NodeRef Leaf::Make(const Row* rows, size_t count) {
  size_t json_bytes = 0, entry_bytes = 0;
  for (size_t i = 0; i < count; ++i) {
    json_bytes += rows[i].json.empty() ? 0 : rows[i].json.size() + 1;
    entry_bytes += rows[i].order_key.size() + rows[i].record.size();
  }
  const size_t head = JsonBegin(count);
  char* const base = static_cast<char*>(::operator new(head + json_bytes + entry_bytes));
  const Leaf* leaf = new (base) Leaf(count);
  uint32_t* json_place = const_cast<uint32_t*>(leaf->json_places());
  uint32_t* entry_place = json_place + count + 1;
  char* json = base + head;
  char* entry = json + json_bytes;
  const auto place = [base](const char* at) { return static_cast<uint32_t>(at - base); };
  for (size_t i = 0; i < count; ++i) {
    *json_place++ = place(json);
    json = Copy(rows[i].json, json);
    if (!rows[i].json.empty()) *json++ = ',';
    *entry_place++ = place(entry);
    entry = Copy(rows[i].order_key, entry);
    *entry_place++ = place(entry);
    entry = Copy(rows[i].record, entry);
  }
  *json_place = place(json);
  *entry_place = place(entry);
  return NodeRef::Adopt(leaf);
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

size_t Leaf::LowerBound(std::string_view order_key) const {
  size_t low = 0, high = count();
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

NodeRef Inner::Make(NodeRef* children, size_t count) {
  Inner* const inner = new Inner(children[0]->height() + 1, count);
  size_t rows = 0;
  for (size_t i = 0; i < count; ++i) {
    rows += children[i]->row_count();
    inner->row_ends_[i] = static_cast<uint32_t>(rows);
    inner->children_[i] = children[i].Detach();
    if (inner->height() == 1) inner->json_ends_[i] = AsLeaf(inner->child(i))->json_end();
  }
  for (size_t group = 0; group < kGroup; ++group) {
    inner->group_ends_[group] = inner->row_ends_[group * kGroup + kGroup - 1];
  }
  return NodeRef::Adopt(inner);
}

size_t Inner::ChildOfKey(std::string_view order_key, size_t from) const {
  size_t low = from, high = count();  // the answer is in [low, high)
  while (high - low > 1) {
    const size_t middle = (low + high) / 2;
    if (child(middle)->first_key() <= order_key) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace muster::view
