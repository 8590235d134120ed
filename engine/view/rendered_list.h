// RenderedList: the rows of one list, in order, rendered, shared between versions.
//
// Two counted trees (view/counted_tree.h): the rows that clients see, with their
// JSON, and those that they do not see. So a page is found by counts alone, and is
// a few spans, however many rows are hidden. Each row stands in one of the two;
// a change may move it to the other.
//
// Immutable once made; any thread may read. Bytes handed out live as long as
// the list.
#ifndef MUSTER_VIEW_RENDERED_LIST_H_
#define MUSTER_VIEW_RENDERED_LIST_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "muster/spans.h"
#include "view/counted_tree.h"
#include "view/row.h"

namespace muster::view {

class RenderedList {
 public:
  class Builder;

  RenderedList() = default;

  // A list with the changes made to this one. `changes` is in ascending order
  // of order key, each key once. `*visible_changed` becomes true if some row
  // that clients see was added, removed or has other bytes; else it is left.
  std::shared_ptr<const RenderedList> With(const std::vector<RowChange>& changes,
                                           bool* visible_changed) const;

  size_t row_count() const { return shown_.size() + hidden_.size(); }
  size_t visible_count() const { return shown_.size(); }

  // Appends the JSON of up to `limit` visible rows from number `offset` on,
  // joined by commas, and returns how many there were. At most 9 spans for 500
  // rows.
  size_t Slice(size_t offset, size_t limit, Spans* out) const {
    return shown_.Slice(offset, limit, out);
  }

  std::optional<Row> Find(std::string_view order_key) const;

  // Calls visit(const Row&) for each row, in order, hidden ones too.
  template <typename Visit>
  void ForEach(const Visit& visit) const;

  // Calls visit(const Row&) for up to `limit` visible rows from `offset` on.
  template <typename Visit>
  void ForEachVisible(size_t offset, size_t limit, const Visit& visit) const {
    CountedTree::Cursor cursor(shown_, offset);
    for (; limit > 0 && !cursor.at_end(); --limit, cursor.Next()) visit(cursor.row());
  }

  const CountedTree& shown() const { return shown_; }
  const CountedTree& hidden() const { return hidden_; }

 private:
  CountedTree shown_;
  CountedTree hidden_;
};

// Makes a list of rows that come in ascending order. One thread.
class RenderedList::Builder {
 public:
  // Copies the bytes.
  void Append(const Row& row) { (row.json.empty() ? hidden_ : shown_).Append(row); }

  // Renders a visible row into its place: write up to `max_json_bytes` to Room(),
  // then say where the JSON ends.
  char* Room(size_t max_json_bytes) { return shown_.Room(max_json_bytes); }
  void AppendRendered(std::string_view order_key, std::string_view record,
                      const char* json_end) {
    shown_.AppendRendered(order_key, record, json_end);
  }

  std::shared_ptr<const RenderedList> Finish();

 private:
  CountedTree::Builder shown_;
  CountedTree::Builder hidden_;
};

template <typename Visit>
void RenderedList::ForEach(const Visit& visit) const {
  CountedTree::Cursor shown(shown_, 0), hidden(hidden_, 0);
  while (!shown.at_end() && !hidden.at_end()) {
    const Row a = shown.row(), b = hidden.row();
    const bool shown_first = a.order_key < b.order_key;
    visit(shown_first ? a : b);
    (shown_first ? shown : hidden).Next();
  }
  for (; !shown.at_end(); shown.Next()) visit(shown.row());
  for (; !hidden.at_end(); hidden.Next()) visit(hidden.row());
}

}  // namespace muster::view

#endif  // MUSTER_VIEW_RENDERED_LIST_H_
