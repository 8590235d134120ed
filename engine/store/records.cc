#include "store/records.h"

#include "model/record.h"
#include "model/text.h"
#include "store/seal.h"

namespace muster::store {
namespace {

using model::Concat;

// Reads a table from `prefix` on, verified, as far as keys begin with it.
absl::Status ScanSealed(
    ReadTransaction& transaction, Table table, std::string_view prefix,
    absl::FunctionRef<absl::Status(std::string_view key, std::string_view record,
                                   std::string_view sealed)>
        visit) {
  absl::Status result;
  absl::Status scanned =
      transaction.Scan(table, prefix, [&](std::string_view key, std::string_view sealed) {
        if (key.substr(0, prefix.size()) != prefix) return false;
        absl::StatusOr<std::string_view> record = Unseal(table, key, sealed);
        result = record.ok() ? visit(key, *record, sealed) : record.status();
        return result.ok();
      });
  return scanned.ok() ? result : scanned;
}

absl::Status Disagreement(List list, std::string_view what, uint64_t found, uint64_t recorded) {
  return absl::DataLossError(Concat("the list ", ListName(list), what, std::to_string(found),
                                    " records, its meta record says ", std::to_string(recorded),
                                    ": restore the store from a backup"));
}

// The sealed bytes that stand under a key, DataLoss where they are too short to
// have been sealed.
absl::StatusOr<std::optional<std::string_view>> GetSealed(ReadTransaction& transaction,
                                                          Table table, std::string_view key) {
  absl::StatusOr<std::optional<std::string_view>> sealed = transaction.Get(table, key);
  if (sealed.ok() && sealed->has_value() && (*sealed)->size() < kChecksumBytes) {
    return DamagedRecord(table, key);
  }
  return sealed;
}

}  // namespace

Table TableOf(List list) {
  switch (list) {
    case List::kShapes:
      return Table::kShapes;
    case List::kRootfs:
      return Table::kRootfs;
    case List::kHosts:
      return Table::kHosts;
    case List::kUsers:
      return Table::kUsers;
    case List::kApiKeys:
      return Table::kApiKeys;
    case List::kSandboxes:
      return Table::kSandboxes;
  }
  return Table::kMeta;  // not reached: `list` is one of the above
}

absl::StatusOr<std::optional<std::string_view>> GetRecord(ReadTransaction& transaction,
                                                          Table table, std::string_view key) {
  absl::StatusOr<std::optional<std::string_view>> sealed = transaction.Get(table, key);
  if (!sealed.ok() || !sealed->has_value()) return sealed;
  absl::StatusOr<std::string_view> record = Unseal(table, key, **sealed);
  if (!record.ok()) return record.status();
  return std::optional<std::string_view>(*record);
}

absl::StatusOr<std::optional<std::string_view>> GetRecord(ReadTransaction& transaction,
                                                          List list, std::string_view key) {
  return GetRecord(transaction, TableOf(list), key);
}

absl::Status ScanRecords(
    ReadTransaction& transaction, List list, const Meta& meta,
    absl::FunctionRef<absl::Status(std::string_view key, std::string_view record)> visit) {
  uint64_t count = 0, digest = 0;
  absl::Status status =
      ScanSealed(transaction, TableOf(list), {},
                 [&](std::string_view key, std::string_view record, std::string_view sealed) {
                   ++count;
                   digest += SealedChecksum(sealed);
                   return visit(key, record);
                 });
  if (!status.ok()) return status;
  const ListState& recorded = meta.list(list);
  if (count != recorded.count) return Disagreement(list, " holds ", count, recorded.count);
  if (digest == recorded.digest) return absl::OkStatus();
  return absl::DataLossError(Concat("the list ", ListName(list),
                                    " does not hold the records that its meta record counts: "
                                    "restore the store from a backup"));
}

absl::Status ScanTable(
    ReadTransaction& transaction, Table table, std::string_view prefix,
    absl::FunctionRef<absl::Status(std::string_view key, std::string_view record)> visit) {
  return ScanSealed(transaction, table, prefix,
                    [&](std::string_view key, std::string_view record, std::string_view) {
                      return visit(key, record);
                    });
}

absl::StatusOr<bool> RecordWriter::Put(List list, std::string_view key,
                                       std::string_view record) {
  const Table table = TableOf(list);
  absl::StatusOr<std::optional<std::string_view>> old = GetSealed(*transaction_, table, key);
  if (!old.ok()) return old.status();
  Seal(table, key, record, &sealed_);
  if (*old == std::string_view(sealed_)) return false;
  return Write(list, key, *old);
}

absl::StatusOr<bool> RecordWriter::PutStamped(List list, std::string_view key,
                                              std::string_view record) {
  return PutStamped(list, key, [record](std::optional<std::string_view>) { return record; });
}

absl::StatusOr<bool> RecordWriter::PutStamped(
    List list, std::string_view key,
    absl::FunctionRef<std::string_view(std::optional<std::string_view> old)> record_over) {
  const Table table = TableOf(list);
  absl::StatusOr<std::optional<std::string_view>> old = GetSealed(*transaction_, table, key);
  if (!old.ok()) return old.status();
  const std::string_view record = record_over(*old);
  if (old->has_value()) {
    const std::string_view bytes = **old;
    const std::string_view old_record = bytes.substr(0, bytes.size() - kChecksumBytes);
    // Damage must not pass for what was wanted.
    if (model::EqualsButForStamp(old_record, record) && Unseal(table, key, bytes).ok()) {
      return false;
    }
  }
  model::Stamp(record, meta_->version + 1, &stamped_);
  Seal(table, key, stamped_, &sealed_);
  return Write(list, key, *old);
}

absl::StatusOr<bool> RecordWriter::Write(List list, std::string_view key,
                                         std::optional<std::string_view> old) {
  // The old bytes are gone once the table changes.
  const bool replaces = old.has_value();
  absl::Status status = PutSealed(list, key, replaces, replaces ? SealedChecksum(*old) : 0);
  if (!status.ok()) return status;
  return true;
}

absl::StatusOr<RecordWriter::Found> RecordWriter::Find(List list, std::string_view key) {
  const Table table = TableOf(list);
  absl::StatusOr<std::optional<std::string_view>> sealed = transaction_->Get(table, key);
  if (!sealed.ok()) return sealed.status();
  if (!sealed->has_value()) return Found{};
  absl::StatusOr<std::string_view> record = Unseal(table, key, **sealed);
  if (!record.ok()) return record.status();
  return Found{*record, SealedChecksum(**sealed)};
}

absl::Status RecordWriter::PutOver(List list, std::string_view key, const Found& found,
                                   std::string_view record) {
  Seal(TableOf(list), key, record, &sealed_);
  return PutSealed(list, key, found.record.has_value(), found.checksum);
}

absl::Status RecordWriter::PutStampedOver(List list, std::string_view key, const Found& found,
                                          std::string_view record) {
  model::Stamp(record, meta_->version + 1, &stamped_);
  return PutOver(list, key, found, stamped_);
}

absl::Status RecordWriter::PutSealed(List list, std::string_view key, bool replaces,
                                     uint64_t checksum) {
  absl::Status status = transaction_->Put(TableOf(list), key, sealed_);
  if (!status.ok()) return status;
  ListState& state = meta_->list(list);
  state.count += replaces ? 0 : 1;
  state.digest += SealedChecksum(sealed_) - checksum;
  return Changed(list, key, false);
}

absl::StatusOr<bool> RecordWriter::Delete(List list, std::string_view key) {
  const Table table = TableOf(list);
  absl::StatusOr<std::optional<std::string_view>> old = GetSealed(*transaction_, table, key);
  if (!old.ok()) return old.status();
  if (!old->has_value()) return false;

  ListState& state = meta_->list(list);
  if (state.count == 0) return Disagreement(list, " holds at least ", 1, 0);
  const uint64_t old_checksum = SealedChecksum(**old);
  absl::Status status = transaction_->Delete(table, key);
  if (!status.ok()) return status;
  state.count -= 1;
  state.digest -= old_checksum;
  status = Changed(list, key, true);
  if (!status.ok()) return status;
  return true;
}

absl::Status RecordWriter::Changed(List list, std::string_view key, bool deleted) {
  return on_change_ ? on_change_(list, key, deleted) : absl::OkStatus();
}

absl::StatusOr<bool> RecordWriter::PutUncounted(Table table, std::string_view key,
                                                std::string_view record) {
  absl::StatusOr<std::optional<std::string_view>> old = transaction_->Get(table, key);
  if (!old.ok()) return old.status();
  Seal(table, key, record, &sealed_);
  if (*old == std::string_view(sealed_)) return false;
  absl::Status status = transaction_->Put(table, key, sealed_);
  if (!status.ok()) return status;
  return true;
}

absl::StatusOr<bool> RecordWriter::DeleteUncounted(Table table, std::string_view key) {
  absl::StatusOr<std::optional<std::string_view>> old = transaction_->Get(table, key);
  if (!old.ok()) return old.status();
  if (!old->has_value()) return false;
  absl::Status status = transaction_->Delete(table, key);
  if (!status.ok()) return status;
  return true;
}

}  // namespace muster::store
