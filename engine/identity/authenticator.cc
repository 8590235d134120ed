#include "muster/identity.h"

namespace muster {

Authenticator::~Authenticator() = default;

absl::StatusOr<std::string> ApiKeyAuthenticator::Authenticate(
    std::string_view credential) const {
  return catalog_->FindUserByApiKey(credential);
}

}  // namespace muster
