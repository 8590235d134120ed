#include "http/routes.h"

#include <algorithm>
#include <cstring>

namespace muster::http {
namespace {

constexpr size_t kNowhere = kEndpointCount;

// The number of the endpoint at a path. Compares with the paths of that length
// only, each of which is a few words.
size_t NumberAt(std::string_view path) {
  constexpr auto kIs = [](std::string_view given, Endpoint endpoint, const auto& text) {
    constexpr size_t kLength = sizeof(text) - 1;
    return std::memcmp(given.data(), text, kLength) == 0 ? static_cast<size_t>(endpoint)
                                                         : kNowhere;
  };
  switch (path.size()) {
    case sizeof("/readyz") - 1:
      return kIs(path, Endpoint::kReadyz, "/readyz");
    case sizeof("/healthz") - 1:
      return kIs(path, Endpoint::kHealthz, "/healthz");
    case sizeof("/v1/hosts") - 1:
      return kIs(path, Endpoint::kHosts, "/v1/hosts");
    case sizeof("/v1/shapes") - 1:
      return std::min({kIs(path, Endpoint::kShapes, "/v1/shapes"),
                       kIs(path, Endpoint::kRootfs, "/v1/rootfs"),
                       kIs(path, Endpoint::kWhoami, "/v1/whoami")});
    default:
      return kNowhere;
  }
}

// A question mark ends a path; the others cannot stand in a request's target.
bool CanBeInPath(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte > 0x20 && byte != 0x7f && c != '?' && c != '#';
}

}  // namespace

Routes::Routes(const HandlerOptions& options)
    : prefix_(options.mount_prefix), served_{options.serve_shapes,  options.serve_rootfs,
                                             options.serve_hosts,   options.serve_whoami,
                                             options.serve_healthz, options.serve_readyz} {}

absl::Status Routes::CheckMountPrefix(std::string_view prefix) {
  if (prefix.empty()) return absl::OkStatus();
  if (prefix.front() != '/' || prefix.back() == '/') {
    return absl::InvalidArgumentError(
        "mount_prefix: must be empty, or begin with a slash and not end with one");
  }
  for (char c : prefix) {
    if (!CanBeInPath(c)) {
      return absl::InvalidArgumentError(
          "mount_prefix: must be a path as a request has it, without \"?\", \"#\", spaces and "
          "control characters");
    }
  }
  return absl::OkStatus();
}

std::optional<Endpoint> Routes::Find(std::string_view path) const {
  if (!prefix_.empty()) {
    if (path.substr(0, prefix_.size()) != prefix_) return std::nullopt;
    path.remove_prefix(prefix_.size());
  }
  const size_t number = NumberAt(path);
  if (number == kNowhere || !served_[number]) return std::nullopt;
  return static_cast<Endpoint>(number);
}

}  // namespace muster::http
