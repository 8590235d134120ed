#include "http/header_text.h"

namespace muster {

HeaderFields::~HeaderFields() = default;

namespace http {
namespace {

char LowerCase(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

}  // namespace

std::string_view Trim(std::string_view text) {
  while (!text.empty() && IsWhiteSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsWhiteSpace(text.back())) text.remove_suffix(1);
  return text;
}

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (LowerCase(a[i]) != LowerCase(b[i])) return false;
  }
  return true;
}

std::string JoinedField(const HeaderFields* headers, std::string_view name) {
  std::string joined;
  if (headers == nullptr) return joined;
  bool any = false;
  headers->ForEach(name, [&joined, &any](std::string_view value) {
    if (any) joined.push_back(',');
    joined.append(Trim(value));
    any = true;
  });
  return joined;
}

}  // namespace http
}  // namespace muster
