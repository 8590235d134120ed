#include "commit/recount.h"

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "model/record.h"

namespace muster::commit {
namespace {

using CountsByUser = std::map<std::string, UserStats, std::less<>>;

// What the records of sandboxes come to.
absl::StatusOr<CountsByUser> CountSandboxes(ReadTransaction& txn, const store::Meta& meta,
                                            int64_t* sandbox_count) {
  CountsByUser counts;
  absl::Status status = store::ScanRecords(
      txn, List::kSandboxes, meta, [&](std::string_view, std::string_view record) {
        absl::StatusOr<model::SandboxFields> sandbox = model::ReadSandbox(record);
        if (!sandbox.ok()) return sandbox.status();
        if (sandbox->user_deleted) return absl::OkStatus();
        ++*sandbox_count;
        auto at = counts.find(sandbox->user_id);
        if (at == counts.end()) at = counts.emplace(sandbox->user_id, UserStats{}).first;
        UserStats& stats = at->second;
        ++stats.total;
        int64_t UserStats::*const count = model::CountOf(sandbox->status);
        if (count != nullptr) ++(stats.*count);
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  return counts;
}

}  // namespace

absl::StatusOr<RecountReport> Recount(ReadTransaction& txn, const store::Meta& meta) {
  RecountReport report;
  absl::StatusOr<CountsByUser> counts = CountSandboxes(txn, meta, &report.sandbox_count);
  if (!counts.ok()) return counts.status();
  absl::Status status = store::ScanRecords(
      txn, List::kUsers, meta, [&](std::string_view id, std::string_view record) {
        absl::StatusOr<model::UserFields> user = model::ReadUser(record);
        if (!user.ok()) return user.status();
        const auto counted = counts->find(id);
        const bool has_sandboxes = counted != counts->end();
        if (!user->counted_by_events && !has_sandboxes) return absl::OkStatus();
        ++report.user_count;
        UserStats stats = has_sandboxes ? counted->second : UserStats{};
        stats.total += user->dropped;
        if (has_sandboxes) counts->erase(counted);
        if (!user->counted_by_events || stats != user->stats) {
          report.miscounts.push_back({std::string(id), user->stats, stats});
        }
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  for (const auto& [id, stats] : *counts) {  // of users who are not there
    ++report.user_count;
    report.miscounts.push_back({id, UserStats{}, stats});
  }
  std::sort(report.miscounts.begin(), report.miscounts.end(),
            [](const Miscount& a, const Miscount& b) { return a.user_id < b.user_id; });
  return report;
}

absl::Status Repair(WriteTransaction& txn, store::RecordWriter* writer, RecountReport* report) {
  std::string record;
  for (const Miscount& miscount : report->miscounts) {
    auto existing = store::GetRecord(txn, List::kUsers, miscount.user_id);
    if (!existing.ok()) return existing.status();
    model::UserFields user;
    if (existing->has_value()) {
      absl::StatusOr<model::UserFields> read = model::ReadUser(**existing);
      if (!read.ok()) return read.status();
      user = *read;
    }
    user.stats = miscount.counted;
    user.counted_by_events = true;
    record.clear();
    model::EncodeUser(user, &record);
    absl::Status status = writer->PutStamped(List::kUsers, miscount.user_id, record).status();
    if (!status.ok()) return status;
  }
  report->repaired = true;
  return absl::OkStatus();
}

}  // namespace muster::commit
