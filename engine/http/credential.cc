#include "http/credential.h"

namespace muster::http {

std::string_view BearerToken(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer";
  authorization = Trim(authorization);
  if (!EqualsIgnoringCase(authorization.substr(0, kScheme.size()), kScheme)) return {};
  authorization.remove_prefix(kScheme.size());
  if (authorization.empty() || !IsWhiteSpace(authorization.front())) return {};
  return Trim(authorization);
}

void FindCredential(const HeaderFields* headers, HeaderText* credential) {
  for (std::string_view name : {"x-auth-token", "x-access-token"}) {
    JoinField(headers, name, credential);
    if (!credential->view().empty()) return;
  }
  JoinField(headers, "authorization", credential);
  if (!credential->view().empty()) {
    const std::string_view token = BearerToken(credential->view());
    if (!token.empty()) return credential->Narrow(token);
  }
  JoinField(headers, "x-api-key", credential);
}

}  // namespace muster::http
