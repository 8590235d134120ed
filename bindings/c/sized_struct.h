// Structs that begin with their size, and so can come from an older or a newer
// muster.h than the library's.
#ifndef MUSTER_BINDINGS_C_SIZED_STRUCT_H_
#define MUSTER_BINDINGS_C_SIZED_STRUCT_H_

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>

#include "absl/status/status.h"
#include "muster.h"

namespace muster::c {

// Whether all bytes of a struct from `known` on are zero.
inline bool IsZeroFrom(size_t known, const void* given, size_t size) {
  const auto* bytes = static_cast<const unsigned char*>(given);
  return std::all_of(bytes + known, bytes + size, [](unsigned char c) { return c == 0; });
}

// Sets `*own` to what was given: zeros where that is shorter, or null. `name` is for
// errors.
template <class Struct>
absl::Status CopySized(const Struct* given, const char* name, Struct* own) {
  *own = {};
  if (given == nullptr) return absl::OkStatus();
  const size_t size = given->struct_size;
  // No struct has ever been shorter than its size and one more field, and a size
  // that is not one at all should not make the library read on and on.
  if (size < sizeof(size_t) + sizeof(void*) || size > 4096) {
    return absl::InvalidArgumentError(std::string(name) +
                                      "->struct_size: must be the size of the struct");
  }
  if (size > sizeof(Struct) && !IsZeroFrom(sizeof(Struct), given, size)) {
    return absl::InvalidArgumentError(
        std::string(name) + ": has fields set that this library does not know; it is " +
        muster_version() + ", older than the muster.h that the program was compiled with");
  }
  std::memcpy(own, given, std::min(size, sizeof(Struct)));
  return absl::OkStatus();
}

}  // namespace muster::c

#endif  // MUSTER_BINDINGS_C_SIZED_STRUCT_H_
