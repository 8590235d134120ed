#include "counting_new.h"

#include <malloc.h>

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

thread_local int64_t allocations = 0;
std::atomic<int64_t> live_bytes{0};

void* Allocate(size_t size, size_t alignment) {
  ++allocations;
  // aligned_alloc() wants a multiple of the alignment, and more than nothing.
  void* memory = std::aligned_alloc(alignment, (size / alignment + 1) * alignment);
  if (memory == nullptr) std::abort();
  live_bytes.fetch_add(static_cast<int64_t>(malloc_usable_size(memory)),
                       std::memory_order_relaxed);
  return memory;
}

void Free(void* memory) {
  if (memory == nullptr) return;
  live_bytes.fetch_sub(static_cast<int64_t>(malloc_usable_size(memory)),
                       std::memory_order_relaxed);
  std::free(memory);
}

size_t Number(std::align_val_t alignment) { return static_cast<size_t>(alignment); }

}  // namespace

namespace muster {

int64_t AllocationsOfThisThread() { return allocations; }

int64_t LiveBytes() { return live_bytes.load(std::memory_order_relaxed); }

}  // namespace muster

void* operator new(size_t size) { return Allocate(size, alignof(std::max_align_t)); }
void* operator new[](size_t size) { return Allocate(size, alignof(std::max_align_t)); }
void* operator new(size_t size, std::align_val_t a) { return Allocate(size, Number(a)); }
void* operator new[](size_t size, std::align_val_t a) { return Allocate(size, Number(a)); }
void operator delete(void* memory) noexcept { Free(memory); }
void operator delete[](void* memory) noexcept { Free(memory); }
void operator delete(void* memory, size_t) noexcept { Free(memory); }
void operator delete[](void* memory, size_t) noexcept { Free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { Free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { Free(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept { Free(memory); }
void operator delete[](void* memory, size_t, std::align_val_t) noexcept { Free(memory); }
