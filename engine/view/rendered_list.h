// RenderedList: the rows of one list, in order, rendered, in shared chunks.
//
// A page is a slice: found by counts, handed out as spans, no row touched one
// by one. A changed list shares every chunk with the one before it but those
// that hold a changed row.
//
// Immutable once made; any thread may read. Bytes handed out live as long as
// the list.
#ifndef MUSTER_VIEW_RENDERED_LIST_H_
#define MUSTER_VIEW_RENDERED_LIST_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "muster/spans.h"
#include "view/chunk.h"

namespace muster::view {

// What becomes of a row: replaced or added where `present`, else removed.
struct RowChange {
  std::string order_key;
  bool present = false;
  std::string record;
  std::string json;  // empty: clients do not see it
};

class RenderedList {
 public:
  class Builder;

  RenderedList() = default;

  // A list with the changes made to this one. `changes` is in ascending order
  // of order key, each key once. `*visible_changed` becomes true if some row
  // that clients see was added, removed or has other bytes; else it is left.
  std::shared_ptr<const RenderedList> With(const std::vector<RowChange>& changes,
                                           bool* visible_changed) const;

  size_t row_count() const { return row_count_; }
  size_t visible_count() const { return visible_before_.empty() ? 0 : visible_before_.back(); }

  // Appends the JSON of up to `limit` visible rows from number `offset` on,
  // joined by commas, and returns how many there were.
  size_t Slice(size_t offset, size_t limit, Spans* out) const;

  std::optional<Row> Find(std::string_view order_key) const;

  // Calls visit(const Row&) for each row, in order, hidden ones too.
  template <typename Visit>
  void ForEach(const Visit& visit) const {
    for (const auto& chunk : chunks_) {
      for (size_t i = 0; i < chunk->row_count(); ++i) visit(chunk->row(i));
    }
  }

  // Calls visit(const Row&) for up to `limit` visible rows from `offset` on.
  template <typename Visit>
  void ForEachVisible(size_t offset, size_t limit, const Visit& visit) const {
    for (size_t c = ChunkOfVisible(offset); c < chunks_.size() && limit > 0; ++c) {
      size_t skip = offset > visible_before_[c] ? offset - visible_before_[c] : 0;
      for (size_t i = 0; i < chunks_[c]->row_count() && limit > 0; ++i) {
        const Row row = chunks_[c]->row(i);
        if (row.json.empty() || (skip > 0 && skip-- > 0)) continue;
        visit(row);
        --limit;
      }
    }
  }

 private:
  void Add(std::shared_ptr<const Chunk> chunk);
  // The chunk that visible row `offset` is in; past the end: chunks_.size().
  size_t ChunkOfVisible(size_t offset) const;
  // The chunk that a row of that key is in, or belongs into.
  size_t ChunkOfKey(std::string_view order_key) const;

  std::vector<std::shared_ptr<const Chunk>> chunks_;
  std::vector<size_t> visible_before_;  // of each chunk, and of the end
  size_t row_count_ = 0;
};

// Makes a list of rows that come in ascending order. One thread.
class RenderedList::Builder {
 public:
  Builder();
  void Append(const Row& row);
  std::shared_ptr<const RenderedList> Finish();

 private:
  friend class RenderedList;
  // Rows that are already there, whole; pending ones go before it.
  void AppendChunk(const std::shared_ptr<const Chunk>& chunk);
  void Flush();

  std::shared_ptr<RenderedList> list_;
  std::string bytes_;  // of the pending rows
  struct Sizes {
    size_t key, record, json;
  };
  std::vector<Sizes> pending_;
};

}  // namespace muster::view

#endif  // MUSTER_VIEW_RENDERED_LIST_H_
