#include <fcntl.h>

#include <cerrno>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "maintenance/backup.h"
#include "maintenance/checker.h"
#include "model/rules.h"
#include "model/text.h"
#include "muster/maintenance.h"
#include "store/lmdb/data_file.h"
#include "store/lmdb/directory.h"
#include "store/lmdb/lmdb_status.h"
#include "store/lmdb/lmdb_store.h"
#include "store/lmdb/unique_fd.h"
#include "store/seal.h"

namespace muster {
namespace maintenance {
namespace {

using model::Concat;

constexpr uint64_t kRecordsBetweenProgress = 1000;

// Where an error begins to say what to do, which here is the same for all.
constexpr std::string_view kAdvice = ": restore";

}  // namespace

void Checker::Find(std::string finding) {
  ++findings_;
  if (observer_.finding) observer_.finding(model::Printable(finding));
}

void Checker::Find(const absl::Status& status) {
  const std::string_view message = model::Message(status);
  Find(std::string(message.substr(0, message.rfind(kAdvice))));
}

void Checker::EnterStage(std::string_view stage) {
  stage_ = std::string(stage);
  if (observer_.progress) observer_.progress(stage_, records_);
}

void Checker::CountRecord() {
  if (++records_ % kRecordsBetweenProgress == 0 && observer_.progress) {
    observer_.progress(stage_, records_);
  }
}

bool Checker::LeavesOut(Table table) const {
  return left_out_.find(store::TableName(table)) != left_out_.end();
}

void Checker::ForEach(
    Table table,
    absl::FunctionRef<void(std::string_view key, std::string_view record, uint64_t checksum)>
        visit) {
  if (LeavesOut(table)) return;
  std::string previous;
  bool in_order = true;
  absl::Status status = txn_.Scan(table, {}, [&](std::string_view key, std::string_view value) {
    CountRecord();
    // Damaged pages may lead round in a circle.
    in_order = previous.empty() || previous < key;
    if (!in_order) return false;
    previous = std::string(key);
    absl::StatusOr<std::string_view> record = store::Unseal(table, key, value);
    if (record.ok()) {
      visit(key, *record, store::SealedChecksum(value));
    } else {
      Find(record.status());
    }
    return true;
  });
  if (!in_order) Find(Concat("the keys of ", store::TableName(table), " are out of order"));
  if (!status.ok()) {
    Find(Concat("the table ", store::TableName(table),
                " cannot be read: ", model::Message(status)));
  }
}

namespace {

// Looks at the pages first, without LMDB, which trusts what it finds in them. The
// transaction keeps the pages of its commit, and of those after it, as they are.
absl::Status CheckPages(Checker& checker, const std::string& path) {
  checker.EnterStage("pages");
  const std::string place = Concat(path, "/", store::kDataFileName);
  const store::UniqueFd fd(open(place.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return store::OpenStatus(place, errno);
  return store::FindDamagedTrees(
      fd.get(),
      [&](std::string_view table) {
        checker.LeaveOut(table);
        checker.Find(Concat("the pages of ", table.empty() ? "the list of tables" : table,
                            " are damaged"));
      },
      [&] { checker.EnterStage("pages"); });
}

absl::Status CheckAll(Store& store, const std::string& path, const CheckObserver& observer) {
  auto txn = store.BeginRead();
  if (!txn.ok()) return txn.status();
  Checker checker(**txn, observer);
  absl::Status status = CheckPages(checker, path);
  if (!status.ok() || checker.LeavesOut(Table::kMeta)) return status;

  checker.EnterStage("meta");
  absl::StatusOr<store::Meta> meta = store::RequireMeta(**txn);
  if (!meta.ok()) {
    checker.Find(meta.status());
    return absl::OkStatus();
  }
  CheckLists(checker, *meta);
  CheckChangeLog(checker, *meta);
  CheckApiKeys(checker);
  // Here: whether each user's counts are those of the sandboxes' records.
  // The view takes lists that add up.
  if (checker.findings() == 0) CheckView(checker, *meta);
  checker.EnterStage("end");
  return absl::OkStatus();
}

}  // namespace
}  // namespace maintenance

absl::Status CheckStore(const std::string& path, const CheckObserver& observer,
                        const Options& options) {
  if (observer.progress) observer.progress("opening", 0);
  auto store = store::OpenLmdb(path, maintenance::OfExisting(options));
  return store.ok() ? maintenance::CheckAll(**store, path, observer) : store.status();
}

}  // namespace muster
