// What a Response is as an object; what it says is the ResponseBuilder's.
//
// Its spans and header values point to static text, to the snapshot's memory,
// to `owned_` on the heap, or into `tail_`. Only the last moves with the object.
#include <cstring>
#include <utility>

#include "muster/http.h"

namespace muster {

Response::~Response() = default;

Response::Response(Response&& other) noexcept { *this = std::move(other); }

Response& Response::operator=(Response&& other) noexcept {
  if (this == &other) return *this;
  status_ = std::exchange(other.status_, 0);
  header_count_ = std::exchange(other.header_count_, 0);
  std::memcpy(headers_, other.headers_, header_count_ * sizeof(Header));
  content_length_ = std::exchange(other.content_length_, std::nullopt);
  body_ = std::move(other.body_);
  snapshot_ = std::move(other.snapshot_);
  owned_ = std::move(other.owned_);
  tail_span_ = std::exchange(other.tail_span_, SIZE_MAX);
  if (tail_span_ != SIZE_MAX) {
    const size_t length = body_[tail_span_].size();
    std::memcpy(tail_, other.tail_, length);
    body_.Replace(tail_span_, {tail_, length});
  }
  return *this;
}

std::string_view Response::reason() const {
  switch (status_) {
    case 200:
      return "OK";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 503:
      return "Service Unavailable";
    default:
      return "Internal Server Error";
  }
}

std::string_view Response::header(std::string_view name) const {
  for (const Header* header = begin_headers(); header != end_headers(); ++header) {
    if (header->name == name) return header->value;
  }
  return {};
}

}  // namespace muster
