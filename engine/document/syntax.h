// What is wrong with a text that is not JSON, in words and with the place.
#ifndef MUSTER_DOCUMENT_SYNTAX_H_
#define MUSTER_DOCUMENT_SYNTAX_H_

#include <rapidjson/error/error.h>

#include "absl/status/status.h"
#include "document/input_stream.h"

namespace muster::document {

// InvalidArgument: "line 3, column 7: a colon is expected here". `in` is as the
// parser left it. Never OK. Any thread.
absl::Status SyntaxFault(rapidjson::ParseErrorCode code, const InputStream& in);

// The same for half of a surrogate pair in the string that was just read.
absl::Status HalfPairFault(const InputStream& in);

}  // namespace muster::document

#endif  // MUSTER_DOCUMENT_SYNTAX_H_
