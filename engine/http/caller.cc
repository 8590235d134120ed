#include "http/caller.h"

#include <string>
#include <utility>

#include "http/credential.h"

namespace muster::http {
namespace {

// A user without an id is nobody, whoever says so: were it let through, a host
// that forgot to check would have opened the door.
Caller Named(User user) {
  if (user.id.empty()) return {};
  return {Caller::Kind::kUser, std::move(user)};
}

Caller Named(std::string user_id) {
  User user;
  user.id = std::move(user_id);
  return Named(std::move(user));
}

Caller Unknown(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kUnauthenticated:
      return {};
    default:
      return {Caller::Kind::kUnavailable, {}};
  }
}

}  // namespace

Caller FindCaller(const HeaderFields* headers, const Catalog* catalog,
                  const Authenticator* authenticator) {
  HeaderText credential;
  FindCredential(headers, &credential);
  if (credential.view().empty()) return {};
  if (authenticator == nullptr) {
    if (catalog == nullptr) return {Caller::Kind::kUnavailable, {}};
    absl::StatusOr<User> user = catalog->FindUserByApiKey(credential.view());
    return user.ok() ? Named(*std::move(user)) : Unknown(user.status());
  }
  absl::StatusOr<std::string> user_id = authenticator->Authenticate(credential.view());
  return user_id.ok() ? Named(*std::move(user_id)) : Unknown(user_id.status());
}

Caller CallerFromHost(const AuthenticatedUser& user) {
  return Named(std::string(user.user_id));
}

}  // namespace muster::http
