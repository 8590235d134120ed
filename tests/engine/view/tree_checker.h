// Looks into a CountedTree: whether its invariants hold, and which nodes it has.
#ifndef MUSTER_TESTS_ENGINE_VIEW_TREE_CHECKER_H_
#define MUSTER_TESTS_ENGINE_VIEW_TREE_CHECKER_H_

#include <cstddef>
#include <set>
#include <string>

#include "view/counted_tree.h"
#include "view/rendered_list.h"

namespace muster::view {

// The first invariant of view/counted_tree.h that does not hold ("3: a leaf has
// 31 rows"), or "".
std::string CheckInvariants(const CountedTree& tree, CountedTree::Kind kind);
// Of both trees of a list; no key may stand in both.
std::string CheckInvariants(const RenderedList& list);

std::set<const Node*> NodesOf(const CountedTree& tree);

// How many nodes `after` has that `before` has not.
size_t NewNodes(const CountedTree& before, const CountedTree& after);

}  // namespace muster::view

#endif  // MUSTER_TESTS_ENGINE_VIEW_TREE_CHECKER_H_
