// API keys: how they are made, and what is kept of them.
//
// A key is "sk_" and 256 random bits in URL-safe base64. The catalog keeps only
// a BLAKE2b hash of it, keyed with a secret of the catalog's, so that neither a
// stolen store nor a table of hashes made beforehand gives keys away. The first
// half of the hash, in hex, is the key's public id.
#ifndef MUSTER_IDENTITY_API_KEY_H_
#define MUSTER_IDENTITY_API_KEY_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace muster::identity {

inline constexpr size_t kSecretBytes = 32;
inline constexpr size_t kHashBytes = 32;
inline constexpr size_t kIdHashBytes = 16;  // of them stand in the public id

using CatalogSecret = std::array<uint8_t, kSecretBytes>;
using KeyHash = std::array<uint8_t, kHashBytes>;

// A new key of 46 characters; "" where libsodium cannot be set up.
std::string NewApiKey();

// BLAKE2b-256 of the key, keyed with the secret.
KeyHash HashApiKey(const CatalogSecret& secret, std::string_view api_key);

inline std::string_view Bytes(const KeyHash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

// "key_" and 32 hex digits. `hash_bytes` has at least kIdHashBytes.
std::string ApiKeyId(std::string_view hash_bytes);
bool IsApiKeyId(std::string_view text);

// The hash's first bytes, for finding it; nothing where `id` is not an id.
std::optional<std::string> HashPrefixOfId(std::string_view id);

// The last four characters, which tell a person's keys apart; "" for a key
// under 32 bytes, where they would give away too much.
std::string Hint(std::string_view api_key);

}  // namespace muster::identity

#endif  // MUSTER_IDENTITY_API_KEY_H_
