// A benchmark that cannot go on says why and ends: a figure that was not
// measured as it says must not come to stand in a table.
#ifndef MUSTER_BENCH_DATA_FAIL_H_
#define MUSTER_BENCH_DATA_FAIL_H_

#include <string>

#include "absl/status/status.h"

namespace muster_bench {

[[noreturn]] void Fail(const std::string& what);

inline void Check(bool good, const std::string& what) {
  if (!good) Fail(what);
}
inline void Check(const absl::Status& status, const std::string& what) {
  if (!status.ok()) Fail(what + ": " + std::string(status.message()));
}

}  // namespace muster_bench

#endif  // MUSTER_BENCH_DATA_FAIL_H_
