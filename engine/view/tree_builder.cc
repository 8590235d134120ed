#include <algorithm>
#include <cstring>

#include "view/counted_tree.h"
#include "view/tree_edit.h"

namespace muster::view {

char* CountedTree::Builder::Room(size_t max_json_bytes) {
  const size_t needed = json_size_ + max_json_bytes;
  if (json_.size() < needed) json_.resize(std::max(needed, 2 * json_.size()));
  return json_.data() + json_size_;
}

void CountedTree::Builder::AppendRendered(std::string_view order_key, std::string_view record,
                                          const char* json_end) {
  const size_t json_bytes = static_cast<size_t>(json_end - json_.data()) - json_size_;
  json_size_ += json_bytes;
  entries_.append(order_key).append(record);
  pending_[pending_count_++] = {order_key.size(), record.size(), json_bytes};
  if (pending_count_ == pending_.size()) Flush();
}

void CountedTree::Builder::Append(const Row& row) {
  char* const json = Room(row.json.size());
  if (!row.json.empty()) std::memcpy(json, row.json.data(), row.json.size());
  AppendRendered(row.order_key, row.record, json + row.json.size());
}

void CountedTree::Builder::Flush() {
  if (pending_count_ == 0) return;
  std::array<Row, kBulkLeafRows> rows;
  const char* entry = entries_.data();
  const char* json = json_.data();
  for (size_t i = 0; i < pending_count_; ++i) {
    const Sizes& sizes = pending_[i];
    rows[i].order_key = {entry, sizes.key};
    rows[i].record = {entry + sizes.key, sizes.record};
    rows[i].json = {json, sizes.json};
    entry += sizes.key + sizes.record;
    json += sizes.json;
  }
  leaves_.push_back(Leaf::Make(rows.data(), pending_count_));
  pending_count_ = 0;
  entries_.clear();
  json_size_ = 0;
}

CountedTree CountedTree::Builder::Finish() {
  Flush();
  return CountedTree(MakeRoot(std::move(leaves_)));
}

}  // namespace muster::view
