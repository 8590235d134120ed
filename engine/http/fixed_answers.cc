#include "http/fixed_answers.h"

namespace muster::http {
namespace {

constexpr FixedAnswer kLimitValue{
    400,
    R"({"status":"fail","data":{"code":"invalid_query","limit":"must be an integer of at least 1"}})"};
constexpr FixedAnswer kLimitRepeated{
    400, R"({"status":"fail","data":{"code":"invalid_query","limit":"given more than once"}})"};
constexpr FixedAnswer kOffsetValue{
    400,
    R"({"status":"fail","data":{"code":"invalid_query","offset":"must be an integer from 0 to 9007199254740991"}})"};
constexpr FixedAnswer kOffsetRepeated{
    400,
    R"({"status":"fail","data":{"code":"invalid_query","offset":"given more than once"}})"};

}  // namespace

const FixedAnswer& InvalidQuery(QueryFault fault) {
  switch (fault) {
    case QueryFault::kLimitValue:
      return kLimitValue;
    case QueryFault::kLimitRepeated:
      return kLimitRepeated;
    case QueryFault::kOffsetValue:
      return kOffsetValue;
    case QueryFault::kOffsetRepeated:
      return kOffsetRepeated;
    case QueryFault::kNone:
      break;
  }
  return kInternalError;
}

const FixedAnswer& StoreFault(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDataLoss:
    case absl::StatusCode::kFailedPrecondition:  // closed
    case absl::StatusCode::kResourceExhausted:   // no reader slot, no descriptor
    case absl::StatusCode::kPermissionDenied:
      return kStoreUnreadable;
    default:
      return kInternalError;
  }
}

}  // namespace muster::http
