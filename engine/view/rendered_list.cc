#include "view/rendered_list.h"

#include <algorithm>

namespace muster::view {
namespace {

// A chunk is what one changed row costs to copy, and what bounds the spans of a
// page: 500 rows are at most ten full chunks.
constexpr size_t kMaxRows = 96;
// A chunk left smaller than this takes in rows of its neighbour.
constexpr size_t kMinRows = 32;

bool SameToClients(const std::optional<Row>& before, const RowChange& change) {
  const std::string_view old_json = before ? before->json : std::string_view();
  return old_json == (change.present ? std::string_view(change.json) : std::string_view());
}

}  // namespace

RenderedList::Builder::Builder() : list_(std::make_shared<RenderedList>()) {}

void RenderedList::Builder::Append(const Row& row) {
  bytes_.append(row.order_key).append(row.record).append(row.json);
  pending_.push_back({row.order_key.size(), row.record.size(), row.json.size()});
  // Waiting for one and a half chunks keeps the last one from being a sliver.
  if (pending_.size() >= kMaxRows + kMaxRows / 2) Flush();
}

void RenderedList::Builder::AppendChunk(const std::shared_ptr<const Chunk>& chunk) {
  if (pending_.empty()) {
    list_->Add(chunk);
    return;
  }
  if (pending_.size() >= kMinRows) {
    Flush();
    list_->Add(chunk);
    return;
  }
  for (size_t i = 0; i < chunk->row_count(); ++i) Append(chunk->row(i));
}

void RenderedList::Builder::Flush() {
  std::vector<Row> rows;
  rows.reserve(pending_.size());
  const char* at = bytes_.data();
  const auto take = [&at](size_t size) {
    at += size;
    return std::string_view(at - size, size);
  };
  for (const Sizes& sizes : pending_) {
    Row row;
    row.order_key = take(sizes.key);
    row.record = take(sizes.record);
    row.json = take(sizes.json);
    rows.push_back(row);
  }
  const size_t pieces = (rows.size() + kMaxRows - 1) / kMaxRows;
  for (size_t i = 0; i < pieces; ++i) {
    const size_t begin = rows.size() * i / pieces;
    const size_t end = rows.size() * (i + 1) / pieces;
    list_->Add(Chunk::Make(rows.data() + begin, end - begin));
  }
  bytes_.clear();
  pending_.clear();
}

std::shared_ptr<const RenderedList> RenderedList::Builder::Finish() {
  Flush();
  return std::move(list_);
}

void RenderedList::Add(std::shared_ptr<const Chunk> chunk) {
  if (visible_before_.empty()) visible_before_.push_back(0);
  visible_before_.push_back(visible_before_.back() + chunk->visible_count());
  row_count_ += chunk->row_count();
  chunks_.push_back(std::move(chunk));
}

size_t RenderedList::ChunkOfVisible(size_t offset) const {
  if (offset >= visible_count()) return chunks_.size();
  const auto after = std::upper_bound(visible_before_.begin(), visible_before_.end(), offset);
  return static_cast<size_t>(after - visible_before_.begin()) - 1;
}

size_t RenderedList::ChunkOfKey(std::string_view order_key) const {
  const auto after = std::upper_bound(
      chunks_.begin(), chunks_.end(), order_key,
      [](std::string_view key, const auto& chunk) { return key < chunk->first_key(); });
  const size_t number = static_cast<size_t>(after - chunks_.begin());
  return number == 0 ? 0 : number - 1;
}

std::shared_ptr<const RenderedList> RenderedList::With(const std::vector<RowChange>& changes,
                                                       bool* visible_changed) const {
  Builder builder;
  auto change = changes.begin();
  const auto append_change = [&](const std::optional<Row>& before) {
    if (!SameToClients(before, *change)) *visible_changed = true;
    if (change->present) builder.Append({change->order_key, change->record, change->json});
    ++change;
  };
  for (size_t c = 0; c < chunks_.size(); ++c) {
    const Chunk& chunk = *chunks_[c];
    // Rows up to the next chunk's first key belong here; to the last one, all.
    const bool last = c + 1 == chunks_.size();
    const auto is_here = [&] {
      return change != changes.end() &&
             (last || change->order_key < chunks_[c + 1]->first_key());
    };
    if (!is_here()) {
      builder.AppendChunk(chunks_[c]);
      continue;
    }
    for (size_t i = 0; i < chunk.row_count(); ++i) {
      const Row row = chunk.row(i);
      while (is_here() && change->order_key < row.order_key) append_change(std::nullopt);
      if (is_here() && change->order_key == row.order_key) {
        append_change(row);
      } else {
        builder.Append(row);
      }
    }
    while (is_here()) append_change(std::nullopt);
  }
  while (change != changes.end()) append_change(std::nullopt);
  return builder.Finish();
}

size_t RenderedList::Slice(size_t offset, size_t limit, Spans* out) const {
  const size_t total = visible_count();
  if (offset >= total || limit == 0) return 0;
  const size_t count = std::min(limit, total - offset);
  size_t left = count;
  for (size_t c = ChunkOfVisible(offset); left > 0; ++c) {
    const size_t first = offset > visible_before_[c] ? offset - visible_before_[c] : 0;
    const size_t here = std::min(left, chunks_[c]->visible_count() - first);
    if (here == 0) continue;
    std::string_view json = chunks_[c]->VisibleJson(first, here);
    left -= here;
    if (left == 0) json.remove_suffix(1);  // no comma after the last one
    out->Append(json);
  }
  return count;
}

std::optional<Row> RenderedList::Find(std::string_view order_key) const {
  if (chunks_.empty()) return std::nullopt;
  const Chunk& chunk = *chunks_[ChunkOfKey(order_key)];
  const size_t at = chunk.LowerBound(order_key);
  if (at == chunk.row_count()) return std::nullopt;
  const Row row = chunk.row(at);
  if (row.order_key != order_key) return std::nullopt;
  return row;
}

}  // namespace muster::view
