#include "identity/api_key.h"

#include <sodium.h>

#include "model/text.h"

namespace muster::identity {
namespace {

constexpr std::string_view kKeyPrefix = "sk_";
constexpr std::string_view kIdPrefix = "key_";
constexpr size_t kMinHintedBytes = 32;
constexpr size_t kHintBytes = 4;

static_assert(kSecretBytes >= crypto_generichash_KEYBYTES_MIN &&
              kSecretBytes <= crypto_generichash_KEYBYTES_MAX);

}  // namespace

std::string NewApiKey() {
  if (sodium_init() < 0) return {};
  constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  uint8_t random[32];
  char text[sodium_base64_ENCODED_LEN(sizeof(random), kVariant)];
  randombytes_buf(random, sizeof(random));
  sodium_bin2base64(text, sizeof(text), random, sizeof(random), kVariant);
  std::string key = model::Concat(kKeyPrefix, std::string_view(text));
  sodium_memzero(random, sizeof(random));
  sodium_memzero(text, sizeof(text));
  return key;
}

KeyHash HashApiKey(const CatalogSecret& secret, std::string_view api_key) {
  KeyHash hash;
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const uint8_t*>(api_key.data()),
                     api_key.size(), secret.data(), secret.size());
  return hash;
}

std::string ApiKeyId(std::string_view hash_bytes) {
  return model::Concat(kIdPrefix, model::Hex(hash_bytes.substr(0, kIdHashBytes)));
}

bool IsApiKeyId(std::string_view text) { return HashPrefixOfId(text).has_value(); }

std::optional<std::string> HashPrefixOfId(std::string_view id) {
  if (id.size() != kIdPrefix.size() + 2 * kIdHashBytes) return std::nullopt;
  if (id.substr(0, kIdPrefix.size()) != kIdPrefix) return std::nullopt;
  id.remove_prefix(kIdPrefix.size());
  for (char c : id) {
    // Ids are written in lower case only, so that one key has one id.
    if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return std::nullopt;
  }
  std::string bytes(kIdHashBytes, '\0');
  if (sodium_hex2bin(reinterpret_cast<uint8_t*>(bytes.data()), bytes.size(), id.data(),
                     id.size(), nullptr, nullptr, nullptr) != 0) {
    return std::nullopt;
  }
  return bytes;
}

std::string Hint(std::string_view api_key) {
  if (api_key.size() < kMinHintedBytes) return {};
  return std::string(api_key.substr(api_key.size() - kHintBytes));
}

}  // namespace muster::identity
