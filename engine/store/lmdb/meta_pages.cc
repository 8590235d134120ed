#include "store/lmdb/meta_pages.h"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>

#include "store/lmdb/data_file.h"
#include "store/lmdb/lmdb_status.h"

namespace muster::store {

absl::StatusOr<std::unique_ptr<MetaPages>> MetaPages::Map(int fd) {
  const size_t page_size = SystemPageSize();
  void* pages = mmap(nullptr, 2 * page_size, PROT_READ, MAP_SHARED, fd, 0);
  if (pages == MAP_FAILED) return LmdbStatus(errno);
  return std::unique_ptr<MetaPages>(
      new MetaPages(static_cast<const std::byte*>(pages), page_size));
}

MetaPages::~MetaPages() { munmap(const_cast<std::byte*>(pages_), 2 * page_size_); }

// The kernel writes these bytes, for another process or this one: an atomic load
// of an aligned word sees the old value or the new one. Acquire, so that what is
// read after it is not older than the commit it tells of.
uint64_t MetaPages::Load(int page, size_t offset) const noexcept {
  const std::byte* at = pages_ + static_cast<size_t>(page) * page_size_ + offset;
  return __atomic_load_n(reinterpret_cast<const uint64_t*>(at), __ATOMIC_ACQUIRE);
}

uint64_t MetaPages::LatestCommit() const noexcept {
  return std::max(Load(0, kMetaTransactionOffset), Load(1, kMetaTransactionOffset));
}

int MetaPages::Newest() const noexcept {
  return Load(1, kMetaTransactionOffset) > Load(0, kMetaTransactionOffset) ? 1 : 0;
}

uint64_t MetaPages::map_size() const noexcept { return Load(Newest(), kMetaMapSizeOffset); }

uint64_t MetaPages::file_size() const noexcept {
  return (Load(Newest(), kMetaLastPageOffset) + 1) * page_size_;
}

}  // namespace muster::store
