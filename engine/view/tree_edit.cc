#include "view/tree_edit.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "view/counted_tree.h"

namespace muster::view {
namespace {

// Calls make(begin, end) for parts of about the same size: one part where `count`
// fits into one, else parts of about `bulk`, which is half of `max` at least.
template <typename Make>
void ForEachPart(size_t count, size_t max, size_t bulk, const Make& make) {
  const size_t parts = count <= max ? 1 : (count + bulk - 1) / bulk;
  for (size_t i = 0; i < parts; ++i) make(count * i / parts, count * (i + 1) / parts);
}

// Appends inner nodes over the children, which are a normal list of one height.
void AppendInners(NodeList* children, NodeList* inners) {
  if (children->empty()) return;
  ForEachPart(children->size(), kMaxChildren, kBulkChildren, [&](size_t begin, size_t end) {
    inners->push_back(Inner::Make(children->data() + begin, end - begin));
  });
}

void AppendRows(const Leaf& leaf, std::vector<Row>* rows) {
  for (size_t i = 0; i < leaf.count(); ++i) rows->push_back(leaf.row(i));
}

void AppendChildren(const Inner& inner, NodeList* children) {
  for (size_t i = 0; i < inner.count(); ++i) {
    children->push_back(NodeRef::Share(inner.child(i)));
  }
}

// Appends what neighbours become together: one node or two.
void AppendJoined(const Node* left, const Node* right, NodeList* nodes) {
  if (left->height() == 0) {
    std::vector<Row> rows;
    rows.reserve(left->count() + right->count());
    AppendRows(*AsLeaf(left), &rows);
    AppendRows(*AsLeaf(right), &rows);
    AppendLeaves(rows, nodes);
    return;
  }
  NodeList children;
  children.reserve(left->count() + right->count());
  AppendChildren(*AsInner(left), &children);
  AppendChildren(*AsInner(right), &children);
  // An underfull node may have a single child that is underfull itself; here it
  // meets its neighbours.
  Normalise(&children);
  AppendInners(&children, nodes);
}

// One pass down the tree and up again, with all changes.
class TreeEdit {
 public:
  TreeEdit(CountedTree::Kind kind, bool* json_changed)
      : kind_(kind), json_changed_(json_changed) {}

  using Changes = std::vector<RowChange>::const_iterator;

  // Appends what becomes of the subtree: nodes of the same height, of which only
  // a single one can be underfull; the node itself where nothing changes.
  void AppendChanged(const Node* node, Changes begin, Changes end, NodeList* nodes) {
    if (node->height() == 0) {
      AppendChangedLeaf(AsLeaf(node), begin, end, nodes);
    } else {
      AppendChangedInner(AsInner(node), begin, end, nodes);
    }
  }

  void AppendNew(Changes begin, Changes end, NodeList* leaves) {
    pieces_.clear();
    for (Changes change = begin; change != end; ++change) {
      if (IsChange(std::nullopt, *change)) TakeNew(*change);
    }
    AppendPieces(leaves);
  }

 private:
  bool BelongsHere(const RowChange& change) const {
    return change.present && (kind_ == CountedTree::Kind::kHidden) == change.json.empty();
  }

  // Whether a change makes a difference to the row that is there, or to there being
  // none.
  bool IsChange(const std::optional<Row>& before, const RowChange& change) {
    const bool stays = BelongsHere(change);
    if (!stays && !before) return false;
    const std::string_view old_json = before ? before->json : std::string_view();
    const std::string_view new_json = stays ? change.json : std::string_view();
    if (old_json != new_json) {
      *json_changed_ = true;
      return true;
    }
    return !(stays && before && before->record == change.record);
  }

  void TakeNew(const RowChange& change) {
    if (!BelongsHere(change)) return;
    pieces_.push_back({.row = {change.order_key, change.record, change.json}});
  }
  void TakeOld(const Leaf* leaf, size_t first, size_t last) {
    if (first < last) pieces_.push_back({.leaf = leaf, .first = first, .last = last});
  }

  // A leaf of what was taken, or more where it is too much for one.
  void AppendPieces(NodeList* leaves) {
    size_t count = 0;
    for (const Leaf::Piece& piece : pieces_) count += piece.row_count();
    if (count == 0) return;
    if (count <= kMaxLeafRows) {
      leaves->push_back(Leaf::Make(pieces_));
      return;
    }
    rows_.clear();
    for (const Leaf::Piece& piece : pieces_) {
      if (piece.leaf == nullptr) rows_.push_back(piece.row);
      for (size_t i = piece.first; i < piece.last; ++i) rows_.push_back(piece.leaf->row(i));
    }
    AppendLeaves(rows_, leaves);
  }

  void AppendChangedLeaf(const Leaf* leaf, Changes begin, Changes end, NodeList* leaves) {
    pieces_.clear();
    bool changed = false;
    size_t taken = 0;  // rows before this one are taken, or gone
    size_t at = 0;
    for (Changes change = begin; change != end; ++change) {
      at = leaf->LowerBound(change->order_key, at);
      std::optional<Row> before;
      if (at < leaf->count() && leaf->key(at) == change->order_key) before = leaf->row(at);
      if (!IsChange(before, *change)) continue;
      changed = true;
      TakeOld(leaf, taken, at);
      TakeNew(*change);
      taken = before ? at + 1 : at;
    }
    if (!changed) {
      leaves->push_back(NodeRef::Share(leaf));
      return;
    }
    TakeOld(leaf, taken, leaf->count());
    AppendPieces(leaves);
  }

