// One of two that make the same updates, in turn: a writer, and how far it is in the
// updates of each caller.
#ifndef MUSTER_BENCH_SCENARIOS_SIDE_H_
#define MUSTER_BENCH_SCENARIOS_SIDE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "data/host_updates.h"
#include "muster/model.h"
#include "peers/host_writer.h"

namespace muster_bench {

class Side {
 public:
  // `updates` must outlive it.
  Side(std::string name, std::unique_ptr<HostWriter> writer,
       const std::vector<muster::Host>& hosts, const HostUpdates& updates);

  // Each makes updates for so many seconds on the wall, acknowledged and flushed
  // within them, and returns how many it made a second.
  double OneCaller(double seconds, size_t updates_per_transaction);
  double AllCallers(double seconds);  // a thread each, one update a transaction
  // One thread that keeps `in_flight` updates under way; Muster alone can.
  double InFlight(double seconds, int in_flight);

  // Fails unless the writer holds what the updates made so far come to.
  void CheckHosts();

 private:
  HostUpdate Next(size_t caller) { return updates_.At(caller, next_[caller]++); }

  const std::string name_;
  const std::unique_ptr<HostWriter> writer_;
  const HostUpdates& updates_;
  std::vector<uint64_t> next_;     // update, of each caller
  std::vector<uint64_t> checked_;  // updates of each caller that are in free_mib_
  std::vector<int64_t> free_mib_;  // of each host, as it must be
};

}  // namespace muster_bench

#endif  // MUSTER_BENCH_SCENARIOS_SIDE_H_
