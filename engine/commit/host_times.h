// HostTimes: when hosts were heard of last, as Table::kHeartbeats keeps it.
//
// A time is milliseconds of the machine's monotonic clock, which its processes
// share. One that lies ahead of now is of an earlier boot and means nothing.
//
// Times are kept only while somebody asks for them: where this process has a host
// timeout, or another one sweeps (commit/host_sweeper.h). Any gap is made good by
// the sweeper, which counts no silence from before it began to listen.
#ifndef MUSTER_COMMIT_HOST_TIMES_H_
#define MUSTER_COMMIT_HOST_TIMES_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "muster/store.h"
#include "store/records.h"

namespace muster::commit {

// Milliseconds of CLOCK_MONOTONIC.
int64_t MonotonicMs();

// Where "now" comes from, and whether it is to be kept. Any thread.
class HostClock {
 public:
  using NowMs = std::function<int64_t()>;

  // `store` is borrowed. `timeout_ms` 0: this process has no timeout.
  HostClock(const Store* store, int64_t timeout_ms, NowMs now_ms = MonotonicMs)
      : store_(store), timeout_ms_(timeout_ms), now_ms_(std::move(now_ms)) {}

  int64_t timeout_ms() const { return timeout_ms_; }
  int64_t now_ms() const { return now_ms_(); }

  // Now, where times are kept.
  std::optional<int64_t> KeptNow() const {
    if (timeout_ms_ <= 0 && !store_->RoleTakenByOthers(Role::kSweeper)) return std::nullopt;
    return now_ms_();
  }

 private:
  const Store* const store_;
  const int64_t timeout_ms_;
  const NowMs now_ms_;
};

// The time in a record; nothing where it is none, or not of this boot.
std::optional<int64_t> DecodeHostTime(std::string_view record, int64_t now_ms);

// The times as a batch changes them: one "now" for all of it. One thread.
class HostTimes {
 public:
  // All are borrowed.
  HostTimes(const HostClock* clock, ReadTransaction* transaction, store::RecordWriter* writer)
      : clock_(*clock), transaction_(*transaction), writer_(*writer) {}

  // The host is heard of now.
  absl::Status Note(std::string_view host_id);
  absl::Status Forget(std::string_view host_id);

  // Whether the host was heard of after `time_ms`.
  absl::StatusOr<bool> HeardAfter(std::string_view host_id, int64_t time_ms);

 private:
  const HostClock& clock_;
  ReadTransaction& transaction_;
  store::RecordWriter& writer_;
  bool asked_ = false;
  std::optional<int64_t> kept_now_;  // once asked_
};

}  // namespace muster::commit

#endif  // MUSTER_COMMIT_HOST_TIMES_H_
