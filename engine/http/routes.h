// Routes: which path is which endpoint.
//
// Immutable once made; every call from any thread.
#ifndef MUSTER_HTTP_ROUTES_H_
#define MUSTER_HTTP_ROUTES_H_

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "muster/http.h"

namespace muster::http {

enum class Endpoint { kShapes, kRootfs, kHosts, kWhoami, kHealthz, kReadyz };
inline constexpr size_t kEndpointCount = 6;

class Routes {
 public:
  // Takes the mount prefix and the endpoints that are switched on.
  explicit Routes(const HandlerOptions& options);

  // InvalidArgument for a prefix that could not be in front of a path.
  static absl::Status CheckMountPrefix(std::string_view prefix);

  // The endpoint at a path, compared byte for byte; nothing where there is none
  // or it is switched off.
  std::optional<Endpoint> Find(std::string_view path) const;

 private:
  std::string prefix_;
  std::array<bool, kEndpointCount> served_;  // by Endpoint
};

}  // namespace muster::http

#endif  // MUSTER_HTTP_ROUTES_H_
