#include "http/query.h"

#include <algorithm>
#include <cstddef>
#include <optional>

namespace muster::http {
namespace {

constexpr int kEnd = -1;
constexpr int kBroken = -2;  // "%" without two hex digits

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return kBroken;
}

// Takes one byte off the front of a percent-encoded text and decodes it: 0 to
// 255, kEnd or kBroken. A plus sign stays: neither it nor the space that it
// stands for in a query can be part of what is looked for here.
int TakeDecoded(std::string_view* text) {
  if (text->empty()) return kEnd;
  const char first = text->front();
  if (first != '%') {
    text->remove_prefix(1);
    return static_cast<unsigned char>(first);
  }
  if (text->size() < 3) return kBroken;
  const int high = HexValue((*text)[1]);
  const int low = HexValue((*text)[2]);
  if (high < 0 || low < 0) return kBroken;
  text->remove_prefix(3);
  return high * 16 + low;
}

bool DecodesTo(std::string_view encoded, std::string_view plain) {
  for (char c : plain) {
    if (TakeDecoded(&encoded) != static_cast<unsigned char>(c)) return false;
  }
  return encoded.empty();
}

// The decimal integer that a text decodes to; `max` + 1 for any that is larger.
// Nothing where it is no integer.
std::optional<int64_t> DecodeInteger(std::string_view encoded, int64_t max) {
  if (encoded.empty()) return std::nullopt;
  int64_t value = 0;
  for (int c = TakeDecoded(&encoded); c != kEnd; c = TakeDecoded(&encoded)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = std::min(value * 10 + (c - '0'), max + 1);
  }
  return value;
}

// One parameter of the two: what is asked of it, and whether it was met before.
struct Parameter {
  std::string_view name;
  int64_t min;
  int64_t max;
  bool clamps;  // takes what is larger for `max`
  QueryFault value_fault;
  QueryFault repeated_fault;
  bool seen = false;

  QueryFault Read(std::string_view encoded, int64_t* value) {
    if (seen) return repeated_fault;
    seen = true;
    const std::optional<int64_t> given = DecodeInteger(encoded, max);
    if (!given || *given < min || (*given > max && !clamps)) return value_fault;
    *value = std::min(*given, max);
    return QueryFault::kNone;
  }
};

// Takes up to `max_digits` digits off the front of a text; -1 where there are
// none or more.
int64_t TakeDigits(std::string_view* text, size_t max_digits) {
  int64_t value = 0;
  size_t length = 0;
  while (length < text->size()) {
    const char c = (*text)[length];
    if (c < '0' || c > '9') break;
    if (length == max_digits) return -1;
    value = value * 10 + (c - '0');
    ++length;
  }
  text->remove_prefix(length);
  return length > 0 ? value : -1;
}

// Reads what nearly every query is: each name at most once, as it is written
// here, with a short plain number that is in range, and nothing else. False for
// all others, faults among them, which ParseAnyQuery() is for.
bool ParsePlainQuery(std::string_view query, PageQuery* page) {
  constexpr std::string_view kLimit = "limit=";
  constexpr std::string_view kOffset = "offset=";
  bool limit_seen = false;
  bool offset_seen = false;
  for (;;) {
    if (!limit_seen && query.substr(0, kLimit.size()) == kLimit) {
      query.remove_prefix(kLimit.size());
      const int64_t value = TakeDigits(&query, 9);
      if (value < 1) return false;
      page->limit = std::min(value, Snapshot::kMaxLimit);
      limit_seen = true;
    } else if (!offset_seen && query.substr(0, kOffset.size()) == kOffset) {
      query.remove_prefix(kOffset.size());
      page->offset = TakeDigits(&query, 15);
      if (page->offset < 0) return false;
      offset_seen = true;
    } else {
      return false;
    }
    if (query.empty()) return true;
    if (query.front() != '&') return false;
    query.remove_prefix(1);
  }
}

void ParseAnyQuery(std::string_view query, PageQuery* page) {
  *page = {};
  Parameter limit{"limit",
                  1,
                  Snapshot::kMaxLimit,
                  true,
                  QueryFault::kLimitValue,
                  QueryFault::kLimitRepeated};
  Parameter offset{
      "offset", 0, kMaxOffset, false, QueryFault::kOffsetValue, QueryFault::kOffsetRepeated};
  while (!query.empty() && page->fault == QueryFault::kNone) {
    const size_t length = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, length);
    query.remove_prefix(std::min(length + 1, query.size()));

    const size_t name_length = std::min(pair.find('='), pair.size());
    const std::string_view name = pair.substr(0, name_length);
    const std::string_view value = pair.substr(std::min(name_length + 1, pair.size()));
    if (DecodesTo(name, limit.name)) {
      page->fault = limit.Read(value, &page->limit);
    } else if (DecodesTo(name, offset.name)) {
      page->fault = offset.Read(value, &page->offset);
    }
  }
}

}  // namespace

PageQuery ParsePageQuery(std::string_view query) {
  PageQuery page;
  if (!query.empty() && !ParsePlainQuery(query, &page)) ParseAnyQuery(query, &page);
  return page;
}

}  // namespace muster::http
