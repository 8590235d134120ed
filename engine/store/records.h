// Records: reading and writing lists in a transaction, sealed and counted.
//
// The only place that knows how a list's records stand in a store's tables.
// Borrows the transaction and the meta record that it is given, and is used by
// the thread that uses the transaction.
#ifndef MUSTER_STORE_RECORDS_H_
#define MUSTER_STORE_RECORDS_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "muster/model.h"
#include "muster/store.h"
#include "store/meta.h"

namespace muster::store {

// Where a list's records stand.
Table TableOf(List list);

// A record, its checksum verified and taken off, or nothing. The bytes stay
// valid as ReadTransaction::Get() says. DataLoss where it is damaged; other
// errors of Get().
absl::StatusOr<std::optional<std::string_view>> GetRecord(ReadTransaction& transaction,
                                                          Table table, std::string_view key);
absl::StatusOr<std::optional<std::string_view>> GetRecord(ReadTransaction& transaction,
                                                          List list, std::string_view key);

// Calls `visit` for every record of a list, in bytewise order of the keys, each
// checksum verified; the bytes are valid during the call. Ends early with the
// first error, be it the visitor's. At the end the number and the digest of what
// was seen are compared with `meta`, which must come from the same transaction:
// DataLoss "the list hosts holds 41 records, its meta record says 42: …".
absl::Status ScanRecords(
    ReadTransaction& transaction, List list, const Meta& meta,
    absl::FunctionRef<absl::Status(std::string_view key, std::string_view record)> visit);

// Calls `visit` for every record of a table whose key begins with `prefix`
// (empty: all), in bytewise order, each checksum verified. Counts nothing.
absl::Status ScanTable(
    ReadTransaction& transaction, Table table, std::string_view prefix,
    absl::FunctionRef<absl::Status(std::string_view key, std::string_view record)> visit);

// Writes records and keeps count and digest of their list up to date in the meta
// record, which the caller writes with WriteMeta() before the commit. It touches
// no version. After an error the transaction can only be destroyed.
class RecordWriter {
 public:
  // Told of each record of a list that has changed, after the change.
  using OnChange = std::function<absl::Status(List list, std::string_view key, bool deleted)>;

  RecordWriter(WriteTransaction* transaction, Meta* meta, OnChange on_change = {})
      : transaction_(transaction), meta_(meta), on_change_(std::move(on_change)) {}

  // True where something changed; false, and nothing written, where the same
  // bytes stand there already. `record` must not be bytes of the transaction.
  absl::StatusOr<bool> Put(List list, std::string_view key, std::string_view record);

  // The same for a record that carries the version of the batch, which is the one
  // after the meta record's (model/record.h): where it is equal but for the stamp,
  // nothing is written.
  absl::StatusOr<bool> PutStamped(List list, std::string_view key, std::string_view record);
  // The same where the record depends on the sealed one that it replaces, which is
  // not verified; nothing: it is new. What is returned must not be bytes of that one.
  absl::StatusOr<bool> PutStamped(
      List list, std::string_view key,
      absl::FunctionRef<std::string_view(std::optional<std::string_view> old)> record_over);

  // What stands under a key, for whoever looks before writing: PutOver() then need
  // not look again. The bytes stay valid as ReadTransaction::Get() says.
  struct Found {
    std::optional<std::string_view> record;  // verified
    uint64_t checksum = 0;                   // that it carries
  };
  // DataLoss where the record is damaged.
  absl::StatusOr<Found> Find(List list, std::string_view key);

  // Writes a record, with no look at what stands there: that is `found`, and other
  // bytes. They need not be valid any more.
  absl::Status PutOver(List list, std::string_view key, const Found& found,
                       std::string_view record);
  absl::Status PutStampedOver(List list, std::string_view key, const Found& found,
                              std::string_view record);

  // True where there was a record, false where there was none.
  absl::StatusOr<bool> Delete(List list, std::string_view key);

  // The same for a table that is no list, such as kUserApiKeys, whose records
  // are empty: sealed, but not counted.
  absl::StatusOr<bool> PutUncounted(Table table, std::string_view key,
                                    std::string_view record = {});
  absl::StatusOr<bool> DeleteUncounted(Table table, std::string_view key);

 private:
  // Writes what sealed_ holds in place of `old`.
  absl::StatusOr<bool> Write(List list, std::string_view key,
                             std::optional<std::string_view> old);
  // Writes what was sealed over a record, or nothing, with that checksum.
  absl::Status PutSealed(List list, std::string_view key, bool replaces, uint64_t checksum);
  absl::Status Changed(List list, std::string_view key, bool deleted);

  WriteTransaction* transaction_;
  Meta* meta_;
  const OnChange on_change_;
  std::string stamped_, sealed_;  // kept from call to call for their memory
};

}  // namespace muster::store

#endif  // MUSTER_STORE_RECORDS_H_
