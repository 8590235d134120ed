#include "document/seen.h"

#include <sodium.h>

#include <cstring>

namespace muster::document {

Seen::Seen() {
  static_assert(crypto_shorthash_siphashx24_KEYBYTES == sizeof(key_));
  // May be called by any thread and more than once. Where it fails, only the
  // choice of the fastest implementations was not made.
  [[maybe_unused]] const int chosen = sodium_init();
  randombytes_buf(key_.data(), key_.size());
}

Seen::~Seen() { sodium_memzero(key_.data(), key_.size()); }

bool Seen::Add(std::string_view text) {
  std::pair<uint64_t, uint64_t> hash;
  unsigned char bytes[crypto_shorthash_siphashx24_BYTES];
  crypto_shorthash_siphashx24(bytes, reinterpret_cast<const unsigned char*>(text.data()),
                              text.size(), key_.data());
  std::memcpy(&hash.first, bytes, 8);
  std::memcpy(&hash.second, bytes + 8, 8);
  return hashes_.insert(hash).second;
}

void Seen::Clear() { absl::flat_hash_set<std::pair<uint64_t, uint64_t>>().swap(hashes_); }

}  // namespace muster::document
