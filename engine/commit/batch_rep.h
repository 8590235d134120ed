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
  kDelete = 1,          // value: none; of a user with its sandboxes: varint unix_ms
  kSetDisabled = 2,     // value: one byte, 0 or 1
  kSetHostStatus = 3,   // value: one byte, a HostStatus
  kSetDefault = 4,      // no value
  kSetStats = 5,        // value: a user's record
  kSetApiKeys = 6,      // value: varint first secret, count, created_unix_ms
  kAddApiKey = 7,       // value: varint secret, created_unix_ms, then the label
  kRevokeApiKey = 8,    // key: an id, or empty; value: varint secret
  kRequireVersion = 9,  // key: an id, or empty for the whole list; value: varint
  kHeartbeat = 10,      // value: varint free_mib, vm_count
  kMarkSilent = 11,     // value: varint of when it was heard of at the latest
  kRecordSandbox = 20,  // value: the sandbox's record, should the event count
  kFaultyEvent = 21,    // value: a byte, the code of the fault, then its message
  kDropSandbox = 22,    // drops one that ended long ago; value: varint latest unix_ms
  kRecount = 23,        // sets counts right; no key, no value
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
  // And for events: "/sandbox_events/3".
  std::string NextEventPlace() const;
  std::string NextHeartbeatPlace() const;

  void Clear();

  // Takes the next change off `rest`, which starts as changes(). False at the end.
  static bool Next(std::string_view* rest, Change* change);
  std::string_view changes() const { return changes_; }

  bool replaces(List list) const { return replaces_[static_cast<size_t>(list)]; }
  void set_replaces(List list) { replaces_[static_cast<size_t>(list)] = true; }
  bool replaces_any() const;
  // When users that a Replace() removes were to go with their sandboxes; 0: not.
  int64_t replaced_with_sandboxes_unix_ms() const { return replaced_with_sandboxes_unix_ms_; }
  void replace_with_sandboxes(int64_t unix_ms) { replaced_with_sandboxes_unix_ms_ = unix_ms; }

  bool skips_faulty_events() const { return skips_faulty_events_; }
  void skip_faulty_events() { skips_faulty_events_ = true; }
  size_t event_count() const { return puts_[static_cast<size_t>(List::kSandboxes)]; }

  // Where kRecount says what it found; null: nowhere. Borrowed, never written down.
  RecountReport* recount_report() const { return recount_report_; }
  void set_recount_report(RecountReport* report) { recount_report_ = report; }

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
  int64_t replaced_with_sandboxes_unix_ms_ = 0;
  bool skips_faulty_events_ = false;
  RecountReport* recount_report_ = nullptr;
  size_t heartbeats_ = 0;
  size_t size_ = 0;
  bool requires_any_ = false;
  absl::Status status_;
};

}  // namespace muster

#endif  // MUSTER_COMMIT_BATCH_REP_H_
