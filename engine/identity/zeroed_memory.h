// ZeroedMemory: a large block of zeros, of which only those pages take memory
// that were written to, large ones where the system has them. Not movable; what stands in it is
// the owner's business.
#ifndef MUSTER_IDENTITY_ZEROED_MEMORY_H_
#define MUSTER_IDENTITY_ZEROED_MEMORY_H_

#include <cstddef>
#include <cstdint>

namespace muster::identity {

class ZeroedMemory {
 public:
  // data() is null where `bytes` is 0 or the system gives none.
  explicit ZeroedMemory(size_t bytes);
  ~ZeroedMemory();
  ZeroedMemory(const ZeroedMemory&) = delete;
  ZeroedMemory& operator=(const ZeroedMemory&) = delete;

  void* data() const { return data_; }  // at the start of a page

 private:
  const size_t mapped_bytes_;
  void* mapped_ = nullptr;
  void* data_ = nullptr;
};

}  // namespace muster::identity

#endif  // MUSTER_IDENTITY_ZEROED_MEMORY_H_
