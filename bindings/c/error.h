// What the last call of this thread that failed had to say, and the wall that no
// exception passes.
#ifndef MUSTER_BINDINGS_C_ERROR_H_
#define MUSTER_BINDINGS_C_ERROR_H_

#include <new>

#include "absl/status/status.h"
#include "muster.h"

namespace muster::c {

// MUSTER_OK, or the status's code, its message being muster_last_error() from now on.
// May throw std::bad_alloc.
muster_code Report(const absl::Status& status);

// That an argument is NULL.
absl::Status Missing(const char* what);

// The same as Report() for what is told by an exception.
muster_code ReportOutOfMemory() noexcept;
muster_code ReportUnknown() noexcept;

// Runs `call()`, which returns an absl::Status, and reports what came of it. The
// engine throws nothing itself, but memory may run out anywhere.
template <class Call>
muster_code Guarded(const Call& call) noexcept {
  try {
    return Report(call());
  } catch (const std::bad_alloc&) {
    return ReportOutOfMemory();
  } catch (...) {
    return ReportUnknown();
  }
}

}  // namespace muster::c

#endif  // MUSTER_BINDINGS_C_ERROR_H_
