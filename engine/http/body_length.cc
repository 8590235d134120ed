// How long a request's body is, as far as its fields tell (RFC 9112, section 6.3).
#include <algorithm>

#include "http/header_text.h"
#include "muster/http.h"

namespace muster {
namespace {

bool IsNumber(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

bool HasUnclearBody(const HeaderFields& fields) {
  int lengths = 0;
  bool is_clear = true;
  fields.ForEach("content-length", [&](std::string_view value) {
    ++lengths;
    is_clear &= IsNumber(http::Trim(value));
  });
  fields.ForEach("transfer-encoding", [&](std::string_view value) {
    ++lengths;
    is_clear &= http::EqualsIgnoringCase(http::Trim(value), "chunked");
  });
  return lengths > 1 || !is_clear;
}

}  // namespace muster
