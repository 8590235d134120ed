// The change log: which records each batch changed, in order of version.
//
// It is what another process catches up from without reading whole lists, and what
// the feed gives. A log record stands in Table::kChangeLog under the last version
// that it has entries of (8 bytes, big-endian) and a part number (4 bytes,
// big-endian), sealed like every record; it holds the number of its entries, the
// version of the first one, and then the entries back to back, up to about 1,900
// bytes, which LMDB keeps within its pages. So the many small batches of one commit
// are few log records. An entry is a byte (the list's number; 0x80 where the record
// was deleted; 0x40 where its version is another than that of the entry before it,
// and then by how much it is higher), and the record's key.
//
// Invariants, as of each commit:
//  1. The log holds every change of every version above `log.floor`.
//  2. `log.count` is the number of entries in it, `log.appended` that of all that
//     were ever written.
//  3. It is cut from its start, in the transaction that appends, and never to fewer
//     entries than was asked for. Of a version at the floor it may still hold a part.
//
// Free functions and plain objects; a transaction is used as its own header says.
#ifndef MUSTER_STORE_CHANGE_LOG_H_
#define MUSTER_STORE_CHANGE_LOG_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "muster/model.h"
#include "muster/store.h"
#include "store/meta.h"

namespace muster::store {

struct LogEntry {
  uint64_t version;
  List list;
  bool deleted;          // else put
  std::string_view key;  // as in the list's table
};

// Calls `visit` for each entry of a version above `after`, in the order written,
// until it returns an error, which is then returned. The bytes are valid during
// the call. DataLoss where a log record is damaged.
absl::Status ScanChangeLog(ReadTransaction& transaction, uint64_t after,
                           absl::FunctionRef<absl::Status(const LogEntry& entry)> visit);

// Entries that are not in a store yet, of versions in ascending order. One thread.
class PendingLog {
 public:
  // `version` is not below that of the entry before.
  void Append(uint64_t version, List list, std::string_view key, bool deleted);

  // The state to go back to where a batch fails.
  struct Mark {
    size_t bytes = 0;
    uint64_t count = 0;
    uint64_t last_version = 0;
  };
  Mark mark() const { return {entries_.size(), count_, last_version_}; }
  void RollBack(const Mark& mark);

  uint64_t count() const { return count_; }

  // Calls `visit` for every entry, in order; the bytes are valid during the call.
  void Visit(absl::FunctionRef<void(const LogEntry& entry)> visit) const;

 private:
  std::string entries_;
  uint64_t count_ = 0;
  uint64_t last_version_ = 0;  // of the last entry
};

// The fewest entries that a log is cut to, however few records there are.
inline constexpr uint64_t kMinLogEntries = 1024;

// How many entries a log should keep so that it is shorter than the lists it tells
// of: as many as there are records.
uint64_t EnoughLogEntries(const Meta& meta);

// Writes the entries, and cuts the log where it is a quarter longer than `enough`.
// `meta` is that of the transaction's state, and its log is kept up to date. After an
// error the transaction can only be destroyed.
absl::Status WriteChangeLog(WriteTransaction& transaction, Meta* meta,
                            const PendingLog& pending, uint64_t enough);

}  // namespace muster::store

#endif  // MUSTER_STORE_CHANGE_LOG_H_
