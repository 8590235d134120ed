// The credential that a request carries.
#ifndef MUSTER_HTTP_CREDENTIAL_H_
#define MUSTER_HTTP_CREDENTIAL_H_

#include <string_view>

#include "http/header_text.h"
#include "muster/http.h"

namespace muster::http {

// The token of an Authorization value, trimmed; "" where the scheme is not
// Bearer or no token follows it. A part of `authorization`.
std::string_view BearerToken(std::string_view authorization);

// Makes `credential` the first of X-Auth-Token, X-Access-Token, a bearer token and
// X-Api-Key that is not empty; "" where there is none. `headers` may be null. Any
// thread.
void FindCredential(const HeaderFields* headers, HeaderText* credential);

}  // namespace muster::http

#endif  // MUSTER_HTTP_CREDENTIAL_H_
