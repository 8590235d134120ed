// Authenticator: from a credential to a user.
#ifndef MUSTER_IDENTITY_H_
#define MUSTER_IDENTITY_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "muster/catalog.h"
#include "muster/export.h"

namespace muster {

// Implement it to use credentials of your own in place of Muster's API keys.
class MUSTER_EXPORT Authenticator {
 public:
  virtual ~Authenticator();

  // The id of the user whom `credential` stands for: the first that the request
  // carries of X-Auth-Token, X-Access-Token, a bearer token and X-Api-Key; it is
  // never empty. Called from the threads that serve requests, several at once.
  //
  // NotFound, Unauthenticated or an empty id: the client gets 401, the same
  // bytes for all.
  // Anything else: 503. The messages are not shown to clients.
  virtual absl::StatusOr<std::string> Authenticate(std::string_view credential) const = 0;
};

// The built-in one: API keys that the catalog keeps. Borrows the catalog, which
// must outlive it. Any thread.
class MUSTER_EXPORT ApiKeyAuthenticator : public Authenticator {
 public:
  explicit ApiKeyAuthenticator(const Catalog* catalog) : catalog_(catalog) {}
  absl::StatusOr<std::string> Authenticate(std::string_view credential) const override;

 private:
  const Catalog* catalog_;
};

}  // namespace muster

#endif  // MUSTER_IDENTITY_H_
