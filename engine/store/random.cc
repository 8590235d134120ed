#include "store/random.h"

#include <sodium.h>

namespace muster::store {

absl::Status InitRandom() {
  static const int result = sodium_init();  // 1 where somebody else did it before
  if (result >= 0) return absl::OkStatus();
  return absl::UnavailableError("the system has no random bytes to give: look at getrandom(2)");
}

void RandomBytes(void* bytes, size_t size) { randombytes_buf(bytes, size); }

uint64_t RandomNonZero() {
  uint64_t value = 0;
  while (value == 0) RandomBytes(&value, sizeof(value));
  return value;
}

}  // namespace muster::store
