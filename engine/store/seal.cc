#include "store/seal.h"

#include <sodium.h>

#include <cstring>

#include "model/rules.h"
#include "model/text.h"
#include "store/bytes.h"

namespace muster::store {
namespace {

using model::Concat;

static_assert(crypto_shorthash_BYTES == kChecksumBytes);

// Public and part of the store's format: a checksum, not a signature.
constexpr uint8_t kSealKey[crypto_shorthash_KEYBYTES + 1] = "muster record 01";

// What the checksum is over: the table, the key's length so that key and record
// cannot trade bytes, the key, the record.
constexpr size_t kHeadBytes = 1 + 4;

void Assemble(Table table, std::string_view key, std::string_view record, uint8_t* out) {
  out[0] = static_cast<uint8_t>(table);
  StoreLittleEndian(static_cast<uint32_t>(key.size()), out + 1);
  out += kHeadBytes;
  // memcpy() must not be given the null pointer of an empty view.
  if (!key.empty()) std::memcpy(out, key.data(), key.size());
  if (!record.empty()) std::memcpy(out + key.size(), record.data(), record.size());
}

uint64_t Hash(const uint8_t* bytes, size_t size) {
  uint8_t hash[crypto_shorthash_BYTES];
  crypto_shorthash(hash, bytes, size, kSealKey);
  return LoadLittleEndian<uint64_t>(hash);
}

// Whether a table's keys may stand in an error: hashes of API keys may not, and
// the log's are bytes without a meaning to people.
bool HasReadableKeys(Table table) {
  return table != Table::kApiKeys && table != Table::kUserApiKeys && table != Table::kChangeLog;
}

}  // namespace

uint64_t Checksum(Table table, std::string_view key, std::string_view record) {
  const size_t size = kHeadBytes + key.size() + record.size();
  uint8_t small[1024];
  if (size <= sizeof(small)) {
    Assemble(table, key, record, small);
    return Hash(small, size);
  }
  std::string large(size, '\0');
  uint8_t* bytes = reinterpret_cast<uint8_t*>(large.data());
  Assemble(table, key, record, bytes);
  return Hash(bytes, size);
}

void Seal(Table table, std::string_view key, std::string_view record, std::string* out) {
  char checksum[kChecksumBytes];
  StoreLittleEndian(Checksum(table, key, record), checksum);
  out->assign(record);
  out->append(checksum, sizeof(checksum));
}

absl::StatusOr<std::string_view> Unseal(Table table, std::string_view key,
                                        std::string_view sealed) {
  if (sealed.size() < kChecksumBytes) return DamagedRecord(table, key);
  const std::string_view record = sealed.substr(0, sealed.size() - kChecksumBytes);
  if (Checksum(table, key, record) != SealedChecksum(sealed)) return DamagedRecord(table, key);
  return record;
}

uint64_t SealedChecksum(std::string_view sealed) {
  if (sealed.size() < kChecksumBytes) return 0;
  return LoadLittleEndian<uint64_t>(sealed.data() + sealed.size() - kChecksumBytes);
}

absl::Status DamagedRecord(Table table, std::string_view key) {
  const std::string what = Concat("a record of ", TableName(table), " is damaged");
  const std::string which =
      HasReadableKeys(table) ? Concat(": ", model::Printable(key)) : std::string();
  return absl::DataLossError(Concat(what, which, ": restore the store from a backup"));
}

std::string_view TableName(Table table) {
  switch (table) {
    case Table::kMeta:
      return "meta";
    case Table::kShapes:
      return "shapes";
    case Table::kRootfs:
      return "rootfs";
    case Table::kHosts:
      return "hosts";
    case Table::kUsers:
      return "users";
    case Table::kApiKeys:
      return "api_keys";
    case Table::kUserApiKeys:
      return "user_api_keys";
    case Table::kChangeLog:
      return "change_log";
    case Table::kSandboxes:
      return "sandboxes";
    case Table::kHeartbeats:
      return "heartbeats";
  }
  return "";
}

}  // namespace muster::store
