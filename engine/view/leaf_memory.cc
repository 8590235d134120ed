#include "view/leaf_memory.h"

#include <algorithm>
#include <new>

namespace muster::view {
namespace {

// Blocks come in steps, so that one fits the next leaf of about that size.
constexpr size_t kStep = 512;

size_t RoundUp(size_t bytes) { return (bytes + kStep - 1) / kStep * kStep; }

}  // namespace

LeafMemory& LeafMemory::Instance() {
  static LeafMemory* const instance = new LeafMemory;
  return *instance;
}

LeafMemory::~LeafMemory() {
  for (size_t i = 0; i < kept_count_; ++i) ::operator delete(kept_[i].address);
}

bool LeafMemory::TakeKept(size_t bytes, Block* block) {
  const std::unique_lock<std::mutex> lock(mutex_, std::try_to_lock);
  if (!lock.owns_lock()) return false;
  // The youngest first: more of it is still in the cache.
  for (size_t i = kept_count_; i-- > 0;) {
    if (kept_[i].bytes < bytes || kept_[i].bytes > bytes + bytes / 8) continue;
    *block = kept_[i];
    std::copy(kept_.begin() + i + 1, kept_.begin() + kept_count_, kept_.begin() + i);
    --kept_count_;
    return true;
  }
  return false;
}

LeafMemory::Block LeafMemory::Take(size_t bytes) {
  Block block = {nullptr, RoundUp(bytes)};
  if (!TakeKept(block.bytes, &block)) block.address = ::operator new(block.bytes);
  return block;
}

void LeafMemory::Give(Block block) noexcept {
  void* unwanted = block.address;
  if (block.bytes <= kMaxKeptBytes) {
    const std::unique_lock<std::mutex> lock(mutex_, std::try_to_lock);
    if (lock.owns_lock()) {
      unwanted = nullptr;
      if (kept_count_ == kMaxKept) {
        unwanted = kept_[0].address;
        std::copy(kept_.begin() + 1, kept_.end(), kept_.begin());
        --kept_count_;
      }
      kept_[kept_count_++] = block;
    }
  }
  ::operator delete(unwanted);
}

}  // namespace muster::view
