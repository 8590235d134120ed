// The binary form of a record: what stands in the store and in the view.
//
// A record is the value beside a key; the key (the id or name) is not repeated
// in it. Byte 0 is the form's number (1), then the fields in the order of the
// struct: integers as LEB128 varints, text as a varint length and the bytes,
// booleans as bits of one flags byte that comes first. docs/architecture.md
// has the layout. A checksum is the store's business (store/seal.h).
//
// Encoding appends to `out` and never fails; the entry must be valid by
// model/rules.h. Decoding is DataLoss where the bytes are not a record. Any
// thread.
#ifndef MUSTER_MODEL_RECORD_H_
#define MUSTER_MODEL_RECORD_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "muster/model.h"

namespace muster::model {

void EncodeShape(const Shape& shape, std::string* out);
void EncodeRootfs(const Rootfs& rootfs, std::string* out);
void EncodeHost(const Host& host, std::string* out);
void EncodeUser(const UserStats& stats, std::string* out);    // set by hand
void EncodeApiKey(const ApiKeyInfo& info, std::string* out);  // all but the id

absl::StatusOr<Shape> DecodeShape(std::string_view id, std::string_view record);
absl::StatusOr<Rootfs> DecodeRootfs(std::string_view name, std::string_view record);
absl::StatusOr<Host> DecodeHost(std::string_view id, std::string_view record);
absl::StatusOr<UserStats> DecodeUser(std::string_view record);
absl::StatusOr<ApiKeyInfo> DecodeApiKey(std::string_view record);  // `id` is ""

// A host's record taken apart in place, for whoever goes through a million of
// them. Borrows the record's bytes.
struct HostFields {
  uint64_t version = 0;
  HostStatus status = HostStatus::kActive;  // as it was put
  bool disabled = false;
  bool silent = false;
  int64_t free_mib = 0;
  int64_t vm_count = 0;
  std::string_view rootfses;  // as encoded; none where it is empty

  // What clients see.
  HostStatus shown_status() const { return silent ? HostStatus::kDead : status; }
};

// Takes no memory and checks everything that DecodeHost() does, the rootfses too.
absl::StatusOr<HostFields> ReadHost(std::string_view record);

// In a store, records of shapes, rootfs, hosts and users are stamped with the version
// of the batch that changed them last. The functions above read either form.

// Replaces `out` by the record with that stamp, whether or not it had one.
void Stamp(std::string_view record, uint64_t version, std::string* out);

// The version of the stamp; 1, the first there is, where there is none: older formats
// of the store had no stamps.
uint64_t StampOf(std::string_view record);

// Whether two records are equal, their stamps apart.
bool EqualsButForStamp(std::string_view a, std::string_view b);
// Replaces `out` by a host's record with these numbers that is not silent, all else
// copied as it stands. False, and `out` good for nothing, where `record` is that
// already. DataLoss where the numbers cannot be found.
absl::StatusOr<bool> ReportHost(std::string_view record, int64_t free_mib, int64_t vm_count,
                                std::string* out);

// Whether a host's record is silent; false for what is not a record.
bool IsSilentHost(std::string_view record);
void SetHostSilent(std::string* record, bool silent);

// All that a user's record says.
struct UserFields {
  UserStats stats;
  bool counted_by_events = false;  // the counts come from sandbox events
  // Of a user counted by events: ended sandboxes whose records are gone. So many
  // records as `stats.total` is greater than this are there.
  int64_t dropped = 0;
};
void EncodeUser(const UserFields& user, std::string* out);
absl::StatusOr<UserFields> ReadUser(std::string_view record);

// A sandbox's record taken apart in place. Borrows the record's bytes.
struct SandboxFields {
  SandboxStatus status = SandboxStatus::kCreating;
  bool user_deleted = false;
  std::string_view user_id;
  int64_t sequence = 0;
  int64_t ended_unix_ms = 0;  // 0 where it has not ended
};
void EncodeSandbox(const SandboxFields& sandbox, std::string* out);
absl::StatusOr<SandboxFields> ReadSandbox(std::string_view record);
absl::StatusOr<Sandbox> DecodeSandbox(std::string_view id, std::string_view record);

inline bool IsTerminal(SandboxStatus status) {
  return status == SandboxStatus::kDestroyed || status == SandboxStatus::kFailed;
}

// Which of a user's counts, beside the total, a sandbox of that status is in; null
// for a terminal one.
int64_t UserStats::*CountOf(SandboxStatus status);

// The pieces, for other binary forms of the engine.
void PutVarint(uint64_t value, std::string* out);
void PutText(std::string_view text, std::string* out);  // length, then bytes
bool GetVarint(std::string_view* in, uint64_t* value);  // false: cut short
bool GetText(std::string_view* in, std::string_view* text);

// Calls visit(std::string_view name) for each rootfs of HostFields::rootfses, in
// order, until it returns false.
template <typename Visit>
void ForEachRootfs(std::string_view rootfses, const Visit& visit) {
  std::string_view name;
  while (!rootfses.empty() && GetText(&rootfses, &name) && visit(name)) {
  }
}

}  // namespace muster::model

#endif  // MUSTER_MODEL_RECORD_H_
