#include "view/chunk.h"

namespace muster::view {

std::shared_ptr<const Chunk> Chunk::Make(const Row* rows, size_t count) {
  size_t key_bytes = 0, record_bytes = 0, json_bytes = 0;
  for (size_t i = 0; i < count; ++i) {
    key_bytes += rows[i].order_key.size();
    record_bytes += rows[i].record.size();
    json_bytes += rows[i].json.empty() ? 0 : rows[i].json.size() + 1;
  }
  auto chunk = std::make_shared<Chunk>();
  chunk->keys_.reserve(key_bytes);
  chunk->records_.reserve(record_bytes);
  chunk->json_.reserve(json_bytes);
  chunk->ends_.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    const Row& row = rows[i];
    chunk->keys_.append(row.order_key);
    chunk->records_.append(row.record);
    if (!row.json.empty()) {
      chunk->json_.append(row.json).push_back(',');
      ++chunk->visible_count_;
    }
    chunk->ends_.push_back({static_cast<uint32_t>(chunk->keys_.size()),
                            static_cast<uint32_t>(chunk->records_.size()),
                            static_cast<uint32_t>(chunk->json_.size())});
  }
  return chunk;
}

Row Chunk::row(size_t i) const {
  const Ends begin = begin_of(i);
  const Ends end = ends_[i];
  std::string_view json(json_.data() + begin.json, end.json - begin.json);
  if (!json.empty()) json.remove_suffix(1);  // the comma
  return {std::string_view(keys_.data() + begin.key, end.key - begin.key),
          std::string_view(records_.data() + begin.record, end.record - begin.record), json};
}

size_t Chunk::LowerBound(std::string_view order_key) const {
  size_t low = 0, high = row_count();
  while (low < high) {
    const size_t middle = (low + high) / 2;
    if (row(middle).order_key < order_key) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

uint32_t Chunk::JsonEndOfVisible(size_t visible) const {
  if (visible == 0) return 0;
  if (visible_count_ == row_count()) return ends_[visible - 1].json;
  size_t seen = 0;
  for (size_t i = 0; i < row_count(); ++i) {
    if (ends_[i].json > begin_of(i).json && ++seen == visible) return ends_[i].json;
  }
  return static_cast<uint32_t>(json_.size());
}

std::string_view Chunk::VisibleJson(size_t first, size_t count) const {
  const uint32_t begin = JsonEndOfVisible(first);
  const uint32_t end = JsonEndOfVisible(first + count);
  return std::string_view(json_.data() + begin, end - begin);
}

}  // namespace muster::view
