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

bool Stage::IsHashed(Table table) {
  switch (table) {
    case Table::kHosts:
    case Table::kUsers:
    case Table::kApiKeys:
    case Table::kSandboxes:
    case Table::kHeartbeats:
      return true;
    default:
      return false;
  }
}

const Stage::Value* Stage::Find(Table table, std::string_view key) const {
  const Rows& rows = this->rows(table);
  if (!rows.hashed.empty()) {
    const auto found = rows.hashed.find(key);
    return found == rows.hashed.end() ? nullptr : &found->second;
  }
  if (rows.ordered.empty()) return nullptr;
  const auto found = rows.ordered.find(key);
  return found == rows.ordered.end() ? nullptr : &found->second;
}

void Stage::Put(Table table, std::string_view key, std::string_view value) {
  Set(table, key, {Keep(value), false});
}

void Stage::Delete(Table table, std::string_view key) { Set(table, key, {{}, true}); }

Stage::Value* Stage::PlaceOf(Table table, std::string_view key, bool* is_new,
                             std::string_view* kept) {
  Rows& rows = rows_[static_cast<size_t>(table)];
  if (IsHashed(table)) {
    const auto found = rows.hashed.lazy_emplace(
        key, [&](const auto& make) { make(*kept = Keep(key), Value()); });
    *is_new = !kept->empty();
    *kept = found->first;
    return &found->second;
  }
  auto place = rows.ordered.lower_bound(key);
  *is_new = place == rows.ordered.end() || place->first != key;
  if (*is_new) place = rows.ordered.emplace_hint(place, Keep(key), Value());
  *kept = place->first;
  return &place->second;
}

void Stage::Set(Table table, std::string_view key, const Value& value) {
  bool is_new = false;
  std::string_view kept;
  Value* const place = PlaceOf(table, key, &is_new, &kept);
  changes_.push_back({table, kept, !is_new, *place});
  *place = value;
  if (is_new) bytes_ += kRowBytes;
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
    if (change.had_value) {
      bool is_new = false;
      std::string_view kept;
      *PlaceOf(change.table, change.key, &is_new, &kept) = change.before;
    } else if (IsHashed(change.table)) {
      rows.hashed.erase(change.key);
    } else {
      rows.ordered.erase(change.key);
    }
    changes_.pop_back();
  }
}

bool Stage::empty() const {
  return std::all_of(rows_.begin(), rows_.end(), [](const Rows& rows) {
    return rows.hashed.empty() && rows.ordered.empty();
  });
}

Stage::Cursor::Cursor(const Stage& stage, Table table, std::string_view first)
    : hashed_(IsHashed(table)) {
  const Rows& rows = stage.rows(table);
  if (!hashed_) {
    ordered_ = rows.ordered.lower_bound(first);
    end_ = rows.ordered.end();
    return;
  }
  for (const auto& [key, value] : rows.hashed) {
    if (key >= first) sorted_.emplace_back(key, value);
  }
  std::sort(sorted_.begin(), sorted_.end(),
            [](const Row& a, const Row& b) { return a.first < b.first; });
}

absl::Status Stage::WriteTo(WriteTransaction& transaction) const {
  for (int number = 0; number < kTableCount; ++number) {
    const Table table = static_cast<Table>(number);
    for (Cursor cursor(*this, table, {}); !cursor.at_end(); cursor.Next()) {
      const auto [key, value] = cursor.row();
      absl::Status status = value.deleted ? transaction.Delete(table, key)
                                          : transaction.Put(table, key, value.bytes);
      if (!status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

}  // namespace muster::commit
