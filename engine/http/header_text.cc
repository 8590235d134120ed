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

void HeaderText::Append(std::string_view bytes) {
  if (outside_.empty()) {
    if (begin_ + size_ + bytes.size() <= kInside) {
      size_ += bytes.copy(inside_ + begin_ + size_, bytes.size());
      return;
    }
    outside_.assign(inside_, begin_ + size_);
  }
  outside_.append(bytes);
  size_ += bytes.size();
}

void HeaderText::Clear() {
  begin_ = size_ = 0;
  outside_.clear();
}

void HeaderText::Narrow(std::string_view part) {
  begin_ += static_cast<size_t>(part.data() - view().data());
  size_ = part.size();
}

void JoinField(const HeaderFields* headers, std::string_view name, HeaderText* text) {
  text->Clear();
  if (headers == nullptr) return;
  bool any = false;
  headers->ForEach(name, [text, &any](std::string_view value) {
    if (any) text->Append(",");
    text->Append(Trim(value));
    any = true;
  });
}

}  // namespace http
}  // namespace muster
