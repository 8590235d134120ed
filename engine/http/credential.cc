#include "http/credential.h"

#include "http/header_text.h"

namespace muster::http {

std::string_view BearerToken(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer";
  authorization = Trim(authorization);
  if (!EqualsIgnoringCase(authorization.substr(0, kScheme.size()), kScheme)) return {};
  authorization.remove_prefix(kScheme.size());
  if (authorization.empty() || !IsWhiteSpace(authorization.front())) return {};
  return Trim(authorization);
}

std::string FindCredential(const HeaderFields* headers) {
  for (std::string_view name : {"x-auth-token", "x-access-token"}) {
    std::string token = JoinedField(headers, name);
    if (!token.empty()) return token;
  }
  const std::string authorization = JoinedField(headers, "authorization");
  const std::string_view token = BearerToken(authorization);
  if (!token.empty()) return std::string(token);
  return JoinedField(headers, "x-api-key");
}

}  // namespace muster::http
