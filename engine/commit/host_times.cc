#include "commit/host_times.h"

#include <chrono>

#include "store/bytes.h"

namespace muster::commit {
namespace {

constexpr size_t kTimeBytes = sizeof(uint64_t);

}  // namespace

int64_t MonotonicMs() {
  using std::chrono::steady_clock;
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             steady_clock::now().time_since_epoch())
      .count();
}

std::optional<int64_t> DecodeHostTime(std::string_view record, int64_t now_ms) {
  if (record.size() != kTimeBytes) return std::nullopt;
  const auto time_ms = static_cast<int64_t>(store::LoadLittleEndian<uint64_t>(record.data()));
  if (time_ms > now_ms) return std::nullopt;
  return time_ms;
}

absl::Status HostTimes::Note(std::string_view host_id) {
  if (!asked_) kept_now_ = clock_.KeptNow();
  asked_ = true;
  if (!kept_now_) return absl::OkStatus();
  char record[kTimeBytes];
  store::StoreLittleEndian(static_cast<uint64_t>(*kept_now_), record);
  return writer_.PutUncounted(Table::kHeartbeats, host_id, std::string_view(record, kTimeBytes))
      .status();
}

absl::Status HostTimes::Forget(std::string_view host_id) {
  return writer_.DeleteUncounted(Table::kHeartbeats, host_id).status();
}

absl::StatusOr<bool> HostTimes::HeardAfter(std::string_view host_id, int64_t time_ms) {
  auto record = store::GetRecord(transaction_, Table::kHeartbeats, host_id);
  if (!record.ok()) return record.status();
  if (!record->has_value()) return false;
  const std::optional<int64_t> heard = DecodeHostTime(**record, clock_.now_ms());
  return heard && *heard > time_ms;
}

}  // namespace muster::commit
