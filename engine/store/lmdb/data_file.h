// data.mdb, looked at with pread() before LMDB may touch it.
//
// LMDB maps its file and trusts it: a file that is cut short is a SIGBUS, one
// that is not LMDB's or is damaged in its first pages can be an abort(). So the
// meta pages and the names of the tables are read here first, out of a copy, and
// what is not a whole store is refused.
//
// The layout is that of LMDB 0.9 on 64-bit machines (mdb.c, "page structure"),
// which has not changed since 2012. Pages 0 and 1 are meta pages, written in
// turn; the one with the larger transaction id counts.
//
// Free functions; any thread, also while other processes commit.
#ifndef MUSTER_STORE_LMDB_DATA_FILE_H_
#define MUSTER_STORE_LMDB_DATA_FILE_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"

namespace muster::store {

// Where things stand in a meta page, in bytes from its start.
inline constexpr size_t kMetaMagicOffset = 16;
inline constexpr size_t kMetaVersionOffset = 20;
inline constexpr size_t kMetaMapSizeOffset = 32;
inline constexpr size_t kMetaPageSizeOffset = 40;
inline constexpr size_t kMetaFreeFlagsOffset = 44;
inline constexpr size_t kMetaFreeRootOffset = 80;
inline constexpr size_t kMetaMainFlagsOffset = 92;
inline constexpr size_t kMetaMainRootOffset = 128;
inline constexpr size_t kMetaLastPageOffset = 136;
inline constexpr size_t kMetaTransactionOffset = 144;
inline constexpr size_t kMetaBytes = 152;

// The size of a page that LMDB uses on this machine.
size_t SystemPageSize();

// What a data file holds.
enum class Content {
  kEmpty,     // no bytes, or less than a creation writes first
  kNoTables,  // LMDB's, and nothing in it
  kStore,     // has our tables
};

// Looks at the file behind `fd`. `place` is its path, for errors:
// FailedPrecondition (not ours, or of another page size), DataLoss (cut short,
// damaged), Unavailable (cannot be read).
absl::StatusOr<Content> InspectDataFile(int fd, std::string_view place);

// Whether every page that the newest commit can reach lies within the file. It
// may be shorter than its meta page says and yet whole: pages that a transaction
// both took and gave back are counted but never written. Reads every page, so it
// is for files that are too short. False where pages are missing or damaged.
bool ReachesOnlyPagesInFile(int fd);

// Walks every page that the newest commit can reach, and calls `finding` for each
// tree that is not what it should be, with its table's name ("" for what leads to
// the tables, and "free" for LMDB's list of pages that are free). `progress` is
// called now and then. A read transaction that was begun before keeps other
// processes from using pages again meanwhile. Unavailable where the file cannot be read.
absl::Status FindDamagedTrees(int fd, absl::FunctionRef<void(std::string_view table)> finding,
                              absl::FunctionRef<void()> progress);

}  // namespace muster::store

#endif  // MUSTER_STORE_LMDB_DATA_FILE_H_
