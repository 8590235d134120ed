#include "store/lmdb/data_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "model/text.h"
#include "muster/store.h"
#include "store/lmdb/lmdb_status.h"
#include "store/lmdb/page_walk.h"
#include "store/lmdb/read_fully.h"
#include "store/seal.h"

namespace muster::store {
namespace {

using absl::StatusCode;

constexpr uint32_t kMagic = 0xBEEFC0DE;
constexpr uint32_t kVersion = 1;
constexpr uint16_t kIntegerKeys = 0x08;  // of the table of free pages
constexpr uint64_t kMinPageSize = 256;
constexpr uint64_t kMaxPageSize = 65536;
constexpr uint64_t kMaxPageNumber = uint64_t{1} << 47;  // its bytes still fit 64 bits

// How often a look is repeated because somebody committed meanwhile, and pages
// that were read may have been used again.
constexpr int kMaxLooks = 20;

constexpr uint64_t kEntriesBetweenProgress = 10'000;

// Format 1 had no change log.
constexpr int kFirstFormatTableCount = static_cast<int>(Table::kChangeLog);

constexpr std::string_view kForeign =
    "is not a Muster store: choose an empty or a new directory";
constexpr std::string_view kDamaged = "is damaged: restore the store from a backup";

struct MetaPage {
  bool has_magic = false;  // the rest is set only then
  uint32_t version = 0;
  uint32_t page_size = 0;
  uint16_t free_flags = 0;
  uint16_t main_flags = 0;
  uint64_t free_root = 0;
  uint64_t main_root = 0;
  uint64_t last_page = 0;
  uint64_t transaction = 0;

  bool operator==(const MetaPage&) const = default;
};

// LMDB writes in the machine's own byte order.
template <typename T>
T Load(const uint8_t* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof(T));
  return value;
}

MetaPage ReadMetaPage(int fd, uint64_t offset) {
  std::array<uint8_t, kMetaBytes> bytes;
  MetaPage meta;
  if (ReadFully(fd, offset, bytes.data(), bytes.size()) != bytes.size()) return meta;
  meta.has_magic = Load<uint32_t>(&bytes[kMetaMagicOffset]) == kMagic;
  if (!meta.has_magic) return meta;
  meta.version = Load<uint32_t>(&bytes[kMetaVersionOffset]);
  meta.page_size = Load<uint32_t>(&bytes[kMetaPageSizeOffset]);
  meta.free_flags = Load<uint16_t>(&bytes[kMetaFreeFlagsOffset]);
  meta.main_flags = Load<uint16_t>(&bytes[kMetaMainFlagsOffset]);
  meta.free_root = Load<uint64_t>(&bytes[kMetaFreeRootOffset]);
  meta.main_root = Load<uint64_t>(&bytes[kMetaMainRootOffset]);
  meta.last_page = Load<uint64_t>(&bytes[kMetaLastPageOffset]);
  meta.transaction = Load<uint64_t>(&bytes[kMetaTransactionOffset]);
  return meta;
}

// What one look at the file found.
struct Look {
  uint64_t size = 0;
  MetaPage metas[2];

