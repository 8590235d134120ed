#include "store/change_log.h"

#include <algorithm>
#include <vector>

#include "model/record.h"
#include "store/bytes.h"
#include "store/seal.h"

namespace muster::store {
namespace {

constexpr Table kTable = Table::kChangeLog;
constexpr size_t kMaxRecordBytes = 1900;
constexpr uint8_t kDeletedBit = 0x80;
constexpr uint8_t kNewVersionBit = 0x40;
constexpr uint8_t kListBits = 0x3f;
constexpr size_t kKeyBytes = sizeof(uint64_t) + sizeof(uint32_t);

std::string LogKey(uint64_t version, uint32_t part) {
  std::string key;
  AppendBigEndian(version, &key);
  AppendBigEndian(part, &key);
  return key;
}

// Writes an entry that follows one of version `*last_version`.
void PutEntry(const LogEntry& entry, uint64_t* last_version, std::string* out) {
  uint8_t head = static_cast<uint8_t>(entry.list);
  if (entry.deleted) head |= kDeletedBit;
  if (entry.version != *last_version) head |= kNewVersionBit;
  out->push_back(static_cast<char>(head));
  if (entry.version != *last_version) model::PutVarint(entry.version - *last_version, out);
  model::PutText(entry.key, out);
  *last_version = entry.version;
}

// Takes the next entry off `in`; `entry` still is the one before it.
bool GetEntry(std::string_view* in, LogEntry* entry) {
  if (in->empty()) return false;
  const auto head = static_cast<uint8_t>(in->front());
  in->remove_prefix(1);
  uint64_t more = 0;
  if ((head & kNewVersionBit) != 0 && !model::GetVarint(in, &more)) return false;
  entry->version += more;
  entry->deleted = (head & kDeletedBit) != 0;
  entry->list = static_cast<List>(head & kListBits);
  return (head & kListBits) < kListCount && model::GetText(in, &entry->key);
}

// A log record, taken apart as far as its entries.
struct Part {
  uint64_t last_version = 0;
  uint64_t count = 0;
  uint64_t first_version = 0;
  std::string_view entries;
};

absl::StatusOr<Part> OpenPart(std::string_view key, std::string_view sealed) {
  Part part;
  absl::StatusOr<std::string_view> record = Unseal(kTable, key, sealed);
  if (!record.ok()) return record.status();
  part.entries = *record;
  if (key.size() != kKeyBytes || !model::GetVarint(&part.entries, &part.count) ||
      !model::GetVarint(&part.entries, &part.first_version)) {
    return DamagedRecord(kTable, key);
  }
  part.last_version = LoadBigEndian<uint64_t>(key.data());
  return part;
}

absl::Status VisitPart(std::string_view key, std::string_view sealed, uint64_t after,
                       absl::FunctionRef<absl::Status(const LogEntry& entry)> visit) {
  absl::StatusOr<Part> part = OpenPart(key, sealed);
  if (!part.ok()) return part.status();
  LogEntry entry{};
  entry.version = part->first_version;
  for (uint64_t i = 0; i < part->count; ++i) {
    if (!GetEntry(&part->entries, &entry)) return DamagedRecord(kTable, key);
    if (entry.version <= after) continue;
    if (absl::Status status = visit(entry); !status.ok()) return status;
  }
  return absl::OkStatus();
}

// Puts entries together into log records.
class PartWriter {
 public:
  explicit PartWriter(WriteTransaction* transaction) : transaction_(transaction) {}

  absl::Status Append(const LogEntry& entry) {
    if (pending_.size() + entry.key.size() > kMaxRecordBytes) {
      if (absl::Status status = Flush(); !status.ok()) return status;
    }
    if (count_++ == 0) first_version_ = last_version_ = entry.version;
    PutEntry(entry, &last_version_, &pending_);
    return absl::OkStatus();
  }

  absl::Status Flush() {
    if (count_ == 0) return absl::OkStatus();
    part_ = last_version_ == part_version_ ? part_ + 1 : 0;
    part_version_ = last_version_;
    const std::string key = LogKey(part_version_, part_);
    std::string record, sealed;
    model::PutVarint(count_, &record);
    model::PutVarint(first_version_, &record);
    record.append(pending_);
    Seal(kTable, key, record, &sealed);
    pending_.clear();
    count_ = 0;
    return transaction_->Put(kTable, key, sealed);
  }

