#include "identity/zeroed_memory.h"

#include <sys/mman.h>

#include <memory>

namespace muster::identity {
namespace {

constexpr size_t kLargePage = size_t{2} << 20;

}  // namespace

// Not calloc(): that may have to clear memory, and so touch all of it. Large
// pages make a look-up at random in a large table a third cheaper; they need
// the block to begin where such a page does.
ZeroedMemory::ZeroedMemory(size_t bytes)
    : mapped_bytes_(bytes < kLargePage ? bytes : bytes + kLargePage) {
  if (bytes == 0) return;
  void* mapped = mmap(nullptr, mapped_bytes_, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED) return;
  mapped_ = mapped;
  data_ = mapped;
  if (bytes < kLargePage) return;
  size_t room = mapped_bytes_;
  std::align(kLargePage, bytes, data_, room);
  static_cast<void>(madvise(data_, bytes, MADV_HUGEPAGE));
}

ZeroedMemory::~ZeroedMemory() {
  if (mapped_ != nullptr) munmap(mapped_, mapped_bytes_);
}

}  // namespace muster::identity
