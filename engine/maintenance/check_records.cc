// The part of CheckStore() that holds each table against itself and the meta record.
#include <string>

#include "maintenance/checker.h"
#include "model/record.h"
#include "model/text.h"
#include "store/change_log.h"
#include "store/records.h"
#include "store/seal.h"

namespace muster::maintenance {
namespace {

using model::Concat;

absl::Status DecodeRecord(List list, std::string_view key, std::string_view record) {
  switch (list) {
    case List::kShapes:
      return model::DecodeShape(key, record).status();
    case List::kRootfs:
      return model::DecodeRootfs(key, record).status();
    case List::kHosts:
      return model::ReadHost(record).status();
    case List::kUsers:
      return model::DecodeUser(record).status();
    case List::kApiKeys:
      return model::DecodeApiKey(record).status();
    case List::kSandboxes:
      break;
  }
  return absl::OkStatus();
}

void CheckList(Checker& checker, List list, const store::ListState& expected) {
  const Table table = store::TableOf(list);
  const std::string name(store::TableName(table));
  checker.EnterStage(name);
  if (checker.LeavesOut(table)) return;
  uint64_t count = 0, digest = 0;
  checker.ForEach(table, [&](std::string_view key, std::string_view record, uint64_t checksum) {
    ++count;
    digest += checksum;
    if (absl::Status status = DecodeRecord(list, key, record); !status.ok()) {
      checker.Find(store::DamagedRecord(table, key));
    }
  });
  if (count != expected.count) {
    checker.Find(Concat("the list ", name, " holds ", std::to_string(count),
                        " whole records, its meta record says ",
                        std::to_string(expected.count)));
  } else if (digest != expected.digest) {
    checker.Find(Concat("the list ", name, " is not the one whose digest its meta record has"));
  }
}

}  // namespace

void CheckLists(Checker& checker, const store::Meta& meta) {
  for (int i = 0; i < kListCount; ++i) {
    const List list = static_cast<List>(i);
    CheckList(checker, list, meta.list(list));
    if (meta.list(list).version > meta.version) {
      checker.Find(Concat("the list ", store::TableName(store::TableOf(list)),
                          " has a version that the store has not reached"));
    }
  }
  checker.EnterStage(store::TableName(Table::kHeartbeats));
  checker.ForEach(Table::kHeartbeats, [](std::string_view, std::string_view, uint64_t) {});
}

void CheckChangeLog(Checker& checker, const store::Meta& meta) {
  checker.EnterStage(store::TableName(Table::kChangeLog));
  if (checker.LeavesOut(Table::kChangeLog)) return;
  const uint64_t findings = checker.findings();
  checker.ForEach(Table::kChangeLog, [](std::string_view, std::string_view, uint64_t) {});
  if (checker.findings() != findings) return;
  uint64_t count = 0, previous = 0;
  bool in_order = true;
  absl::Status status =
      store::ScanChangeLog(checker.txn(), 0, [&](const store::LogEntry& entry) {
        ++count;
        in_order = in_order && entry.version >= previous && entry.version >= meta.log.floor &&
                   entry.version <= meta.version;
        previous = entry.version;
        return absl::OkStatus();
      });
  if (!status.ok()) return checker.Find(status);
  if (!in_order) checker.Find("the change log has versions that it should not have");
  if (count != meta.log.count || meta.log.appended < meta.log.count) {
    checker.Find(Concat("the change log holds ", std::to_string(count),
                        " entries, its meta record says ", std::to_string(meta.log.count)));
  }
}

}  // namespace muster::maintenance
