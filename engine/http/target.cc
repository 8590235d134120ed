#include "http/target.h"

#include <cstddef>

namespace muster::http {
namespace {

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool IsSchemeCharacter(char c) {
  return IsLetter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
}

// How many bytes of an absolute form come before its path; 0 for another form.
// An authority that is empty makes no absolute form: HTTP needs a host.
size_t OriginLength(std::string_view target) {
  if (target.empty() || !IsLetter(target.front())) return 0;
  size_t end = 1;
  while (end < target.size() && IsSchemeCharacter(target[end])) ++end;
  constexpr std::string_view kSeparator = "://";
  if (target.substr(end, kSeparator.size()) != kSeparator) return 0;
  end += kSeparator.size();
  const size_t path = target.find_first_of("/?#", end);
  if (path == end) return 0;
  return path == std::string_view::npos ? target.size() : path;
}

}  // namespace

Target SplitTarget(std::string_view target) {
  target.remove_prefix(OriginLength(target));
  const size_t mark = target.find('?');
  if (mark == std::string_view::npos) return {target, {}};
  return {target.substr(0, mark), target.substr(mark + 1)};
}

}  // namespace muster::http
