#include "engine/view/tree_checker.h"

#include <algorithm>
#include <string_view>

namespace muster::view {
namespace {

std::string_view FirstKey(const Node* node) {
  while (node->height() > 0) node = AsInner(node)->child(0);
  return AsLeaf(node)->key(0);
}

class Checker {
 public:
  Checker(const Node* root, CountedTree::Kind kind) : root_(root), kind_(kind) {}

  std::string Check() {
    if (root_ != nullptr) Walk(root_);
    return fault_;
  }

 private:
  void Fault(std::string text) {
    if (fault_.empty()) fault_ = std::move(text);
  }

  size_t Walk(const Node* node) {
    return node->height() == 0 ? WalkLeaf(AsLeaf(node)) : WalkInner(AsInner(node));
  }

  size_t WalkLeaf(const Leaf* leaf) {
    const size_t count = leaf->count();
    if (count < (leaf == root_ ? 1 : kMinLeafRows) || count > kMaxLeafRows) {
      Fault("3: a leaf has " + std::to_string(count) + " rows");
    }
    std::string text;
    for (size_t i = 0; i < count; ++i) {
      const Row row = leaf->row(i);
      if (any_ && row.order_key <= last_key_) Fault("1: out of order: " + last_key_);
      if (row.json.empty() != (kind_ == CountedTree::Kind::kHidden)) {
        Fault("6: a row of the other kind: " + std::string(row.order_key));
      }
      last_key_ = row.order_key;
      any_ = true;
      if (!row.json.empty()) text.append(row.json).push_back(',');
    }
    if (leaf->Json(0, count) != text) Fault("6: the rows' JSON is not back to back");
    return count;
  }

  size_t WalkInner(const Inner* inner) {
    const size_t count = inner->count();
    if (count < (inner == root_ ? 2 : kMinChildren) || count > kMaxChildren) {
      Fault("4: an inner node has " + std::to_string(count) + " children");
    }
    size_t rows = 0;
    for (size_t i = 0; i < count; ++i) {
      if (inner->child(i)->height() + 1 != inner->height()) Fault("2: a child's height");
      rows += Walk(inner->child(i));
      if (inner->row_end(i) != rows)
        Fault("5: a count is " + std::to_string(inner->row_end(i)));
      if (inner->ChildOfRow(inner->row_begin(i)) != i || inner->ChildOfRow(rows - 1) != i) {
        Fault("5: a row is not found in child " + std::to_string(i));
      }
      if (inner->height() == 1 && inner->json_end(i) != AsLeaf(inner->child(i))->json_end()) {
        Fault("5: the JSON of child " + std::to_string(i) + " ends elsewhere");
      }
      // The very bytes: those of another leaf may be freed.
      if (inner->child_first_key(i).data() != FirstKey(inner->child(i)).data()) {
        Fault("5: the first key of child " + std::to_string(i) + " is another");
      }
    }
    for (size_t i = count; i < kMaxChildren; ++i) {
      if (inner->row_end(i) != 0x7fffffff) Fault("5: a count past the last child");
    }
    return rows;
  }

  const Node* const root_;
  const CountedTree::Kind kind_;
  bool any_ = false;
  std::string last_key_;
  std::string fault_;
};

void AddNodes(const Node* node, std::set<const Node*>* nodes) {
  nodes->insert(node);
  if (node->height() == 0) return;
  for (size_t i = 0; i < node->count(); ++i) AddNodes(AsInner(node)->child(i), nodes);
}

}  // namespace

std::string CheckInvariants(const CountedTree& tree, CountedTree::Kind kind) {
  return Checker(tree.root(), kind).Check();
}

std::string CheckInvariants(const RenderedList& list) {
  std::string fault = CheckInvariants(list.shown(), CountedTree::Kind::kShown);
  if (!fault.empty()) return "shown: " + fault;
  fault = CheckInvariants(list.hidden(), CountedTree::Kind::kHidden);
  if (!fault.empty()) return "hidden: " + fault;
  for (CountedTree::Cursor at(list.hidden(), 0); !at.at_end(); at.Next()) {
    if (list.shown().Find(at.row().order_key)) return "a row is shown and hidden";
  }
  return {};
}

std::set<const Node*> NodesOf(const CountedTree& tree) {
  std::set<const Node*> nodes;
  if (tree.root() != nullptr) AddNodes(tree.root(), &nodes);
  return nodes;
}

size_t NewNodes(const CountedTree& before, const CountedTree& after) {
  const std::set<const Node*> old = NodesOf(before), all = NodesOf(after);
  return static_cast<size_t>(std::count_if(
      all.begin(), all.end(), [&](const Node* node) { return old.count(node) == 0; }));
}

}  // namespace muster::view
