// Small helpers for text. Debian's Abseil has a string_view of its own, so
// absl::StrCat does not take a std::string_view; this does.
#ifndef MUSTER_MODEL_TEXT_H_
#define MUSTER_MODEL_TEXT_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace muster::model {

template <typename... Parts>
std::string Concat(const Parts&... parts) {
  std::string text;
  text.reserve((std::string_view(parts).size() + ... + 0));
  (text.append(std::string_view(parts)), ...);
  return text;
}

// A status's message as the standard's view. Valid as long as the status.
inline std::string_view Message(const absl::Status& status) {
  return {status.message().data(), status.message().size()};
}

// The bytes as lower-case hex digits.
std::string Hex(std::string_view bytes);

}  // namespace muster::model

#endif  // MUSTER_MODEL_TEXT_H_
