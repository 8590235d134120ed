// The names of the model's enumerations, as they stand in documents and answers.
#include "model/text.h"
#include "muster/model.h"
#include "muster/version.h"

namespace muster {

std::string_view ListName(List list) {
  switch (list) {
    case List::kShapes:
      return "shapes";
    case List::kRootfs:
      return "rootfs";
    case List::kHosts:
      return "hosts";
    case List::kUsers:
      return "users";
    case List::kApiKeys:
      return "api_keys";
    case List::kSandboxes:
      return "sandboxes";
  }
  return "";
}

std::string_view HostStatusName(HostStatus status) {
  switch (status) {
    case HostStatus::kActive:
      return "active";
    case HostStatus::kDraining:
      return "draining";
    case HostStatus::kDead:
      return "dead";
  }
  return "";
}

std::optional<HostStatus> HostStatusFromName(std::string_view name) {
  for (HostStatus status : {HostStatus::kActive, HostStatus::kDraining, HostStatus::kDead}) {
    if (HostStatusName(status) == name) return status;
  }
  return std::nullopt;
}

std::string_view SandboxStatusName(SandboxStatus status) {
  switch (status) {
    case SandboxStatus::kCreating:
      return "creating";
    case SandboxStatus::kRunning:
      return "running";
    case SandboxStatus::kPausing:
      return "pausing";
    case SandboxStatus::kPaused:
      return "paused";
    case SandboxStatus::kResuming:
      return "resuming";
    case SandboxStatus::kForking:
      return "forking";
    case SandboxStatus::kError:
      return "error";
    case SandboxStatus::kDestroying:
      return "destroying";
    case SandboxStatus::kDestroyed:
      return "destroyed";
    case SandboxStatus::kFailed:
      return "failed";
  }
  return "";
}

std::optional<SandboxStatus> SandboxStatusFromName(std::string_view name) {
  for (uint8_t i = 0; i <= static_cast<uint8_t>(SandboxStatus::kFailed); ++i) {
    const auto status = static_cast<SandboxStatus>(i);
    if (SandboxStatusName(status) == name) return status;
  }
  return std::nullopt;
}

const char* Version() { return MUSTER_VERSION; }

namespace model {

std::string Hex(std::string_view bytes) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (unsigned char c : bytes) {
    out.push_back(kHex[c >> 4]);
    out.push_back(kHex[c & 15]);
  }
  return out;
}

}  // namespace model
}  // namespace muster
