// Random bytes fit for secrets, from libsodium.
#ifndef MUSTER_STORE_RANDOM_H_
#define MUSTER_STORE_RANDOM_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"

namespace muster::store {

// Makes libsodium ready, once. Unavailable where the system has no source of
// random bytes; only after OK may the others be called. Any thread.
absl::Status InitRandom();

void RandomBytes(void* bytes, size_t size);

// Any number but 0, all as likely.
uint64_t RandomNonZero();

}  // namespace muster::store

#endif  // MUSTER_STORE_RANDOM_H_
