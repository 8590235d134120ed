#include "document/place.h"

#include "model/rules.h"
#include "model/text.h"

namespace muster::document {
namespace {

// The longest key that can be meant is far shorter. Cut between characters, and
// short enough that model::Printable() does not cut it within one.
constexpr size_t kMaxShownBytes = 64;

std::string_view Shown(std::string_view key) {
  if (key.size() <= kMaxShownBytes) return key;
  size_t size = kMaxShownBytes;
  while (size > 0 && (static_cast<unsigned char>(key[size]) & 0xc0) == 0x80) --size;
  return key.substr(0, size);
}

}  // namespace

std::string Member(std::string_view place, std::string_view key) {
  const std::string_view shown = Shown(key);
  std::string escaped;
  for (char c : shown) {
    if (c == '~') {
      escaped += "~0";
    } else if (c == '/') {
      escaped += "~1";
    } else {
      escaped.push_back(c);
    }
  }
  return model::Concat(place, "/", model::Printable(escaped),
                       shown.size() < key.size() ? "..." : "");
}

std::string Element(std::string_view place, uint64_t index) {
  return model::Concat(place, "/", std::to_string(index));
}

}  // namespace muster::document
