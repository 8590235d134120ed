#include "http/routes.h"

namespace muster::http {
namespace {

// Compares with the paths of that length only, each a few words.
std::optional<Endpoint> AtPath(std::string_view path) {
  switch (path.size()) {
    case std::string_view("/readyz").size():
      if (path == "/readyz") return Endpoint::kReadyz;
      break;
    case std::string_view("/healthz").size():
      if (path == "/healthz") return Endpoint::kHealthz;
      break;
    case std::string_view("/v1/hosts").size():
      if (path == "/v1/hosts") return Endpoint::kHosts;
      break;
    case std::string_view("/v1/shapes").size():
      if (path == "/v1/shapes") return Endpoint::kShapes;
      if (path == "/v1/rootfs") return Endpoint::kRootfs;
      if (path == "/v1/whoami") return Endpoint::kWhoami;
      break;
  }
  return std::nullopt;
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
  const std::optional<Endpoint> endpoint = AtPath(path);
  if (endpoint && !served_[static_cast<size_t>(*endpoint)]) return std::nullopt;
  return endpoint;
}

}  // namespace muster::http