  uint64_t page_size() const { return metas[0].page_size; }
  uint64_t page_count() const { return page_size() == 0 ? 0 : size / page_size(); }
  const MetaPage& newest() const {
    return metas[metas[1].transaction > metas[0].transaction ? 1 : 0];
  }
  uint64_t bytes_needed() const { return (newest().last_page + 1) * page_size(); }
};

bool Take(int fd, Look* look) {
  // The meta pages first: the file only grows, so that a commit between the two
  // cannot make it look short.
  look->metas[0] = ReadMetaPage(fd, 0);
  const bool guess = !look->metas[0].has_magic;
  look->metas[1] = ReadMetaPage(fd, guess ? SystemPageSize() : look->metas[0].page_size);
  struct stat info;
  if (fstat(fd, &info) != 0) return false;
  look->size = static_cast<uint64_t>(info.st_size);
  return true;
}

// Nothing but zeros.
bool IsBlank(int fd, uint64_t offset, uint64_t size) {
  std::vector<uint8_t> bytes(size);
  if (ReadFully(fd, offset, bytes.data(), size) != size) return false;
  return std::all_of(bytes.begin(), bytes.end(), [](uint8_t byte) { return byte == 0; });
}

bool IsRoot(uint64_t root, const MetaPage& meta) {
  return root == PageWalk::kNoPage || (root >= 2 && root <= meta.last_page);
}

bool IsSound(const MetaPage& meta) {
  return meta.free_flags == kIntegerKeys && meta.main_flags == 0 && meta.last_page >= 1 &&
         meta.last_page <= kMaxPageNumber && IsRoot(meta.free_root, meta) &&
         IsRoot(meta.main_root, meta);
}

// Everything that the meta pages alone can tell.
absl::Status CheckMetaPages(const Look& look, std::string_view place) {
  const MetaPage& first = look.metas[0];
  if (!first.has_magic) {
    // A store whose first page was lost is damaged rather than somebody else's.
    return look.metas[1].has_magic
               ? PlaceError(StatusCode::kDataLoss, place, kDamaged)
               : PlaceError(StatusCode::kFailedPrecondition, place, kForeign);
  }
  if (first.version != kVersion) {
    return PlaceError(StatusCode::kFailedPrecondition, place,
                      "was written by another version of LMDB: use that one");
  }
  const uint64_t page_size = first.page_size;
  if (!std::has_single_bit(page_size) || page_size < kMinPageSize || page_size > kMaxPageSize) {
    return PlaceError(StatusCode::kDataLoss, place, kDamaged);
  }
  if (page_size != SystemPageSize()) {
    return PlaceError(
        StatusCode::kFailedPrecondition, place,
        model::Concat("has pages of ", std::to_string(page_size), " bytes, this system's have ",
                      std::to_string(SystemPageSize()),
                      ": open it on a system like the one that made it"));
  }
  if (look.size < 2 * page_size) {
    return PlaceError(StatusCode::kDataLoss, place,
                      model::Concat("is cut short, it has ", std::to_string(look.size),
                                    " bytes: restore the store from a backup"));
  }
  const MetaPage& second = look.metas[1];
  // The other one may be what is left of a commit that failed: roots of that one
  // with the last page of an older one.
  if (second.version != kVersion || second.page_size != page_size || !IsSound(look.newest())) {
    return PlaceError(StatusCode::kDataLoss, place, kDamaged);
  }
  return absl::OkStatus();
}

// Bytes that a creation left when it was killed, or the power went, before it had
// committed anything: a part of the first write, which is two meta pages, of which nothing
// can be lost. Either page may be there without the other.
bool IsLeftover(int fd, const Look& look) {
  const uint64_t page_size = SystemPageSize();
  const MetaPage &first = look.metas[0], &second = look.metas[1];
  const bool whole = look.size == 2 * page_size;
  if (look.size > 2 * page_size || (whole && first.has_magic && second.has_magic)) return false;
  if (first.has_magic) {
    return first.transaction == 0 && (!whole || IsBlank(fd, page_size, page_size));
  }
  if (second.has_magic) return second.transaction == 0 && IsBlank(fd, 0, page_size);
  return IsBlank(fd, 0, look.size);
}

// The tables that a file has, by name.
struct Names {
  bool any = false;
  bool foreign = false;  // one that cannot be ours
  int needed = 0;        // of those that a store of any format has
};

// The table's number; kTableCount where it is not one of ours.
int NumberOf(const PageWalk::Entry& entry) {
  int table = 0;
  while (table < kTableCount && entry.key != TableName(static_cast<Table>(table))) ++table;
  return table;
}

bool ReadNames(int fd, const Look& look, Names* names) {
  PageWalk walk(fd, look.page_size(), look.page_count());
  const bool whole = walk.Tree(look.newest().main_root, [&](const PageWalk::Entry& entry) {
    names->any = true;
    // Later formats may add tables, so others may be there beside ours.
    const int table = NumberOf(entry);
    names->foreign = !entry.is_table || (table < kTableCount && entry.table_flags != 0);
    names->needed += table < kFirstFormatTableCount ? 1 : 0;
    return !names->foreign;
  });
  return whole || names->foreign;
}

bool ReachesOnlyPagesInFile(int fd, const Look& look) {
  PageWalk walk(fd, look.page_size(), look.page_count());
  std::vector<uint64_t> roots;
  const auto ignore = [](const PageWalk::Entry&) { return true; };
  bool whole = walk.Tree(look.newest().free_root, ignore) &&
               walk.Tree(look.newest().main_root, [&](const PageWalk::Entry& entry) {
                 if (entry.is_table) roots.push_back(entry.table_root);
                 return true;
               });
  for (uint64_t root : roots) whole = whole && walk.Tree(root, ignore);
  return whole;
}

absl::StatusOr<Content> Examine(int fd, const Look& look, std::string_view place) {
  if (IsLeftover(fd, look)) return Content::kEmpty;
  absl::Status status = CheckMetaPages(look, place);
  if (!status.ok()) return status;
  if (look.size < look.bytes_needed() && !ReachesOnlyPagesInFile(fd, look)) {
    return PlaceError(StatusCode::kDataLoss, place,
                      model::Concat("is cut short, it has ", std::to_string(look.size), " of ",
                                    std::to_string(look.bytes_needed()),
                                    " bytes: restore the store from a backup"));
  }
  Names names;
  if (!ReadNames(fd, look, &names)) return PlaceError(StatusCode::kDataLoss, place, kDamaged);
  if (!names.any) return Content::kNoTables;
  if (!names.foreign && names.needed == kFirstFormatTableCount) return Content::kStore;
  return PlaceError(StatusCode::kFailedPrecondition, place, kForeign);
}

}  // namespace

