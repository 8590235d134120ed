#include "store/lmdb/page_walk.h"

#include <cstring>

#include "store/lmdb/read_fully.h"

namespace muster::store {
namespace {

// A page's head, and the flags in it.
constexpr size_t kPageNumberOffset = 0;
constexpr size_t kPageFlagsOffset = 10;
constexpr size_t kPageLowerOffset = 12;  // end of the array of node offsets
constexpr size_t kPageUpperOffset = 14;  // start of the nodes
constexpr size_t kPageHeadBytes = 16;
constexpr uint16_t kBranchPage = 0x01;
constexpr uint16_t kLeafPage = 0x02;
constexpr uint16_t kLeaf2Page = 0x20;

// A node's head, and the flags in it. The first four bytes are the size of a
// leaf's value; in a branch they are the low bits of a page number, whose high
// bits are in the place of the flags.
constexpr size_t kNodeFlagsOffset = 4;
constexpr size_t kNodeKeySizeOffset = 6;
constexpr size_t kNodeHeadBytes = 8;
constexpr uint16_t kBigValueNode = 0x01;
constexpr uint16_t kTableNode = 0x02;
constexpr uint16_t kDuplicatesNode = 0x04;

// A table's record, the value of a table node.
constexpr size_t kTableFlagsOffset = 4;
constexpr size_t kTableDepthOffset = 6;
constexpr size_t kTableEntriesOffset = 32;
constexpr size_t kTableRootOffset = 40;
constexpr size_t kTableBytes = 48;

// LMDB's own limit (CURSOR_STACK).
constexpr int kMaxDepth = 32;

// LMDB writes in the machine's own byte order.
template <typename T>
T Load(const uint8_t* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof(T));
  return value;
}

}  // namespace

bool PageWalk::Tree(uint64_t root, absl::FunctionRef<bool(const Entry&)> visit) {
  depth_ = 0;
  return root == kNoPage || Page(root, 1, visit);
}

bool PageWalk::Read(uint64_t page_number, std::vector<uint8_t>* page) {
  if (page_number >= page_count_ || budget_ == 0) return false;
  --budget_;
  page->resize(page_size_);
  return ReadFully(fd_, page_number * page_size_, page->data(), page_size_) == page_size_ &&
         Load<uint64_t>(page->data() + kPageNumberOffset) == page_number;
}

bool PageWalk::Page(uint64_t page_number, int depth,
                    absl::FunctionRef<bool(const Entry&)> visit) {
  std::vector<uint8_t> page;
  if (depth > kMaxDepth || !Read(page_number, &page)) return false;
  const uint16_t flags = Load<uint16_t>(page.data() + kPageFlagsOffset);
  const size_t lower = Load<uint16_t>(page.data() + kPageLowerOffset);
  const size_t upper = Load<uint16_t>(page.data() + kPageUpperOffset);
  if (lower < kPageHeadBytes || lower > upper || upper > page_size_) return false;
  if ((flags & kLeaf2Page) != 0) return false;
  if ((flags & kLeafPage) != 0) {
    if (depth_ != 0 && depth_ != depth) return false;  // all leaves are as deep
    depth_ = depth;
  }

  for (size_t at = kPageHeadBytes; at + 2 <= lower; at += 2) {
    const size_t offset = Load<uint16_t>(page.data() + at);
    if (offset < upper || offset + kNodeHeadBytes > page_size_) return false;
    if ((flags & kLeafPage) != 0) {
      if (!Leaf(page.data(), offset, visit)) return false;
    } else if ((flags & kBranchPage) != 0) {
      const uint8_t* node = page.data() + offset;
      const uint64_t high = Load<uint16_t>(node + kNodeFlagsOffset);
      if (!Page(Load<uint32_t>(node) | high << 32, depth + 1, visit)) return false;
    } else {
      return false;
    }
  }
  return true;
}

bool PageWalk::Leaf(const uint8_t* page, size_t offset,
                    absl::FunctionRef<bool(const Entry&)> visit) {
  const uint8_t* node = page + offset;
  const uint64_t value_size = Load<uint32_t>(node);
  const uint16_t flags = Load<uint16_t>(node + kNodeFlagsOffset);
  const size_t key_size = Load<uint16_t>(node + kNodeKeySizeOffset);
  const bool is_big = (flags & kBigValueNode) != 0;
  const uint64_t bytes_here = is_big ? sizeof(uint64_t) : value_size;
  if (offset + kNodeHeadBytes + key_size + bytes_here > page_size_) return false;

  const uint8_t* key = node + kNodeHeadBytes;
  const uint8_t* value = key + key_size;
  Entry entry;
  entry.key = {reinterpret_cast<const char*>(key), key_size};
  if (is_big) {
    const uint64_t first = Load<uint64_t>(value);
    const uint64_t pages = (kPageHeadBytes - 1 + value_size) / page_size_ + 1;
    if (first >= page_count_ || pages > page_count_ - first) return false;
  } else if ((flags & kDuplicatesNode) != 0) {
    return false;  // no tree of a store has any
  } else if ((flags & kTableNode) != 0) {
    if (value_size != kTableBytes) return false;
    entry.is_table = true;
    entry.table_flags = Load<uint16_t>(value + kTableFlagsOffset);
    entry.table_depth = Load<uint16_t>(value + kTableDepthOffset);
    entry.table_entries = Load<uint64_t>(value + kTableEntriesOffset);
    entry.table_root = Load<uint64_t>(value + kTableRootOffset);
  }
  return visit(entry);
}

}  // namespace muster::store
