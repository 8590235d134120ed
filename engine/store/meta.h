// The meta record: what a store is, which version it has, and what its lists
// must add up to.
//
// One sealed record in Table::kMeta under the key "meta". It begins with the
// number of the store's format (4 bytes, little-endian), which stays there in
// every later format, so that an older build can say what it has in front of it.
//
// Plain data and free functions; a transaction is used as its own header says.
#ifndef MUSTER_STORE_META_H_
#define MUSTER_STORE_META_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "muster/model.h"
#include "muster/store.h"

namespace muster::store {

// The newest format, which this build writes. It also reads those before it, and
// makes them this one when it opens them: format 1 had no change log, format 2 one
// of another form and no sandboxes.
inline constexpr uint32_t kStoreFormat = 3;

struct ListState {
  uint64_t version = 0;  // of the last batch that changed the list's rendered bytes
  uint64_t count = 0;    // records in the list's table
  uint64_t digest = 0;   // the sum of their checksums, modulo 2^64
};

// The change log, as change_log.h keeps it.
struct LogState {
  uint64_t floor = 0;     // it has all changes of the versions above this one
  uint64_t appended = 0;  // entries ever written
  uint64_t count = 0;     // entries that are there now
};

struct Meta {
  uint32_t format = kStoreFormat;
  std::array<uint8_t, 16> id{};      // random; belongs to the catalog, copies share it
  std::array<uint8_t, 32> secret{};  // random; API keys are hashed under it
  uint64_t incarnation = 0;          // random, never 0; what versions are counted in
  std::string fingerprint;           // Store::Fingerprint() when it was drawn
  uint64_t version = 0;              // of the last batch that changed anything
  std::array<ListState, kListCount> lists{};
  LogState log;

  ListState& list(List which) { return lists[static_cast<size_t>(which)]; }
  const ListState& list(List which) const { return lists[static_cast<size_t>(which)]; }
};

// Replaces `out` by the record's bytes, not sealed.
void EncodeMeta(const Meta& meta, std::string* out);

// FailedPrecondition for a format that is newer than kStoreFormat, whatever
// follows it; DataLoss where the bytes are not a meta record.
absl::StatusOr<Meta> DecodeMeta(std::string_view record);

// The meta record; nothing in a store that is new. Errors of DecodeMeta(), and
// of ReadTransaction::Get().
absl::StatusOr<std::optional<Meta>> ReadMeta(ReadTransaction& transaction);

// The same of a store that must have one: DataLoss where it has none.
absl::StatusOr<Meta> RequireMeta(ReadTransaction& transaction);

// Errors of WriteTransaction::Put().
absl::Status WriteMeta(WriteTransaction& transaction, const Meta& meta);

// Makes a store ready for use and returns its meta record. A store without one
// gets it: a random id, secret and incarnation. A store that is not the one that
// was recorded (its fingerprint is another) or that lost versions (the
// high-water mark is above its version) gets a new incarnation, so that no
// version is ever used for two things. One of an older format becomes one of
// kStoreFormat. Nothing is written where all is as recorded. Several processes may do this at
// once.
//
// The mark is raised to the version that was found. Whoever commits raises it
// further, after the commit and never before.
//
// Errors of ReadMeta() and of the store; DataLoss where records are there but
// the meta record is not; Unavailable where the system gives no random bytes.
absl::StatusOr<Meta> OpenMeta(Store& store);

}  // namespace muster::store

#endif  // MUSTER_STORE_META_H_
