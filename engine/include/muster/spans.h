// Spans: a few runs of bytes that make one text when read in order.
//
// The bytes belong to somebody else (a Snapshot, a Response, the program
// itself); whoever hands out spans says how long they stay valid.
#ifndef MUSTER_SPANS_H_
#define MUSTER_SPANS_H_

#include <cstddef>
#include <cstring>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace muster {

// The first kInline spans take no memory from the heap; a page of 500 rows
// needs fewer. Spans that were moved from are empty and may be used again. Not
// safe for use by several threads at once while it changes.
class Spans {
 public:
  static constexpr size_t kInline = 24;

  // The room inside is left as it is: setting it would cost more than a page.
  Spans() noexcept {}
  Spans(const Spans& other)
      : count_(other.count_), byte_count_(other.byte_count_), heap_(other.heap_) {
    CopyInside(other);
  }
  Spans(Spans&& other) noexcept
      : count_(other.count_), byte_count_(other.byte_count_), heap_(std::move(other.heap_)) {
    CopyInside(other);
    other.Clear();
  }
  Spans& operator=(const Spans& other) {
    if (this != &other) *this = Spans(other);
    return *this;
  }
  Spans& operator=(Spans&& other) noexcept {
    if (this == &other) return *this;
    count_ = other.count_;
    byte_count_ = other.byte_count_;
    heap_ = std::move(other.heap_);
    CopyInside(other);
    other.Clear();
    return *this;
  }
  ~Spans() = default;

  void Append(std::string_view bytes) {
    if (bytes.empty()) return;
    byte_count_ += bytes.size();
    if (count_ < kInline) {
      ::new (static_cast<void*>(inside_ + count_ * sizeof(bytes))) std::string_view(bytes);
      ++count_;
      return;
    }
    AppendToHeap(bytes);
  }

  void Clear() noexcept {
    count_ = 0;
    byte_count_ = 0;
    heap_.clear();
  }

  const std::string_view* begin() const { return count_ <= kInline ? Inside() : heap_.data(); }
  const std::string_view* end() const { return begin() + count_; }
  const std::string_view& operator[](size_t i) const { return begin()[i]; }
  size_t size() const { return count_; }  // how many spans
  bool empty() const { return count_ == 0; }
  size_t byte_count() const { return byte_count_; }  // their length together

  // Puts other bytes of the same length into the place of span i.
  void Replace(size_t i, std::string_view bytes) {
    const_cast<std::string_view*>(begin())[i] = bytes;
  }

  // A copy of the whole text.
  std::string ToString() const {
    std::string text;
    text.reserve(byte_count_);
    for (std::string_view bytes : *this) text.append(bytes);
    return text;
  }

 private:
  static_assert(std::is_trivially_copyable<std::string_view>::value &&
                    std::is_trivially_destructible<std::string_view>::value,
                "what is inside is copied as it is and never destroyed");

  const std::string_view* Inside() const {
    return std::launder(reinterpret_cast<const std::string_view*>(inside_));
  }

  void CopyInside(const Spans& other) noexcept {
    if (count_ <= kInline)
      std::memcpy(inside_, other.inside_, count_ * sizeof(std::string_view));
  }

  void AppendToHeap(std::string_view bytes) {
    if (count_ == kInline) heap_.assign(Inside(), Inside() + kInline);
    heap_.push_back(bytes);
    ++count_;
  }

  size_t count_ = 0;
  size_t byte_count_ = 0;
  std::vector<std::string_view> heap_;  // all of them, once past kInline
  alignas(std::string_view) unsigned char inside_[kInline * sizeof(std::string_view)];
};

}  // namespace muster

#endif  // MUSTER_SPANS_H_
