// MetaPages: LMDB's two meta pages, seen through a small mapping of our own.
//
// LMDB writes a meta page as the last step of every commit, with pwrite(), which
// every mapping of the file sees at once. So which commit is the newest is a load
// or two from memory, whoever made it, and a writer that was killed between its
// commit and some count of ours could not hide it. LMDB's own mapping will not do
// for that: when the store grows it moves.
//
// Reads from any thread. The mapping must not outlive the file's first two
// pages: nothing ever cuts them off but damage from outside.
#ifndef MUSTER_STORE_LMDB_META_PAGES_H_
#define MUSTER_STORE_LMDB_META_PAGES_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"

namespace muster::store {

class MetaPages {
 public:
  // Maps the file behind `fd`, which may be closed afterwards.
  static absl::StatusOr<std::unique_ptr<MetaPages>> Map(int fd);

  ~MetaPages();
  MetaPages(const MetaPages&) = delete;
  MetaPages& operator=(const MetaPages&) = delete;

  // The transaction id of the newest commit.
  uint64_t LatestCommit() const noexcept;

  // Of the newest commit: the largest map that any process asked for, and the
  // bytes that the file has when no page is missing at its end. Hints: commits
  // that come meanwhile may mix the values of two.
  uint64_t map_size() const noexcept;
  uint64_t file_size() const noexcept;

 private:
  MetaPages(const std::byte* pages, size_t page_size) : pages_(pages), page_size_(page_size) {}

  uint64_t Load(int page, size_t offset) const noexcept;
  int Newest() const noexcept;

  const std::byte* const pages_;
  const size_t page_size_;
};

}  // namespace muster::store

#endif  // MUSTER_STORE_LMDB_META_PAGES_H_
