#include "view/feed_cursor.h"

#include <charconv>
#include <system_error>

namespace muster::view {
namespace {

constexpr char kLetter = 'c';

void AppendHex(uint64_t value, std::string* out) {
  char digits[16];
  const auto end = std::to_chars(digits, digits + sizeof(digits), value, 16).ptr;
  out->append(digits, end);
}

bool TakeHex(std::string_view* in, uint64_t* value) {
  const auto taken = std::from_chars(in->data(), in->data() + in->size(), *value, 16);
  if (taken.ec != std::errc()) return false;
  in->remove_prefix(static_cast<size_t>(taken.ptr - in->data()));
  return true;
}

bool TakeLetter(std::string_view* in, char letter) {
  if (in->empty() || in->front() != letter) return false;
  in->remove_prefix(1);
  return true;
}

}  // namespace

std::string ToText(const FeedCursor& cursor) {
  std::string text(1, kLetter);
  AppendHex(cursor.base.store_id, &text);
  text.push_back('-');
  AppendHex(cursor.base.incarnation, &text);
  text.push_back('-');
  AppendHex(cursor.version, &text);
  return text;
}

std::optional<FeedCursor> FeedCursorFromText(std::string_view text) {
  FeedCursor cursor;
  std::string_view rest = text;
  const bool whole = TakeLetter(&rest, kLetter) && TakeHex(&rest, &cursor.base.store_id) &&
                     TakeLetter(&rest, '-') && TakeHex(&rest, &cursor.base.incarnation) &&
                     TakeLetter(&rest, '-') && TakeHex(&rest, &cursor.version);
  // from_chars() takes more forms than one: capitals, zeros in front.
  if (!whole || !rest.empty() || ToText(cursor) != text) return std::nullopt;
  return cursor;
}

}  // namespace muster::view
