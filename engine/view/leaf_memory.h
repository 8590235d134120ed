// Where leaves get their memory from: what lately freed leaves have left, or the heap.
//
// A writer that changes row after row frees a leaf for each that it makes, of about
// the same size and still in the processor's cache. The heap would join the one with
// its neighbours, which are not, and cut the other out of something else.
//
// Any thread. Nobody waits: where another thread is at it, or was when the process
// was forked, the heap serves.
#ifndef MUSTER_VIEW_LEAF_MEMORY_H_
#define MUSTER_VIEW_LEAF_MEMORY_H_

#include <array>
#include <cstddef>
#include <mutex>

namespace muster::view {

class LeafMemory {
 public:
  struct Block {
    void* address = nullptr;
    size_t bytes = 0;
  };

  // At most so many blocks of at most so many bytes, 1 MiB in all, are kept.
  static constexpr size_t kMaxKept = 16;
  static constexpr size_t kMaxKeptBytes = size_t{64} << 10;

  // The process's, which is never destroyed: leaves may be freed by whatever ends
  // last.
  static LeafMemory& Instance();

  LeafMemory() = default;
  ~LeafMemory();
  LeafMemory(const LeafMemory&) = delete;
  LeafMemory& operator=(const LeafMemory&) = delete;

  // A block of at least so many bytes, and not much more.
  Block Take(size_t bytes);
  // Frees what was taken.
  void Give(Block block) noexcept;

 private:
  bool TakeKept(size_t bytes, Block* block);

  std::mutex mutex_;
  std::array<Block, kMaxKept> kept_;  // the first kept_count_, oldest first
  size_t kept_count_ = 0;
};

}  // namespace muster::view

#endif  // MUSTER_VIEW_LEAF_MEMORY_H_
