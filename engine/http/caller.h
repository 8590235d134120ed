// Who asks: the user whom a request's credential, or the host, names.
#ifndef MUSTER_HTTP_CALLER_H_
#define MUSTER_HTTP_CALLER_H_

#include <string>

#include "muster/http.h"

namespace muster::http {

struct Caller {
  enum class Kind {
    kUser,         // `user_id` asks
    kNobody,       // no credential, or one that stands for nobody
    kUnavailable,  // the credential cannot be checked now
  };
  Kind kind = Kind::kNobody;
  std::string user_id;  // not empty if and only if kind is kUser
};

// Looks the request's credential up, once. Any thread that `authenticator`
// allows. `headers` may be null.
Caller FindCaller(const HeaderFields* headers, const Authenticator& authenticator);

// The same where the host has looked already.
Caller CallerFromHost(const AuthenticatedUser& user);

}  // namespace muster::http

#endif  // MUSTER_HTTP_CALLER_H_
