// Seals: the checksum that every record carries in the store.
//
// A sealed record is the record's bytes and then an 8-byte checksum (SipHash-2-4
// under a fixed public key, little-endian) over the table, the key and the
// record. It tells of bytes that changed on their way to the disk and back, and
// of a record that stands under a key that is not its own; it is no protection
// against somebody who changes the store on purpose.
//
// Every store keeps its records so. Any thread; nothing here is kept.
#ifndef MUSTER_STORE_SEAL_H_
#define MUSTER_STORE_SEAL_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "muster/store.h"

namespace muster::store {

inline constexpr size_t kChecksumBytes = 8;

// The checksum of a record. Takes no memory from the heap where key and record
// together stay below 1,000 bytes.
uint64_t Checksum(Table table, std::string_view key, std::string_view record);

// Replaces `out` by the sealed record.
void Seal(Table table, std::string_view key, std::string_view record, std::string* out);

// The record in a sealed one, a part of the same bytes; or DataLoss that names
// the table and, but for API keys, the key.
absl::StatusOr<std::string_view> Unseal(Table table, std::string_view key,
                                        std::string_view sealed);

// The checksum that a sealed record carries, right or wrong; 0 where it is too
// short to carry one.
uint64_t SealedChecksum(std::string_view sealed);

// DataLoss "a record of hosts is damaged: 10.0.0.1: restore the store from a
// backup". What stands under API keys is never named.
absl::Status DamagedRecord(Table table, std::string_view key);

// "hosts": the name of a table, in errors and in stores that name their tables.
std::string_view TableName(Table table);

}  // namespace muster::store

#endif  // MUSTER_STORE_SEAL_H_
