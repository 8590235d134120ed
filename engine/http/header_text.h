// The text of header fields: white space, case, and fields sent more than once.
//
// Everything here borrows what it is given only for the call. Any thread.
#ifndef MUSTER_HTTP_HEADER_TEXT_H_
#define MUSTER_HTTP_HEADER_TEXT_H_

#include <string>
#include <string_view>

#include "muster/http.h"

namespace muster::http {

// What HTTP calls optional white space: spaces and tabs, nothing else.
inline bool IsWhiteSpace(char c) { return c == ' ' || c == '\t'; }

// `text` without white space at its ends; a part of `text`.
std::string_view Trim(std::string_view text);

// Compares without regard to the case of ASCII letters.
bool EqualsIgnoringCase(std::string_view a, std::string_view b);

// The value of a field, trimmed, with repeats joined by a comma; "" where there
// is none. A copy, since an adapter's values need not outlive the call that
// shows them. `headers` may be null, `name` is in lower case.
std::string JoinedField(const HeaderFields* headers, std::string_view name);

}  // namespace muster::http

#endif  // MUSTER_HTTP_HEADER_TEXT_H_
