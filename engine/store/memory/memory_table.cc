#include "store/memory/memory_table.h"

#include <algorithm>
#include <iterator>

namespace muster::store {
namespace {

constexpr size_t kMaxRows = 128;

// The first row whose key is not below `key`.
template <typename Rows>
auto LowerBound(Rows& rows, std::string_view key) {
  return std::lower_bound(
      rows.begin(), rows.end(), key,
      [](const auto& row, std::string_view wanted) { return row.first < wanted; });
}

}  // namespace

size_t MemoryTable::BlockOf(std::string_view key) const {
  const auto after =
      std::upper_bound(blocks_.begin(), blocks_.end(), key,
                       [](std::string_view wanted, const std::shared_ptr<Block>& block) {
                         return wanted < block->front().first;
                       });
  const auto number = static_cast<size_t>(after - blocks_.begin());
  return number == 0 ? 0 : number - 1;
}

std::optional<std::string_view> MemoryTable::Find(std::string_view key) const {
  if (blocks_.empty()) return std::nullopt;
  const Block& block = *blocks_[BlockOf(key)];
  const auto row = LowerBound(block, key);
  if (row == block.end() || row->first != key) return std::nullopt;
  return std::string_view(row->second);
}

void MemoryTable::Visit(
    std::string_view first,
    const std::function<bool(std::string_view, std::string_view)>& visit) const {
  for (size_t number = BlockOf(first); number < blocks_.size(); ++number) {
    const Block& block = *blocks_[number];
    for (auto row = LowerBound(block, first); row != block.end(); ++row) {
      if (!visit(row->first, row->second)) return;
    }
  }
}

MemoryTable::Block& MemoryTable::Own(size_t number) {
  std::shared_ptr<Block>& block = blocks_[number];
  if (block.use_count() > 1) block = std::make_shared<Block>(*block);
  return *block;
}

void MemoryTable::Put(std::string_view key, std::string_view value) {
  if (blocks_.empty()) {
    blocks_.push_back(std::make_shared<Block>(1, Row(key, value)));
    return;
  }
  const size_t number = BlockOf(key);
  Block& block = Own(number);
  const auto row = LowerBound(block, key);
  if (row != block.end() && row->first == key) {
    row->second = std::string(value);
    return;
  }
  block.emplace(row, key, value);
  if (block.size() <= kMaxRows) return;
  const auto middle = block.begin() + static_cast<ptrdiff_t>(block.size() / 2);
  auto upper = std::make_shared<Block>(std::make_move_iterator(middle),
                                       std::make_move_iterator(block.end()));
  block.erase(middle, block.end());
  blocks_.insert(blocks_.begin() + static_cast<ptrdiff_t>(number) + 1, std::move(upper));
}

void MemoryTable::Delete(std::string_view key) {
  if (!Find(key)) return;
  const size_t number = BlockOf(key);
  Block& block = Own(number);
  block.erase(LowerBound(block, key));
  if (block.empty()) blocks_.erase(blocks_.begin() + static_cast<ptrdiff_t>(number));
}

}  // namespace muster::store
