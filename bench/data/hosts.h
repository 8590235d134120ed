// The hosts that every peer holds, made by a rule: the same n give the same
// hosts in every program and on every machine.
#ifndef MUSTER_BENCH_DATA_HOSTS_H_
#define MUSTER_BENCH_DATA_HOSTS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "muster/model.h"

namespace muster_bench {

// Well mixed bits of a number (the finaliser of SplitMix64).
uint64_t Mix(uint64_t x);

// The first n hosts in order of id, bytewise. One in sixteen is draining, one is
// dead; one in eight has no rootfses, the others up to four. A row has about 110
// bytes of JSON.
std::vector<muster::Host> MakeHosts(size_t n);

// The same host as it reports the next time: other numbers, the same names.
void Report(muster::Host& host, uint64_t random);

}  // namespace muster_bench

#endif  // MUSTER_BENCH_DATA_HOSTS_H_
