// Keys: which keys an object may have, which were given, and which came last.
//
// T is what is known of a key and has its `name`: Field or ListForm. Borrows the
// table of them. One thread.
#ifndef MUSTER_DOCUMENT_KEYS_H_
#define MUSTER_DOCUMENT_KEYS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "model/rules.h"

namespace muster::document {

template <typename T>
class Keys {
 public:
  Keys() = default;
  explicit Keys(std::span<const T> known) : known_(known) {}

  // Takes the next key. Returns the sentence of the rule that it breaks, or "".
  std::string Take(std::string_view name) {
    for (size_t i = 0; i < known_.size(); ++i) {
      if (known_[i].name != name) continue;
      last_ = &known_[i];
      const uint32_t bit = uint32_t{1} << i;
      if ((given_ & bit) != 0) return model::kRepeatSentence;
      given_ |= bit;
      return {};
    }
    return UnknownSentence();
  }

  // What is known of the key that came last.
  const T& last() const { return *last_; }

  // The first key that is required and was not given, or null.
  const T* Missing() const {
    for (size_t i = 0; i < known_.size(); ++i) {
      if (known_[i].required && (given_ >> i & 1) == 0) return &known_[i];
    }
    return nullptr;
  }

 private:
  std::string UnknownSentence() const {
    std::string sentence = "unknown key; the known ones are ";
    for (const T& one : known_) {
      if (&one != &known_.front()) sentence += ", ";
      sentence += one.name;
    }
    return sentence;
  }

  std::span<const T> known_;  // at most 32
  uint32_t given_ = 0;        // a bit for each
  const T* last_ = nullptr;
};

}  // namespace muster::document

#endif  // MUSTER_DOCUMENT_KEYS_H_
