// Who asks: the user whom a request's credential, or the host, names.
#ifndef MUSTER_HTTP_CALLER_H_
#define MUSTER_HTTP_CALLER_H_

#include "muster/catalog.h"
#include "muster/http.h"
#include "muster/model.h"

namespace muster::http {

struct Caller {
  enum class Kind {
    kUser,         // `user` asks
    kNobody,       // no credential, or one that stands for nobody
    kUnavailable,  // the credential cannot be checked now
  };
  Kind kind = Kind::kNobody;
  // Has an id if and only if kind is kUser; and its stats where looking the
  // credential up gave them.
  User user;
};

// Looks the request's credential up, once: by `authenticator`, or among the
// catalog's API keys where that is null. Any thread that `authenticator` allows.
// `headers` may be null, and so may `catalog`: then no key can be checked.
Caller FindCaller(const HeaderFields* headers, const Catalog* catalog,
                  const Authenticator* authenticator);

// The same where the host has looked already.
Caller CallerFromHost(const AuthenticatedUser& user);

}  // namespace muster::http

#endif  // MUSTER_HTTP_CALLER_H_
