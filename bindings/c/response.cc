#include "response.h"

#include <sys/uio.h>

#include <cstddef>
#include <cstring>
#include <string_view>

namespace muster::c {
namespace {

// What muster.h promises of muster_span.
static_assert(sizeof(muster_span) == sizeof(iovec) && alignof(muster_span) == alignof(iovec));
static_assert(offsetof(muster_span, data) == offsetof(iovec, iov_base) &&
              sizeof(muster_span::data) == sizeof(iovec::iov_base));
static_assert(offsetof(muster_span, size) == offsetof(iovec, iov_len) &&
              sizeof(muster_span::size) == sizeof(iovec::iov_len));
static_assert(alignof(muster_header) == alignof(muster_span));

// Copies a text to `*room`, with a zero byte behind it, and moves on.
muster_span PutText(std::string_view text, char** room) {
  char* const at = *room;
  std::memcpy(at, text.data(), text.size());
  at[text.size()] = '\0';
  *room = at + text.size() + 1;
  return {at, text.size()};
}

size_t TextBytes(const Response& response) {
  size_t bytes = 0;
  for (auto header = response.begin_headers(); header != response.end_headers(); ++header) {
    bytes += header->name.size() + header->value.size() + 2;
  }
  return bytes;
}

}  // namespace

// One block of memory for all three: to take it costs more than to fill it.
void OwnedResponse::Describe() {
  const Spans& body = response_->body();
  header_count = static_cast<size_t>(response_->end_headers() - response_->begin_headers());
  span_count = body.size();
  const size_t spans_bytes = span_count * sizeof(muster_span);
  const size_t headers_bytes = header_count * sizeof(muster_header);
  tables_.reset(new unsigned char[spans_bytes + headers_bytes + TextBytes(*response_)]);

  auto* span = reinterpret_cast<muster_span*>(tables_.get());
  spans = span;
  for (std::string_view bytes : body) ::new (span++) muster_span{bytes.data(), bytes.size()};

  auto* header = reinterpret_cast<muster_header*>(tables_.get() + spans_bytes);
  headers = header;
  char* text = reinterpret_cast<char*>(tables_.get() + spans_bytes + headers_bytes);
  for (auto from = response_->begin_headers(); from != response_->end_headers(); ++from) {
    const muster_span name = PutText(from->name, &text);
    ::new (header++) muster_header{name, PutText(from->value, &text)};
  }

  status = response_->status();
  reason = response_->reason().data();
  has_content_length = response_->content_length().has_value() ? 1 : 0;
  content_length = response_->content_length().value_or(0);
}

}  // namespace muster::c

void muster_response_release(const muster_response* response) {
  delete static_cast<const muster::c::OwnedResponse*>(response);
}
