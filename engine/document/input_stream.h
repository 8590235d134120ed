// InputStream: a std::istream in the form that RapidJSON's reader takes, with
// lines and columns.
//
// Owns one buffer and borrows the stream, which must outlive it. One thread.
//
// RapidJSON takes a zero byte for the end of the text. A zero byte in the text
// itself is therefore handed on as U+0001, which is not allowed anywhere in
// JSON either: it becomes an error at its own place, and never an early end.
#ifndef MUSTER_DOCUMENT_INPUT_STREAM_H_
#define MUSTER_DOCUMENT_INPUT_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <istream>
#include <memory>
#include <string>

namespace muster::document {

class InputStream {
 public:
  using Ch = char;

  // The most bytes between two events. Nothing that a document may hold comes
  // near it; without a bound, one endless string would fill the memory.
  static constexpr uint64_t kMaxTokenBytes = uint64_t{16} << 20;

  explicit InputStream(std::istream& in);

  // --- What RapidJSON calls ---

  Ch Peek() const { return *next_; }

  Ch Take() {
    const Ch c = *next_;
    if (next_ == end_) return c;  // at the end of the text, for ever
    ++next_;
    if (c == '\n') {
      ++line_;
      line_start_ = Offset();
    }
    if (next_ == end_) Refill();
    return c;
  }

  // An error is always at the place that was asked for last, even where the
  // parser has since gone on, perhaps into another line.
  size_t Tell() {
    told_ = {line_, line_start_, Offset()};
    return told_.offset;
  }

  // For parsing in place, which is never asked for.
  Ch* PutBegin() { return nullptr; }
  void Put(Ch) {}
  void Flush() {}
  size_t PutEnd(Ch*) { return 0; }

  // --- What the reader of documents calls ---

  // A value, a key or a bracket was read: the count to kMaxTokenBytes starts again.
  void EndToken() { token_start_ = Offset(); }

  bool at_end() const { return next_ == end_; }
  bool failed() const { return failed_; }      // the stream broke off
  bool too_long() const { return too_long_; }  // kMaxTokenBytes were exceeded

  // "line 3, column 7", both from 1, columns in bytes.
  std::string PlaceHere() const { return Text({line_, line_start_, Offset()}); }
  std::string PlaceTold() const { return Text(told_); }

 private:
  static constexpr size_t kBufferBytes = 64 << 10;

  struct Position {
    uint64_t line;
    uint64_t line_start;
    uint64_t offset;
  };

  static std::string Text(const Position& position);
  uint64_t Offset() const {
    return buffer_offset_ + static_cast<uint64_t>(next_ - buffer_.get());
  }
  void Refill();

  std::istream& in_;
  const std::unique_ptr<char[]> buffer_;  // the bytes read, and a zero byte
  const char* next_;
  const char* end_;             // where the zero byte is
  uint64_t buffer_offset_ = 0;  // of the buffer's first byte in the text
  uint64_t line_ = 1;
  uint64_t line_start_ = 0;
  Position told_{1, 0, 0};
  uint64_t token_start_ = 0;
  bool failed_ = false;
  bool too_long_ = false;
};

}  // namespace muster::document

#endif  // MUSTER_DOCUMENT_INPUT_STREAM_H_
