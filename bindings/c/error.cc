#include "error.h"

#include <string>

namespace muster::c {
namespace {

static_assert(MUSTER_INVALID_ARGUMENT == static_cast<int>(absl::StatusCode::kInvalidArgument));
static_assert(MUSTER_NOT_FOUND == static_cast<int>(absl::StatusCode::kNotFound));
static_assert(MUSTER_ALREADY_EXISTS == static_cast<int>(absl::StatusCode::kAlreadyExists));
static_assert(MUSTER_PERMISSION_DENIED ==
              static_cast<int>(absl::StatusCode::kPermissionDenied));
static_assert(MUSTER_RESOURCE_EXHAUSTED ==
              static_cast<int>(absl::StatusCode::kResourceExhausted));
static_assert(MUSTER_FAILED_PRECONDITION ==
              static_cast<int>(absl::StatusCode::kFailedPrecondition));
static_assert(MUSTER_INTERNAL == static_cast<int>(absl::StatusCode::kInternal));
static_assert(MUSTER_UNAVAILABLE == static_cast<int>(absl::StatusCode::kUnavailable));
static_assert(MUSTER_DATA_LOSS == static_cast<int>(absl::StatusCode::kDataLoss));

thread_local std::string message;          // room for the text, where it takes some
thread_local const char* last_error = "";  // `message`, or a static text

}  // namespace

muster_code Report(const absl::Status& status) {
  if (status.ok()) return MUSTER_OK;
  message.assign(status.message().data(), status.message().size());
  last_error = message.c_str();
  return static_cast<muster_code>(status.code());
}

absl::Status Missing(const char* what) {
  return absl::InvalidArgumentError(std::string(what) + ": must not be NULL");
}

muster_code ReportOutOfMemory() noexcept {
  last_error = "out of memory";
  return MUSTER_RESOURCE_EXHAUSTED;
}

muster_code ReportUnknown() noexcept {
  last_error = "an exception that should not have come here";
  return MUSTER_INTERNAL;
}

}  // namespace muster::c

const char* muster_last_error(void) { return muster::c::last_error; }
