#include "http/routes.h"

namespace muster::http {
namespace {

constexpr std::array<std::string_view, kEndpointCount> kPaths = {  // by Endpoint
    "/v1/shapes", "/v1/rootfs", "/v1/hosts", "/v1/whoami", "/healthz", "/readyz"};

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
  if (path.substr(0, prefix_.size()) != prefix_) return std::nullopt;
  path.remove_prefix(prefix_.size());
  for (size_t i = 0; i < kEndpointCount; ++i) {
    if (path == kPaths[i] && served_[i]) return static_cast<Endpoint>(i);
  }
  return std::nullopt;
}

}  // namespace muster::http
