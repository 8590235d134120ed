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
constexpr size_t kKeyBytes = sizeof(uint64_t) + sizeof(uint32_t);

std::string LogKey(uint64_t version, uint32_t part) {
  std::string key;
  AppendBigEndian(version, &key);
  AppendBigEndian(part, &key);
  return key;
}

// A log record, taken apart as far as its entries.
struct Part {
  uint64_t version = 0;
  uint64_t count = 0;
  std::string_view entries;
};

absl::StatusOr<Part> OpenPart(std::string_view key, std::string_view sealed) {
  Part part;
  absl::StatusOr<std::string_view> record = Unseal(kTable, key, sealed);
  if (!record.ok()) return record.status();
  part.entries = *record;
  if (key.size() != kKeyBytes || !model::GetVarint(&part.entries, &part.count)) {
    return DamagedRecord(kTable, key);
  }
  part.version = LoadBigEndian<uint64_t>(key.data());
  return part;
}

bool GetEntry(std::string_view* in, LogEntry* entry) {
  if (in->empty()) return false;
  const auto head = static_cast<uint8_t>(in->front());
  in->remove_prefix(1);
  entry->deleted = (head & kDeletedBit) != 0;
  entry->list = static_cast<List>(head & ~kDeletedBit);
  return (head & ~kDeletedBit) < kListCount && model::GetText(in, &entry->key);
}

absl::Status VisitPart(std::string_view key, std::string_view sealed,
                       absl::FunctionRef<absl::Status(const LogEntry& entry)> visit) {
  absl::StatusOr<Part> part = OpenPart(key, sealed);
  if (!part.ok()) return part.status();
  LogEntry entry{};
  entry.version = part->version;
  for (uint64_t i = 0; i < part->count; ++i) {
    if (!GetEntry(&part->entries, &entry)) return DamagedRecord(kTable, key);
    if (absl::Status status = visit(entry); !status.ok()) return status;
  }
  return absl::OkStatus();
}

// What to cut off a log: log records from its start on.
struct Cutting {
  std::vector<std::string> keys;
  uint64_t entries = 0;
  uint64_t last_version = 0;  // that goes; 0 where none does

  void Add(const Cutting& more) {
    keys.insert(keys.end(), more.keys.begin(), more.keys.end());
    entries += more.entries;
    last_version = more.last_version;
  }
};

// As many whole versions below `newest` as may go, where `spare` entries may. Sets
// `*damaged`, and means nothing, where a log record cannot be read.
absl::StatusOr<Cutting> PlanCutting(ReadTransaction& transaction, uint64_t newest,
                                    uint64_t spare, bool* damaged) {
  Cutting cutting, version;  // `version`: the one that is being looked at
  absl::Status status =
      transaction.Scan(kTable, {}, [&](std::string_view key, std::string_view sealed) {
        absl::StatusOr<Part> part = OpenPart(key, sealed);
        *damaged = !part.ok();
        if (*damaged) return false;
        if (part->version != version.last_version) {
          if (version.last_version != 0) cutting.Add(version);
          version = {};
          version.last_version = part->version;
        }
        if (part->version >= newest) return false;
        version.keys.emplace_back(key);
        version.entries += part->count;
        return cutting.entries + version.entries <= spare;
      });
  if (!status.ok()) return status;
  return cutting;
}

// Everything below `newest`.
absl::StatusOr<Cutting> PlanClearing(ReadTransaction& transaction, uint64_t newest,
                                     uint64_t entries) {
  Cutting cutting;
  cutting.entries = entries;
  cutting.last_version = newest - 1;
  const std::string end = LogKey(newest, 0);
  absl::Status status =
      transaction.Scan(kTable, {}, [&](std::string_view key, std::string_view) {
        if (key >= end) return false;
        cutting.keys.emplace_back(key);
        return true;
      });
  if (!status.ok()) return status;
  return cutting;
}

}  // namespace

absl::Status ScanChangeLog(ReadTransaction& transaction, uint64_t after,
                           absl::FunctionRef<absl::Status(const LogEntry& entry)> visit) {
  absl::Status result;
  absl::Status scanned = transaction.Scan(kTable, LogKey(after + 1, 0),
                                          [&](std::string_view key, std::string_view sealed) {
                                            result = VisitPart(key, sealed, visit);
                                            return result.ok();
                                          });
  return scanned.ok() ? result : scanned;
}

absl::Status ChangeLogWriter::Append(List list, std::string_view key, bool deleted) {
  if (pending_.size() + key.size() > kMaxRecordBytes) {
    if (absl::Status status = Flush(); !status.ok()) return status;
  }
  const auto head = static_cast<uint8_t>(list) | (deleted ? kDeletedBit : uint8_t{0});
  pending_.push_back(static_cast<char>(head));
  model::PutText(key, &pending_);
  ++pending_count_;
  return absl::OkStatus();
}

absl::Status ChangeLogWriter::Flush() {
  if (pending_count_ == 0) return absl::OkStatus();
  std::string record, sealed;
  model::PutVarint(pending_count_, &record);
  record.append(pending_);
  const std::string key = LogKey(version_, part_++);
  Seal(kTable, key, record, &sealed);
  meta_->log.appended += pending_count_;
  meta_->log.count += pending_count_;
  written_count_ += pending_count_;
  pending_.clear();
  pending_count_ = 0;
  return transaction_->Put(kTable, key, sealed);
}

absl::Status ChangeLogWriter::Finish() {
  absl::Status status = Flush();
  return status.ok() ? Cut() : status;
}

absl::Status ChangeLogWriter::Cut() {
  LogState& log = meta_->log;
  uint64_t enough = 0;
  for (const ListState& list : meta_->lists) enough += list.count;
  enough = std::max(enough, kMinEntries);
  // Now and then a good piece, rather than a little each time.
  if (log.count <= enough + enough / 4) return absl::OkStatus();

  bool damaged = false;
  absl::StatusOr<Cutting> cutting =
      PlanCutting(*transaction_, version_, log.count - enough, &damaged);
  // A log that is damaged is of no use: who needs it reads the lists instead.
  if (damaged) cutting = PlanClearing(*transaction_, version_, log.count - written_count_);
  if (!cutting.ok()) return cutting.status();
  for (const std::string& key : cutting->keys) {
    if (absl::Status status = transaction_->Delete(kTable, key); !status.ok()) return status;
  }
  log.floor = std::max(log.floor, cutting->last_version);
  log.count -= cutting->entries;
  return absl::OkStatus();
}

}  // namespace muster::store
