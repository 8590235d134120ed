// PageWalk: LMDB's B+trees, walked with pread().
//
// Every number that is read is checked before it is used, so that any bytes can
// be walked: they are refused, but harm nothing. Used by one thread at a time.
#ifndef MUSTER_STORE_LMDB_PAGE_WALK_H_
#define MUSTER_STORE_LMDB_PAGE_WALK_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"

namespace muster::store {

class PageWalk {
 public:
  // The root of an empty tree.
  static constexpr uint64_t kNoPage = ~uint64_t{0};

  // A record of a leaf page. The bytes are valid during the call.
  struct Entry {
    std::string_view key;
    bool is_table = false;    // the value is a named table, with ...
    uint64_t table_root = 0;  // ... this root page, or kNoPage
    uint64_t table_entries = 0;
    int table_depth = 0;
    uint16_t table_flags = 0;
  };

  // Borrows `fd`, a file of at least `page_count` pages.
  PageWalk(int fd, uint64_t page_size, uint64_t page_count)
      : fd_(fd), page_size_(page_size), page_count_(page_count), budget_(page_count) {}

  // Calls `visit` for every entry of the tree below `root`, in order. False
  // where a page lies outside the file or is not what it should be, or where
  // `visit` returned false.
  bool Tree(uint64_t root, absl::FunctionRef<bool(const Entry&)> visit);

  // How many levels the last tree has; 0 where it is empty.
  int depth() const { return depth_; }

 private:
  bool Page(uint64_t page_number, int depth, absl::FunctionRef<bool(const Entry&)> visit);
  bool Leaf(const uint8_t* page, size_t offset, absl::FunctionRef<bool(const Entry&)> visit);
  bool Read(uint64_t page_number, std::vector<uint8_t>* page);

  int fd_;
  uint64_t page_size_;
  uint64_t page_count_;
  int depth_ = 0;
  uint64_t budget_;  // pages that may still be visited: a tree visits none twice
};

}  // namespace muster::store

#endif  // MUSTER_STORE_LMDB_PAGE_WALK_H_
