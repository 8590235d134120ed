#include "muster/identity.h"

#include <utility>

namespace muster {

Authenticator::~Authenticator() = default;

absl::StatusOr<std::string> ApiKeyAuthenticator::Authenticate(
    std::string_view credential) const {
  absl::StatusOr<User> user = catalog_->FindUserByApiKey(credential);
  if (!user.ok()) return user.status();
  return std::move(user->id);
}

}  // namespace muster
