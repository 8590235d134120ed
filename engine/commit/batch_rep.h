// WriteBatch::Rep: what a batch holds, in the engine's own form.
//
// One run of bytes holds the changes in order, already checked and already
// encoded as records, so that a large import costs little more than its
// records and a batch can be written down as it is. API keys alone stand
// aside: a key must not be written down, only its hash, and hashing needs the
// catalog's secret, which a batch does not have.
#ifndef MUSTER_COMMIT_BATCH_REP_H_
#define MUSTER_COMMIT_BATCH_REP_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "muster/model.h"
#include "muster/write_batch.h"

namespace muster {

// What a change does. The values are part of a batch's written form.
enum class ChangeKind : uint8_t {
  kPut = 0,             // value: the record; a user's may be empty: keep its counts
  kDelete = 1,          // no value
  kSetDisabled = 2,     // value: one byte, 0 or 1
  kSetHostStatus = 3,   // value: one byte, a HostStatus
  kSetDefault = 4,      // no value
  kSetStats = 5,        // value: a user's record
  kSetApiKeys = 6,      // value: varint first secret, count, created_unix_ms
  kAddApiKey = 7,       // value: varint secret, created_unix_ms, then the label
  kRevokeApiKey = 8,    // key: an id, or empty; value: varint secret
  kRequireVersion = 9,  // key: an id, or empty for the whole list; value: varint
};

struct Change {
  ChangeKind kind;
  List list;
  std::string_view key;    // the id or name; borrowed from the batch
  std::string_view value;  // as ChangeKind says; borrowed from the batch
};

class WriteBatch::Rep {
 public:
  Rep() = default;
  ~Rep() { WipeSecrets(); }
  Rep(const Rep&) = delete;
  Rep& operator=(const Rep&) = delete;

  void Add(ChangeKind kind, List list, std::string_view key, std::string_view value);

  // Keeps a key until the batch is destroyed or cleared; returns its number.
  size_t AddSecret(std::string_view api_key);
  std::string_view secret(size_t number) const { return secrets_[number]; }

  // Keeps the first fault. Returns whether `status` is OK.
  bool Check(const absl::Status& status);

  // The place of the entry that is put next: "/hosts/3".
  std::string NextPlace(List list) const;
  // The same for keys that are added outside of a user's entry: "/api_keys/0".
  std::string NextKeyPlace() const;

  void Clear();

  // Takes the next change off `rest`, which starts as changes(). False at the end.
  static bool Next(std::string_view* rest, Change* change);
  std::string_view changes() const { return changes_; }

  bool replaces(List list) const { return replaces_[static_cast<size_t>(list)]; }
  void set_replaces(List list) { replaces_[static_cast<size_t>(list)] = true; }
  bool replaces_any() const;

  // Whether there is some kRequireVersion.
  bool requires_any() const { return requires_any_; }

  // Whether it would change nothing.
  bool empty() const { return size_ == 0 && !replaces_any(); }

  const absl::Status& status() const { return status_; }
  size_t size() const { return size_; }

 private:
  void WipeSecrets();

  std::string changes_;
  std::deque<std::string> secrets_;  // a deque: growing must not leave copies behind
  std::array<bool, kListCount> replaces_{};
  std::array<size_t, kListCount> puts_{};
  size_t size_ = 0;
  bool requires_any_ = false;
  absl::Status status_;
};

}  // namespace muster

#endif  // MUSTER_COMMIT_BATCH_REP_H_
