#include "commit/tombstone_sweeper.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "model/record.h"
#include "store/seal.h"

namespace muster::commit {
namespace {

using std::chrono::milliseconds;

// A slice takes about a millisecond: a small part of a core, however many there are.
constexpr milliseconds kBetweenSlices{50};
constexpr milliseconds kAfterAFault{1000};

// From the end of a round to the next, so that what has expired goes not much later.
milliseconds BetweenRounds(int64_t retention_ms) {
  return milliseconds(std::clamp<int64_t>(retention_ms / 10, 1000, 60000));
}

}  // namespace

TombstoneSweeper::TombstoneSweeper(Store& store, int64_t retention_ms, Apply apply)
    : store_(store), retention_ms_(retention_ms), apply_(std::move(apply)) {}

absl::Status TombstoneSweeper::SweepSlice(int64_t now_unix_ms) {
  pause_ = kAfterAFault;
  const int64_t latest_unix_ms = now_unix_ms - retention_ms_;
  if (latest_unix_ms <= 0) return absl::OkStatus();
  std::string latest;
  model::PutVarint(static_cast<uint64_t>(latest_unix_ms), &latest);

  auto txn = store_.BeginRead();
  if (!txn.ok()) return txn.status();
  WriteBatch::Rep batch;
  std::string next;
  int seen = 0;
  absl::Status fault;
  absl::Status status = (*txn)->Scan(
      Table::kSandboxes, first_, [&](std::string_view id, std::string_view sealed) {
        if (seen++ == kSliceRecords) {
          next = id;
          return false;
        }
        auto record = store::Unseal(Table::kSandboxes, id, sealed);
        auto sandbox = record.ok() ? model::ReadSandbox(*record) : record.status();
        if (!sandbox.ok()) {
          fault = sandbox.status();
        } else if (sandbox->ended_unix_ms != 0 && sandbox->ended_unix_ms <= latest_unix_ms) {
          batch.Add(ChangeKind::kDropSandbox, List::kSandboxes, id, latest);
        }
        return true;
      });
  txn->reset();
  if (status.ok() && batch.size() > 0) status = apply_(batch);
  if (!status.ok()) return status;
  first_ = std::move(next);
  pause_ = first_.empty() ? BetweenRounds(retention_ms_) : kBetweenSlices;
  return fault;
}

}  // namespace muster::commit
