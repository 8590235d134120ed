#include "response.h"

#include <sys/uio.h>

#include <cstddef>
#include <new>
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

muster_span Span(std::string_view bytes) { return {bytes.data(), bytes.size()}; }

}  // namespace

// One block of memory for both: to take it costs more than to fill it.
void OwnedResponse::Describe() {
  const Spans& body = response_->body();
  span_count = body.size();
  header_count = static_cast<size_t>(response_->end_headers() - response_->begin_headers());
  const size_t spans_bytes = span_count * sizeof(muster_span);
  tables_.reset(new unsigned char[spans_bytes + header_count * sizeof(muster_header)]);

  auto* span = reinterpret_cast<muster_span*>(tables_.get());
  spans = span;
  for (std::string_view bytes : body) ::new (span++) muster_span(Span(bytes));

  auto* header = reinterpret_cast<muster_header*>(tables_.get() + spans_bytes);
  headers = header;
  for (auto from = response_->begin_headers(); from != response_->end_headers(); ++from) {
    ::new (header++) muster_header{Span(from->name), Span(from->value)};
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
