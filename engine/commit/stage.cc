#include "commit/stage.h"

#include <algorithm>
#include <cstring>

namespace muster::commit {
namespace {

constexpr size_t kFirstBlockBytes = 4096;
constexpr size_t kMaxBlockBytes = size_t{1} << 18;
// What a changed key takes beside its bytes.
constexpr size_t kRowBytes = 64;

}  // namespace

const Stage::Value* Stage::Find(Table table, std::string_view key) const {
  const Rows& rows = this->rows(table);
  if (rows.empty()) return nullptr;
  const auto found = rows.find(key);
  return found == rows.end() ? nullptr : &found->second;
}

void Stage::Put(Table table, std::string_view key, std::string_view value) {
  Set(table, key, {Keep(value), false});
}

void Stage::Delete(Table table, std::string_view key) { Set(table, key, {{}, true}); }

void Stage::Set(Table table, std::string_view key, const Value& value) {
  Rows& rows = rows_[static_cast<size_t>(table)];
  const auto place = rows.lower_bound(key);
  if (place != rows.end() && place->first == key) {
    changes_.push_back({table, place->first, true, place->second});
    place->second = value;
    return;
  }
  const std::string_view kept = Keep(key);
  rows.emplace_hint(place, kept, value);
  changes_.push_back({table, kept, false, {}});
  bytes_ += kRowBytes;
}

std::string_view Stage::Keep(std::string_view bytes) {
  if (bytes.empty()) return {};
  if (bytes.size() > free_bytes_) {
    // Small for a single change, then larger.
    const size_t usual =
        std::min(kFirstBlockBytes << std::min<size_t>(blocks_.size(), 6), kMaxBlockBytes);
    const size_t size = std::max(usual, bytes.size());
    blocks_.emplace_back(new char[size]);
    free_ = blocks_.back().get();
    free_bytes_ = size;
    bytes_ += size;
  }
  char* const place = free_;
  std::memcpy(place, bytes.data(), bytes.size());
  free_ += bytes.size();
  free_bytes_ -= bytes.size();
  return {place, bytes.size()};
}

void Stage::RollBack(size_t changes) {
  while (changes_.size() > changes) {
    const Change& change = changes_.back();
    Rows& rows = rows_[static_cast<size_t>(change.table)];
    const auto place = rows.find(change.key);
    if (change.had_value) {
      place->second = change.before;
    } else {
      rows.erase(place);
    }
    changes_.pop_back();
  }
}

bool Stage::empty() const {
  return std::all_of(rows_.begin(), rows_.end(), [](const Rows& rows) { return rows.empty(); });
}

absl::Status Stage::WriteTo(WriteTransaction& transaction) const {
  for (int table = 0; table < kTableCount; ++table) {
    for (const auto& [key, value] : rows_[static_cast<size_t>(table)]) {
      absl::Status status = value.deleted
                                ? transaction.Delete(static_cast<Table>(table), key)
                                : transaction.Put(static_cast<Table>(table), key, value.bytes);
      if (!status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

}  // namespace muster::commit
