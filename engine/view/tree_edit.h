// How a CountedTree is built and changed: lists of nodes of one height, made fit
// for a tree level by level.
//
// A list is *normal* when no node in it is underfull, or when it has only one
// node. Underfull nodes arise where rows are removed; they are mended where they
// meet a neighbour, which may be higher up.
#ifndef MUSTER_VIEW_TREE_EDIT_H_
#define MUSTER_VIEW_TREE_EDIT_H_

#include <cstddef>
#include <vector>

#include "view/row.h"
#include "view/tree_node.h"

namespace muster::view {

using NodeList = std::vector<NodeRef>;

// Appends leaves of these rows: one, or as many of about the same size as it
// takes. Only a single one can be underfull.
void AppendLeaves(const std::vector<Row>& rows, NodeList* leaves);

// Makes the list normal: an underfull node is joined with its neighbour, and the
// two become one or are evened out.
void Normalise(NodeList* nodes);

// The root over these nodes, in order and of one height; null where there are none.
NodeRef MakeRoot(NodeList nodes);

}  // namespace muster::view

#endif  // MUSTER_VIEW_TREE_EDIT_H_
