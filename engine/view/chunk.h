// Chunk: a run of neighbouring rows of a list, immutable and shared.
//
// Invariants:
//  1. Rows are in ascending order of their order keys, and there is at least one.
//  2. A row that clients do not see has an empty `json`.
//  3. The JSON of the rows stands back to back, each object followed by a comma,
//     so that any run of visible rows is one span (its last comma left off).
//
// Immutable after Make(); any thread may read.
#ifndef MUSTER_VIEW_CHUNK_H_
#define MUSTER_VIEW_CHUNK_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace muster::view {

// A row; borrows its bytes.
struct Row {
  std::string_view order_key;
  std::string_view record;  // the entry, by model/record.h
  std::string_view json;    // what clients see, without a comma; empty: nothing
};

class Chunk {
 public:
  // `rows` is not empty and in order. Copies the bytes.
  static std::shared_ptr<const Chunk> Make(const Row* rows, size_t count);

  size_t row_count() const { return ends_.size(); }
  size_t visible_count() const { return visible_count_; }
  Row row(size_t i) const;
  std::string_view first_key() const { return row(0).order_key; }

  // The rows' number whose key is the first not below `order_key`.
  size_t LowerBound(std::string_view order_key) const;

  // The JSON of `count` visible rows from visible row `first` on, each followed
  // by a comma. There must be so many.
  std::string_view VisibleJson(size_t first, size_t count) const;

 private:
  struct Ends {  // of a row's parts, each in its own run of bytes
    uint32_t key;
    uint32_t record;
    uint32_t json;
  };

  Ends begin_of(size_t i) const { return i == 0 ? Ends{0, 0, 0} : ends_[i - 1]; }
  // Where in the JSON the first `visible` visible rows end.
  uint32_t JsonEndOfVisible(size_t visible) const;

  std::string keys_;
  std::string records_;
  std::string json_;
  std::vector<Ends> ends_;
  size_t visible_count_ = 0;
};

}  // namespace muster::view

#endif  // MUSTER_VIEW_CHUNK_H_
