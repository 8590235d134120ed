// The change log: which records each batch changed, in order of version.
//
// It is what another process catches up from without reading whole lists. A log
// record stands in Table::kChangeLog under the version (8 bytes, big-endian) and
// a part number (4 bytes, big-endian), sealed like every record; it holds the
// number of its entries and then the entries back to back, up to about 1,900
// bytes, which LMDB keeps within its pages. An entry is a byte (the list's number,
// and 0x80 where the record was deleted) and the record's key.
//
// Invariants, as of each commit:
//  1. The log holds every change of every version above `log.floor`; what it holds
//     of a version is all of it.
//  2. `log.count` is the number of entries in it, `log.appended` that of all that
//     were ever written.
//  3. It is cut by whole versions from its start, in the transaction that appends,
//     and never to fewer entries than the store has records.
//
// Free functions and a writer; a transaction is used as its own header says.
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

// Writes the entries of one version. After an error the transaction can only be
// destroyed.
class ChangeLogWriter {
 public:
  // The fewest entries that a log is cut to, however few records there are.
  static constexpr uint64_t kMinEntries = 1024;

  // `meta` is that of the transaction's state; its log and counts are read and
  // its log is kept up to date. Both are borrowed.
  ChangeLogWriter(WriteTransaction* transaction, Meta* meta, uint64_t version)
      : transaction_(transaction), meta_(meta), version_(version) {}

  absl::Status Append(List list, std::string_view key, bool deleted);

  // Writes what is left, and cuts the log where it is longer than it needs to be.
  // Called once, after all that changes the lists.
  absl::Status Finish();

 private:
  absl::Status Flush();
  absl::Status Cut();

  WriteTransaction* const transaction_;
  Meta* const meta_;
  const uint64_t version_;
  uint32_t part_ = 0;
  uint64_t written_count_ = 0;
  uint64_t pending_count_ = 0;
  std::string pending_;  // entries that are not written yet
};

}  // namespace muster::store

#endif  // MUSTER_STORE_CHANGE_LOG_H_
