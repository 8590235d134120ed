// MemoryTable: the rows of one table in order of key, as a value.
//
// A copy shares the rows, in blocks of up to 128; a change copies the one block that
// it falls into, if that is shared. So a commit of one row costs a list of blocks and
// one block, and a transaction that reads keeps what it began with.
//
// Invariants: keys ascend within a block and from block to block; no block is empty.
//
// A copy may be read by any thread; one is changed by one thread, while nobody
// copies it.
#ifndef MUSTER_STORE_MEMORY_MEMORY_TABLE_H_
#define MUSTER_STORE_MEMORY_MEMORY_TABLE_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace muster::store {

class MemoryTable {
 public:
  // Valid until the table is changed or gone.
  std::optional<std::string_view> Find(std::string_view key) const;

  // Calls visit(key, value) from `first` on, until it returns false.
  void Visit(std::string_view first,
             const std::function<bool(std::string_view, std::string_view)>& visit) const;

  void Put(std::string_view key, std::string_view value);
  void Delete(std::string_view key);  // nothing where there is none

 private:
  using Row = std::pair<std::string, std::string>;
  using Block = std::vector<Row>;

  // The block that a row of that key is in or belongs into; the number of blocks
  // where there is none.
  size_t BlockOf(std::string_view key) const;
  // The same block, not shared with anybody.
  Block& Own(size_t number);

  std::vector<std::shared_ptr<Block>> blocks_;
};

}  // namespace muster::store

#endif  // MUSTER_STORE_MEMORY_MEMORY_TABLE_H_
