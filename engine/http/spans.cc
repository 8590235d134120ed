// Room for spans beyond those that fit inside, which threads keep for next time.
#include "muster/spans.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "muster/snapshot.h"

namespace muster {
namespace {

// What a page of 500 rows needs at most, with what stands before and after it.
constexpr size_t kPageCapacity = Snapshot::kMaxLimit + 2;

using Allocator = std::allocator<std::string_view>;

// Trivial, so that it can be used for as long as the thread runs any code.
struct Spare {
  std::string_view* room;  // for kPageCapacity spans; null: none
  bool armed;              // it will be freed when the thread ends …
  bool ends;               // … which is now
};
constinit thread_local Spare t_spare{};

struct SpareFreer {
  ~SpareFreer() {
    Spare& spare = t_spare;
    if (spare.room != nullptr) Allocator().deallocate(spare.room, kPageCapacity);
    spare = {nullptr, true, true};
  }
};

std::string_view* Allocate(size_t capacity) {
  Spare& spare = t_spare;
  if (capacity == kPageCapacity && spare.room != nullptr) {
    return std::exchange(spare.room, nullptr);
  }
  return Allocator().allocate(capacity);
}

void Free(std::string_view* room, size_t capacity) noexcept {
  Spare& spare = t_spare;
  if (capacity == kPageCapacity && spare.room == nullptr && !spare.ends) {
    spare.room = room;
    if (spare.armed) return;
    thread_local SpareFreer freer;  // runs at the thread's end from now on
    static_cast<void>(&freer);
    spare.armed = true;
    return;
  }
  Allocator().deallocate(room, capacity);
}

}  // namespace

void Spans::AppendToHeap(std::string_view bytes) {
  if (count_ >= heap_capacity_) {
    const size_t capacity = std::max(kPageCapacity, 2 * heap_capacity_);
    std::string_view* const room = Allocate(capacity);
    std::uninitialized_copy(begin(), end(), room);
    if (heap_ != nullptr) Free(heap_, heap_capacity_);
    heap_ = room;
    heap_capacity_ = capacity;
  } else if (count_ == kInline) {
    std::uninitialized_copy(begin(), end(), heap_);  // it was of use before
  }
  ::new (static_cast<void*>(heap_ + count_)) std::string_view(bytes);
  ++count_;
}

void Spans::FreeHeap() noexcept { Free(heap_, heap_capacity_); }

}  // namespace muster
