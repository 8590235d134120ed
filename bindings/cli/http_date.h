// The Date header's value.
#ifndef MUSTER_CLI_HTTP_DATE_H_
#define MUSTER_CLI_HTTP_DATE_H_

#include <string_view>

namespace muster::cli {

// Now, as "Sun, 06 Nov 1994 08:49:37 GMT". Made once a second and thread; valid
// until the same thread calls again.
std::string_view HttpDate();

}  // namespace muster::cli

#endif  // MUSTER_CLI_HTTP_DATE_H_
