// The query of a paginated list: `limit` and `offset`.
#ifndef MUSTER_HTTP_QUERY_H_
#define MUSTER_HTTP_QUERY_H_

#include <cstdint>
#include <string_view>

#include "muster/snapshot.h"

namespace muster::http {

// The largest integer that a client which reads numbers as doubles can give.
inline constexpr int64_t kMaxOffset = 9007199254740991;

enum class QueryFault { kNone, kLimitValue, kLimitRepeated, kOffsetValue, kOffsetRepeated };

struct PageQuery {
  int64_t limit = Snapshot::kDefaultLimit;  // 1 to Snapshot::kMaxLimit
  int64_t offset = 0;                       // 0 to kMaxOffset
  QueryFault fault = QueryFault::kNone;     // the first in query order
};

// Reads a query, without its question mark, in place: no copy, in time linear
// in its length, whatever it holds. With a fault, `limit` and `offset` mean
// nothing. Any thread.
PageQuery ParsePageQuery(std::string_view query);

}  // namespace muster::http

#endif  // MUSTER_HTTP_QUERY_H_