  void AppendChangedInner(const Inner* inner, Changes change, Changes end, NodeList* inners) {
    NodeList nodes;              // what becomes of the children that may change …
    std::vector<size_t> places;  // … whose numbers these are …
    std::vector<size_t> ends;    // … up to where, of each
    bool changed = false;
    bool one_for_one = true;  // and none that has to be joined with a neighbour
    while (change != end) {
      const size_t at =
          inner->ChildOfKey(change->order_key, places.empty() ? 0 : places.back() + 1);
      const Changes here_end = EndOfChild(*inner, at, change, end);
      const size_t before = nodes.size();
      AppendChanged(inner->child(at), change, here_end, &nodes);
      places.push_back(at);
      ends.push_back(nodes.size());
      const bool one = nodes.size() == before + 1;
      changed |= !one || nodes.back().get() != inner->child(at);
      one_for_one &= one && !nodes.back()->is_underfull();
      change = here_end;
    }
    if (!changed) {
      inners->push_back(NodeRef::Share(inner));
    } else if (one_for_one) {
      inners->push_back(inner->With(places, nodes.data()));
    } else {
      AppendMended(*inner, places, ends, &nodes, inners);
    }
  }

  // The children as they were but for those at `places`, in the place of which
  // stand `nodes`, those of child places[k] up to ends[k].
  static void AppendMended(const Inner& inner, const std::vector<size_t>& places,
                           const std::vector<size_t>& ends, NodeList* nodes, NodeList* inners) {
    NodeList children;
    children.reserve(inner.count() + nodes->size());
    size_t next = 0;
    size_t node = 0;
    for (size_t k = 0; k < places.size(); ++k) {
      while (next < places[k]) children.push_back(NodeRef::Share(inner.child(next++)));
      while (node < ends[k]) children.push_back(std::move((*nodes)[node++]));
      ++next;
    }
    while (next < inner.count()) children.push_back(NodeRef::Share(inner.child(next++)));
    Normalise(&children);
    AppendInners(&children, inners);
  }

  // Past the last change that belongs to the child.
  static Changes EndOfChild(const Inner& inner, size_t at, Changes begin, Changes end) {
    if (at + 1 == inner.count() || end - begin == 1) return end;
    return std::lower_bound(
        begin, end, inner.child_first_key(at + 1),
        [](const RowChange& change, std::string_view key) { return change.order_key < key; });
  }

  const CountedTree::Kind kind_;
  bool* const json_changed_;
  std::vector<Leaf::Piece> pieces_;  // of the leaf being made
  std::vector<Row> rows_;            // of leaves being made that are more than one
};

}  // namespace

void AppendLeaves(const std::vector<Row>& rows, NodeList* leaves) {
  if (rows.empty()) return;
  ForEachPart(rows.size(), kMaxLeafRows, kBulkLeafRows, [&](size_t begin, size_t end) {
    leaves->push_back(Leaf::Make(rows.data() + begin, end - begin));
  });
}

void Normalise(NodeList* nodes) {
  const auto is_underfull = [](const NodeRef& node) { return node->is_underfull(); };
  if (std::none_of(nodes->begin(), nodes->end(), is_underfull)) return;
  NodeList normal;
  normal.reserve(nodes->size());
  for (NodeRef& node : *nodes) {
    normal.push_back(std::move(node));
    // What two nodes become may be one that is still underfull, and then meets
    // the one before it.
    while (normal.size() > 1 &&
           (normal.back()->is_underfull() || normal[normal.size() - 2]->is_underfull())) {
      const NodeRef right = std::move(normal.back());
      normal.pop_back();
      const NodeRef left = std::move(normal.back());
      normal.pop_back();
      AppendJoined(left.get(), right.get(), &normal);
    }
  }
  *nodes = std::move(normal);
}

NodeRef MakeRoot(NodeList nodes) {
  Normalise(&nodes);
  while (nodes.size() > 1) {
    NodeList above;
    AppendInners(&nodes, &above);
    nodes = std::move(above);
  }
  if (nodes.empty()) return {};
  NodeRef root = std::move(nodes.front());
  while (root->height() > 0 && root->count() == 1) {
    root = NodeRef::Share(AsInner(root.get())->child(0));
  }
  return root;
}

CountedTree CountedTree::With(const std::vector<RowChange>& changes, Kind kind,
                              bool* json_changed) const {
  if (changes.empty()) return *this;
  TreeEdit edit(kind, json_changed);
  NodeList top;
  if (root_) {
    edit.AppendChanged(root_.get(), changes.begin(), changes.end(), &top);
  } else {
    edit.AppendNew(changes.begin(), changes.end(), &top);
  }
  return CountedTree(MakeRoot(std::move(top)));
}

}  // namespace muster::view
