// Which hosts are updated, and to what: drawn by a rule, so that whoever makes the
// same updates comes to the same table.
#ifndef MUSTER_BENCH_DATA_HOST_UPDATES_H_
#define MUSTER_BENCH_DATA_HOST_UPDATES_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "data/hosts.h"

namespace muster_bench {

// A host, by its place in MakeHosts(), and the one field of it that changes.
struct HostUpdate {
  size_t host = 0;
  int64_t free_mib = 0;
};

// Endless updates of random hosts for each of some callers. No two callers have a
// host in common: what a host has in the end does not hang on who came first.
class HostUpdates {
 public:
  HostUpdates(size_t hosts, size_t callers) : hosts_(hosts), callers_(callers) {}

  size_t hosts() const { return hosts_; }
  size_t callers() const { return callers_; }

  // Update i of a caller.
  HostUpdate At(size_t caller, uint64_t i) const {
    const uint64_t random = Mix(i * callers_ + caller);
    const size_t own = (hosts_ - caller + callers_ - 1) / callers_;
    return {caller + callers_ * (random % own), static_cast<int64_t>((random >> 40) & 0xffff)};
  }

  // Brings `free_mib`, an entry a host, from what it is after the first `begin`
  // updates of a caller to what it is after `end` of them.
  void Replay(size_t caller, uint64_t begin, uint64_t end,
              std::vector<int64_t>* free_mib) const {
    for (uint64_t i = begin; i < end; ++i) {
      const HostUpdate update = At(caller, i);
      (*free_mib)[update.host] = update.free_mib;
    }
  }

 private:
  size_t hosts_;
  size_t callers_;
};

}  // namespace muster_bench

#endif  // MUSTER_BENCH_DATA_HOST_UPDATES_H_