size_t SystemPageSize() {
  static const size_t size = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  return size;
}

absl::StatusOr<Content> InspectDataFile(int fd, std::string_view place) {
  absl::StatusOr<Content> content = Content::kEmpty;
  for (int looks = 0; looks < kMaxLooks; ++looks) {
    Look look, after;
    if (!Take(fd, &look)) return OpenStatus(place, errno);
    content = Examine(fd, look, place);
    if (!Take(fd, &after)) return OpenStatus(place, errno);
    const bool same = look.metas[0] == after.metas[0] && look.metas[1] == after.metas[1];
    if (content.ok() || same) return content;
  }
  return content;
}

bool ReachesOnlyPagesInFile(int fd) {
  Look look;
  return Take(fd, &look) && CheckMetaPages(look, {}).ok() && ReachesOnlyPagesInFile(fd, look);
}

absl::Status FindDamagedTrees(int fd, absl::FunctionRef<void(std::string_view table)> finding,
                              absl::FunctionRef<void()> progress) {
  Look look;
  if (!Take(fd, &look)) return LmdbStatus(errno);
  if (absl::Status status = CheckMetaPages(look, "the data file"); !status.ok()) {
    finding({});
    return absl::OkStatus();
  }
  uint64_t entries = 0;
  PageWalk walk(fd, look.page_size(), look.page_count());
  const auto count = [&](const PageWalk::Entry&) {
    if (++entries % kEntriesBetweenProgress == 0) progress();
    return true;
  };
  struct Tree {
    std::string name;
    uint64_t root, entries;
    int depth;
  };
  std::vector<Tree> tables;
  if (!walk.Tree(look.newest().free_root, count)) finding("free");
  const bool whole = walk.Tree(look.newest().main_root, [&](const PageWalk::Entry& entry) {
    // A record among the tables, or a table of another kind, would not be ours.
    if (!entry.is_table || entry.table_flags != 0) return false;
    tables.push_back(
        {std::string(entry.key), entry.table_root, entry.table_entries, entry.table_depth});
    return true;
  });
  if (!whole) finding({});
  for (const Tree& tree : tables) {
    entries = 0;
    const bool sound = walk.Tree(tree.root, [&](const PageWalk::Entry& entry) {
      return !entry.is_table && count(entry);
    });
    if (!sound || entries != tree.entries || walk.depth() != tree.depth) finding(tree.name);
  }
  return absl::OkStatus();
}

}  // namespace muster::store
