// The answers that are always the same bytes.
#ifndef MUSTER_HTTP_FIXED_ANSWERS_H_
#define MUSTER_HTTP_FIXED_ANSWERS_H_

#include <string_view>

#include "http/query.h"
#include "muster/http.h"

namespace muster::http {

// A whole answer but for the headers that its status brings with it.
struct FixedAnswer {
  int status;
  std::string_view body;
  Response::Header header = {};  // one more, where it has a name
};

inline constexpr FixedAnswer kUp{200, R"({"status":"success","data":{"up":true}})"};
inline constexpr FixedAnswer kReady{200, R"({"status":"success","data":{"ready":true}})"};

inline constexpr FixedAnswer kNotFound{
    404, R"({"status":"fail","data":{"code":"not_found","path":"no such endpoint"}})"};
inline constexpr FixedAnswer kMethodNotAllowed{
    405,
    R"({"status":"fail","data":{"code":"method_not_allowed","method":"use GET or HEAD"}})",
    {"Allow", "GET, HEAD"}};
inline constexpr FixedAnswer kUnauthorized{
    401,
    R"({"status":"fail","data":{"code":"unauthorized","message":"missing or invalid API key"}})",
    {"WWW-Authenticate", "ApiKey"}};

// 503 means that the same request may succeed a little later.
inline constexpr FixedAnswer kStoreUnreadable{
    503, R"({"status":"error","message":"the store cannot be read","code":503})"};
inline constexpr FixedAnswer kCredentialUnchecked{
    503, R"({"status":"error","message":"the credential cannot be checked","code":503})"};
inline constexpr FixedAnswer kInternalError{
    500, R"({"status":"error","message":"internal error","code":500})"};

// The answer to a query at fault; `fault` is not kNone. Any thread.
const FixedAnswer& InvalidQuery(QueryFault fault);

// The answer when a look-up in the store has failed. Any thread.
const FixedAnswer& StoreFault(const absl::Status& status);

}  // namespace muster::http

#endif  // MUSTER_HTTP_FIXED_ANSWERS_H_
