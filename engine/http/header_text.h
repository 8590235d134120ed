// The text of header fields: white space, case, and fields sent more than once.
//
// Everything here borrows what it is given only for the call. Any thread.
#ifndef MUSTER_HTTP_HEADER_TEXT_H_
#define MUSTER_HTTP_HEADER_TEXT_H_

#include <cstddef>
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

// A header field's text, copied: an adapter's values need not outlive the call
// that shows them. Takes memory only where it is longer than nearly all are.
class HeaderText {
 public:
  HeaderText() noexcept {}
  HeaderText(const HeaderText&) = delete;
  HeaderText& operator=(const HeaderText&) = delete;

  std::string_view view() const {
    return {(outside_.empty() ? inside_ : outside_.data()) + begin_, size_};
  }

  // `bytes` are not of this text.
  void Append(std::string_view bytes);
  void Clear();
  // Nothing is left but `part`, which is a part of view().
  void Narrow(std::string_view part);

 private:
  static constexpr size_t kInside = 512;

  size_t begin_ = 0;
  size_t size_ = 0;
  std::string outside_;   // all of it, once it is longer than inside_
  char inside_[kInside];  // left as it is until used
};

// Makes `text` the value of a field, trimmed, with repeats joined by a comma; ""
// where there is none. `headers` may be null, `name` is in lower case.
void JoinField(const HeaderFields* headers, std::string_view name, HeaderText* text);

}  // namespace muster::http

#endif  // MUSTER_HTTP_HEADER_TEXT_H_
