// Seen: tells whether a text was given before.
//
// Keeps 128 bits of a keyed hash for each text, under a key drawn anew each
// time, and not the text: a list of hundreds of thousands of ids takes little
// memory however long they are, API keys are not kept, and nobody can prepare
// texts that collide. One thread.
#ifndef MUSTER_DOCUMENT_SEEN_H_
#define MUSTER_DOCUMENT_SEEN_H_

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_set.h"

namespace muster::document {

class Seen {
 public:
  Seen();
  ~Seen();
  Seen(const Seen&) = delete;
  Seen& operator=(const Seen&) = delete;

  // False where the same text was added before.
  bool Add(std::string_view text);

  // Forgets everything and gives the memory back.
  void Clear();

 private:
  std::array<unsigned char, 16> key_;
  absl::flat_hash_set<std::pair<uint64_t, uint64_t>> hashes_;
};

}  // namespace muster::document

#endif  // MUSTER_DOCUMENT_SEEN_H_
