#include "view/counted_tree.h"

#include <algorithm>

namespace muster::view {

size_t CountedTree::Slice(size_t offset, size_t limit, Spans* out) const {
  const size_t total = size();
  if (offset >= total || limit == 0) return 0;
  const size_t count = std::min(limit, total - offset);
  Cursor cursor(*this, offset);
  size_t left = count;
  while (left > cursor.rows_left_in_leaf()) {
    left -= cursor.rows_left_in_leaf();
    out->Append(cursor.RestOfLeafJson());
    cursor.NextLeaf();
  }
  std::string_view json = cursor.LeafJson(left);
  json.remove_suffix(1);  // no comma after the last one
  out->Append(json);
  return count;
}

std::optional<Row> CountedTree::Find(std::string_view order_key) const {
  if (!root_) return std::nullopt;
  const Node* node = root_.get();
  while (node->height() > 0) node = AsInner(node)->child(AsInner(node)->ChildOfKey(order_key));
  const Leaf* leaf = AsLeaf(node);
  const size_t at = leaf->LowerBound(order_key);
  if (at == leaf->count() || leaf->key(at) != order_key) return std::nullopt;
  return leaf->row(at);
}

CountedTree::Cursor::Cursor(const CountedTree& tree, size_t offset) {
  if (offset >= tree.size()) return;
  const Node* node = tree.root();
  height_ = node->height();
  if (height_ == 0) {
    leaf_ = AsLeaf(node);
    leaf_rows_ = node->count();
    leaf_json_end_ = leaf_->json_end();
  }
  for (size_t height = height_; height > 0; --height) {
    const Inner* inner = AsInner(node);
    const size_t at = inner->ChildOfRow(offset);
    nodes_[height] = inner;
    at_[height] = at;
    offset -= inner->row_begin(at);
    node = inner->child(at);
  }
  if (height_ > 0) EnterLeafOf(nodes_[1], at_[1]);
  row_ = offset;
}

void CountedTree::Cursor::EnterLeafOf(const Inner* parent, size_t at) {
  leaf_ = AsLeaf(parent->child(at));
  leaf_rows_ = parent->row_end(at) - parent->row_begin(at);
  leaf_json_end_ = parent->json_end(at);
  row_ = 0;
}

void CountedTree::Cursor::NextLeaf() {
  size_t height = 1;
  while (height <= height_ && at_[height] + 1 == nodes_[height]->count()) ++height;
  if (height > height_) {
    leaf_ = nullptr;
    return;
  }
  ++at_[height];
  for (; height > 1; --height) {
    nodes_[height - 1] = AsInner(nodes_[height]->child(at_[height]));
    at_[height - 1] = 0;
  }
  EnterLeafOf(nodes_[1], at_[1]);
}

}  // namespace muster::view
