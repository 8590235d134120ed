#include "http/caller.h"

#include <utility>

#include "http/credential.h"

namespace muster::http {
namespace {

// A user without an id is nobody, whoever says so: were it let through, a host
// that forgot to check would have opened the door.
Caller Named(std::string user_id) {
  if (user_id.empty()) return {};
  return {Caller::Kind::kUser, std::move(user_id)};
}

}  // namespace

Caller FindCaller(const HeaderFields* headers, const Authenticator& authenticator) {
  const std::string credential = FindCredential(headers);
  if (credential.empty()) return {};
  absl::StatusOr<std::string> user_id = authenticator.Authenticate(credential);
  if (user_id.ok()) return Named(*std::move(user_id));
  switch (user_id.status().code()) {
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kUnauthenticated:
      return {};
    default:
      return {Caller::Kind::kUnavailable, {}};
  }
}

Caller CallerFromHost(const AuthenticatedUser& user) {
  return Named(std::string(user.user_id));
}

}  // namespace muster::http
