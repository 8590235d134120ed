// Spans: a few runs of bytes that make one text when read in order.
//
// The bytes belong to somebody else (a Snapshot, a Response, the program
// itself); whoever hands out spans says how long they stay valid.
#ifndef MUSTER_SPANS_H_
#define MUSTER_SPANS_H_

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

// The first kInline spans take no memory from the heap; a page of 500 rows
// needs fewer. Not safe for use by several threads at once while it changes.
class Spans {
 public:
  static constexpr size_t kInline = 24;

  void Append(std::string_view bytes) {
    if (bytes.empty()) return;
    byte_count_ += bytes.size();
    if (count_ < kInline) {
      inline_[count_++] = bytes;
      return;
    }
    if (count_ == kInline) heap_.assign(inline_.begin(), inline_.end());
    heap_.push_back(bytes);
    ++count_;
  }

  void Clear() {
    count_ = 0;
    byte_count_ = 0;
    heap_.clear();
  }

  const std::string_view* begin() const {
    return count_ <= kInline ? inline_.data() : heap_.data();
  }
  const std::string_view* end() const { return begin() + count_; }
  const std::string_view& operator[](size_t i) const { return begin()[i]; }
  size_t size() const { return count_; }  // how many spans
  bool empty() const { return count_ == 0; }
  size_t byte_count() const { return byte_count_; }  // their length together

  // Puts other bytes of the same length into the place of span i.
  void Replace(size_t i, std::string_view bytes) {
    (count_ <= kInline ? inline_.data() : heap_.data())[i] = bytes;
  }

  // A copy of the whole text.
  std::string ToString() const {
    std::string text;
    text.reserve(byte_count_);
    for (std::string_view bytes : *this) text.append(bytes);
    return text;
  }

 private:
  size_t count_ = 0;
  size_t byte_count_ = 0;
  std::array<std::string_view, kInline> inline_;
  std::vector<std::string_view> heap_;  // all of them, once past kInline
};

}  // namespace muster

#endif  // MUSTER_SPANS_H_
