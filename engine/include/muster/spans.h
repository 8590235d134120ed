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

#include "muster/export.h"

namespace muster {

// The first kInline spans take no memory from the heap; most pages of 500 rows
// need fewer. Where there are more, each thread keeps room for one such page, so
// that the next takes none either. Spans that were moved from are empty and may
// be used again. Not safe for use by several threads at once while it changes.
class Spans {
 public:
  static constexpr size_t kInline = 24;

  // The room inside is left as it is: setting it would cost more than a page.
  Spans() noexcept {}
  Spans(const Spans& other) { *this = other; }
  Spans(Spans&& other) noexcept { *this = std::move(other); }
  Spans& operator=(const Spans& other) {
    if (this == &other) return *this;
    Clear();
    for (std::string_view bytes : other) Append(bytes);
    return *this;
  }
  Spans& operator=(Spans&& other) noexcept {
    if (this == &other) return *this;
    count_ = other.count_;
    byte_count_ = other.byte_count_;
    if (count_ <= kInline) {
      std::memcpy(inside_, other.inside_, count_ * sizeof(std::string_view));
    } else {
      std::swap(heap_, other.heap_);
      std::swap(heap_capacity_, other.heap_capacity_);
    }
    other.Clear();
    return *this;
  }
  ~Spans() {
    if (heap_ != nullptr) FreeHeap();
  }

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
  }

  const std::string_view* begin() const { return count_ <= kInline ? Inside() : heap_; }
  const std::string_view* end() const { return begin() + count_; }
  const std::string_view& operator[](size_t i) const { return begin()[i]; }
  size_t size() const { return count_; }  // how many spans
  bool empty() const { return count_ == 0; }
  size_t byte_count() const { return byte_count_; }  // their length together

  // Puts other bytes of the same length into the place of span i.
  void Replace(size_t i, std::string_view bytes) {
    const_cast<std::string_view*>(begin())[i] = bytes;
  }

  // Has the processor fetch the bytes, which lie where nobody has looked lately, while
  // the caller does something else: to be called before the headers are made. Of a long
  // text only the first part, as much as a core's cache holds beside all else.
  void Prefetch() const {
    constexpr size_t kMost = size_t{32} << 10, kLine = 64;
    size_t fetched = 0;
    for (std::string_view bytes : *this) {
      for (size_t i = 0; i < bytes.size() && fetched < kMost; i += kLine, fetched += kLine) {
        __builtin_prefetch(bytes.data() + i, 0, 2);
      }
    }
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

  MUSTER_EXPORT void AppendToHeap(std::string_view bytes);
  MUSTER_EXPORT void FreeHeap() noexcept;

  size_t count_ = 0;
  size_t byte_count_ = 0;
  std::string_view* heap_ = nullptr;  // has all of them, once past kInline
  size_t heap_capacity_ = 0;
  alignas(std::string_view) unsigned char inside_[kInline * sizeof(std::string_view)];
};

}  // namespace muster

#endif  // MUSTER_SPANS_H_
