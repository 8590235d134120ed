#include "document/input_stream.h"

#include <algorithm>

#include "model/text.h"

namespace muster::document {

InputStream::InputStream(std::istream& in)
    : in_(in), buffer_(new char[kBufferBytes + 1]), next_(buffer_.get()), end_(next_) {
  Refill();
}

void InputStream::Refill() {
  buffer_offset_ = Offset();
  too_long_ = buffer_offset_ - token_start_ > kMaxTokenBytes;
  size_t count = 0;
  if (!too_long_) {
    in_.read(buffer_.get(), kBufferBytes);
    count = static_cast<size_t>(in_.gcount());
    failed_ = in_.bad() || (in_.fail() && !in_.eof());
  }
  char* const end = buffer_.get() + count;
  std::replace(buffer_.get(), end, '\0', '\1');
  *end = '\0';
  next_ = buffer_.get();
  end_ = end;
}

std::string InputStream::Text(const Position& position) {
  return model::Concat("line ", std::to_string(position.line), ", column ",
                       std::to_string(position.offset - position.line_start + 1));
}

}  // namespace muster::document