 private:
  WriteTransaction* const transaction_;
  std::string pending_;
  uint64_t count_ = 0;
  uint64_t first_version_ = 0, last_version_ = 0;  // of what is pending
  uint64_t part_version_ = 0;                      // of the last log record
  uint32_t part_ = 0;
};

// What to cut off a log: log records from its start on.
struct Cutting {
  std::vector<std::string> keys;
  uint64_t entries = 0;
  uint64_t last_version = 0;  // of which something goes; 0 where nothing does
};

// As much of what is below version `first` as may go, where `spare` entries may. Sets
// `*damaged`, and means nothing, where a log record cannot be read.
absl::StatusOr<Cutting> PlanCutting(ReadTransaction& transaction, uint64_t first,
                                    uint64_t spare, bool* damaged) {
  Cutting cutting;
  absl::Status status =
      transaction.Scan(kTable, {}, [&](std::string_view key, std::string_view sealed) {
        absl::StatusOr<Part> part = OpenPart(key, sealed);
        *damaged = !part.ok();
        if (*damaged || part->last_version >= first) return false;
        if (cutting.entries + part->count > spare) return false;
        cutting.keys.emplace_back(key);
        cutting.entries += part->count;
        cutting.last_version = part->last_version;
        return true;
      });
  if (!status.ok()) return status;
  return cutting;
}

// Everything below version `first`.
absl::StatusOr<Cutting> PlanClearing(ReadTransaction& transaction, uint64_t first,
                                     uint64_t entries) {
  Cutting cutting;
  cutting.entries = entries;
  cutting.last_version = first - 1;
  const std::string end = LogKey(first, 0);
  absl::Status status =
      transaction.Scan(kTable, {}, [&](std::string_view key, std::string_view) {
        if (key >= end) return false;
        cutting.keys.emplace_back(key);
        return true;
      });
  if (!status.ok()) return status;
  return cutting;
}

// `first` is the first version that was just written, in `written` entries.
absl::Status CutChangeLog(WriteTransaction& transaction, LogState* log, uint64_t first,
                          uint64_t written, uint64_t enough) {
  // Now and then a good piece, rather than a little each time.
  if (log->count <= enough + enough / 4) return absl::OkStatus();
  bool damaged = false;
  absl::StatusOr<Cutting> cutting =
      PlanCutting(transaction, first, log->count - enough, &damaged);
  // A log that is damaged is of no use: who needs it reads the lists instead.
  if (damaged) cutting = PlanClearing(transaction, first, log->count - written);
  if (!cutting.ok()) return cutting.status();
  for (const std::string& key : cutting->keys) {
    if (absl::Status status = transaction.Delete(kTable, key); !status.ok()) return status;
  }
  log->floor = std::max(log->floor, cutting->last_version);
  log->count -= cutting->entries;
  return absl::OkStatus();
}

}  // namespace

absl::Status ScanChangeLog(ReadTransaction& transaction, uint64_t after,
                           absl::FunctionRef<absl::Status(const LogEntry& entry)> visit) {
  absl::Status result;
  absl::Status scanned = transaction.Scan(kTable, LogKey(after + 1, 0),
                                          [&](std::string_view key, std::string_view sealed) {
                                            result = VisitPart(key, sealed, after, visit);
                                            return result.ok();
                                          });
  return scanned.ok() ? result : scanned;
}

void PendingLog::Append(uint64_t version, List list, std::string_view key, bool deleted) {
  PutEntry({version, list, deleted, key}, &last_version_, &entries_);
  ++count_;
}

void PendingLog::RollBack(const Mark& mark) {
  entries_.resize(mark.bytes);
  count_ = mark.count;
  last_version_ = mark.last_version;
}

void PendingLog::Visit(absl::FunctionRef<void(const LogEntry& entry)> visit) const {
  std::string_view rest = entries_;
  LogEntry entry{};
  while (GetEntry(&rest, &entry)) visit(entry);
}

uint64_t EnoughLogEntries(const Meta& meta) {
  uint64_t records = 0;
  for (const ListState& list : meta.lists) records += list.count;
  // Sandboxes are not logged themselves.
  records -= meta.list(List::kSandboxes).count;
  return std::max(records, kMinLogEntries);
}

absl::Status WriteChangeLog(WriteTransaction& transaction, Meta* meta,
                            const PendingLog& pending, uint64_t enough) {
  if (pending.count() == 0) return absl::OkStatus();
  PartWriter parts(&transaction);
  uint64_t first = 0;
  absl::Status status;
  pending.Visit([&](const LogEntry& entry) {
    if (first == 0) first = entry.version;
    if (status.ok()) status = parts.Append(entry);
  });
  if (status.ok()) status = parts.Flush();
  if (!status.ok()) return status;
  meta->log.appended += pending.count();
  meta->log.count += pending.count();
  return CutChangeLog(transaction, &meta->log, first, pending.count(), enough);
}

}  // namespace muster::store
