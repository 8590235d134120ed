// Pieces of JSON, written to a place that has room for them.
//
// The bytes are those that RapidJSON's Writer makes (tests/engine/view/
// json_text_test.cc compares the two), at the speed of a copy. Each call returns
// where its bytes end. Any thread.
#ifndef MUSTER_VIEW_JSON_TEXT_H_
#define MUSTER_VIEW_JSON_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace muster::view {

// What one byte of text can become: "\u001F".
inline constexpr size_t kMaxEscapeBytes = 6;
inline constexpr size_t kMaxIntegerBytes = 20;

inline char* WriteBytes(std::string_view bytes, char* out) {
  std::memcpy(out, bytes.data(), bytes.size());
  return out + bytes.size();
}

// In quotes.
char* WriteString(std::string_view text, char* out);
char* WriteInteger(int64_t value, char* out);

}  // namespace muster::view

#endif  // MUSTER_VIEW_JSON_TEXT_H_
