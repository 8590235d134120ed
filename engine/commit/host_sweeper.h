// HostSweeper: finds the hosts that have fallen silent, and marks them.
//
// One process of a store sweeps at a time; the others try now and then whether the
// role is free. Silence counts from the later of a host's last heartbeat and the
// moment when this sweeper began to listen: when it took the role, and anew after
// each time in which heartbeats cannot have been taken in, because commits failed or
// the process stood still. So an outage of the control plane kills no host.
//
// A round goes once through the hosts and the times, both in order of id, and copies
// neither. What it finds is put into batches of its own, where each host is checked
// once more against its time: a heartbeat may have come meanwhile.
//
// One thread, the maintenance thread.
#ifndef MUSTER_COMMIT_HOST_SWEEPER_H_
#define MUSTER_COMMIT_HOST_SWEEPER_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "commit/batch_rep.h"
#include "commit/host_times.h"
#include "muster/store.h"
#include "view/rendered_list.h"

namespace muster::commit {

class HostSweeper {
 public:
  // What it needs of the committer. Every call may fail.
  struct Committer {
    // The newest hosts, for as long as the pointer lives.
    std::function<absl::StatusOr<std::shared_ptr<const view::RenderedList>>()> hosts;
    std::function<absl::StatusOr<std::unique_ptr<ReadTransaction>>()> begin_read;
    std::function<absl::Status(const WriteBatch::Rep& batch)> apply;
    // Whether commits go well.
    std::function<bool()> is_well;
  };

  // `store` and `clock`, which has a timeout, are borrowed.
  HostSweeper(Store* store, const HostClock* clock, Committer committer);
  HostSweeper(const HostSweeper&) = delete;
  HostSweeper& operator=(const HostSweeper&) = delete;

  // Does a round, if it is time for one, and returns after how long it wants to be
  // called again. What fails is tried again then.
  std::chrono::milliseconds Sweep();

 private:
  using Ids = std::vector<std::string>;

  // Whether this process sweeps.
  bool TakeRole();
  absl::Status SweepOnce(int64_t now_ms);
  absl::StatusOr<Ids> FindSilent(int64_t now_ms);
  absl::Status Mark(const Ids& ids, int64_t heard_ms);

  Store& store_;
  const HostClock& clock_;
  const Committer committer_;
  const int64_t interval_ms_;
  bool has_role_ = false;
  bool was_well_ = true;  // in the last round
  int64_t listening_since_ms_ = 0;
  int64_t next_round_ms_ = 0;
};

}  // namespace muster::commit

#endif  // MUSTER_COMMIT_HOST_SWEEPER_H_
