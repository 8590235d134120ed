// The things that a catalog holds, as plain structs.
//
// A struct may hold anything; what is allowed is checked when it is put into a
// WriteBatch (write_batch.h), in one place for every caller. Integers are
// 64 bits wide and signed here so that a value out of range arrives at that
// check as it was given, instead of wrapped.
//
// Plain data: safe to copy and to read from any thread.
#ifndef MUSTER_MODEL_H_
#define MUSTER_MODEL_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "muster/export.h"

namespace muster {

// The lists of a catalog. The first three are public and have an ETag each.
// The values are part of the store's format.
enum class List : uint8_t {
  kShapes = 0,
  kRootfs = 1,
  kHosts = 2,
  kUsers = 3,
  kApiKeys = 4,
  kSandboxes = 5,
};
inline constexpr int kListCount = 6;

// The name of a list as it stands in a catalog document and in errors:
// "shapes", "rootfs", "hosts", "users", "api_keys", "sandboxes". Never fails.
MUSTER_EXPORT std::string_view ListName(List list);

// A size of machine that a sandbox can be created with.
struct Shape {
  std::string id;                        // 1 to 255 bytes of UTF-8
  int64_t vcpu = 0;                      // 1 to 65535
  int64_t mem_mib = 0;                   // 1 to 2147483647
  int64_t default_disk_mib = 0;          // 0 to 9007199254740991
  std::optional<int64_t> cpu_quota_pct;  // percent of one CPU, 1 to 6553500
  bool disabled = false;                 // left out of what clients see
  // That of the batch that changed the entry last, for RequireVersion(); set when
  // read, ignored when put and when compared.
  uint64_t version = 0;

  bool operator==(const Shape& o) const {
    return id == o.id && vcpu == o.vcpu && mem_mib == o.mem_mib &&
           default_disk_mib == o.default_disk_mib && cpu_quota_pct == o.cpu_quota_pct &&
           disabled == o.disabled;
  }
  bool operator!=(const Shape& o) const { return !(*this == o); }
};

// An image that a sandbox's root file system can be made from.
struct Rootfs {
  std::string name;         // 1 to 255 bytes of UTF-8
  std::string description;  // up to 4,096 bytes of UTF-8; empty: none
  bool deprecated = false;
  std::string successor;    // the name of another rootfs; empty: none
  bool is_default = false;  // at most one entry of a catalog carries the mark
  bool disabled = false;    // left out of what clients see
  // That of the batch that changed the entry last, for RequireVersion(); set when
  // read, ignored when put and when compared.
  uint64_t version = 0;

  bool operator==(const Rootfs& o) const {
    return name == o.name && description == o.description && deprecated == o.deprecated &&
           successor == o.successor && is_default == o.is_default && disabled == o.disabled;
  }
  bool operator!=(const Rootfs& o) const { return !(*this == o); }
};

enum class HostStatus : uint8_t { kActive = 0, kDraining = 1, kDead = 2 };

// "active", "draining" or "dead"; "" for a value that is none of them.
MUSTER_EXPORT std::string_view HostStatusName(HostStatus status);

// The status of that name, or nothing where there is none. Case matters.
MUSTER_EXPORT std::optional<HostStatus> HostStatusFromName(std::string_view name);

// A machine that sandboxes run on.
struct Host {
  std::string id;  // 1 to 255 bytes of UTF-8, usually an IP address
  HostStatus status = HostStatus::kActive;
  int64_t free_mib = 0;               // memory that is free, 0 to 2147483647
  int64_t vm_count = 0;               // machines that run there now, 0 to 2147483647
  std::vector<std::string> rootfses;  // names cached there, at most 256
  bool disabled = false;              // left out of what clients see
  // That of the batch that changed the entry last, for RequireVersion(); set when
  // read, ignored when put and when compared.
  uint64_t version = 0;
  // Told when a host is read, ignored when it is put, and not part of what makes
  // two hosts equal: nothing has been heard of it (Options::host_timeout_ms), and
  // until its next heartbeat clients see it as dead. `status` stays what was put.
  bool silent = false;

  bool operator==(const Host& o) const {
    return id == o.id && status == o.status && free_mib == o.free_mib &&
           vm_count == o.vm_count && rootfses == o.rootfses && disabled == o.disabled;
  }
  bool operator!=(const Host& o) const { return !(*this == o); }
};

// How many sandboxes a user has; each 0 to 2147483647, and
// running + paused + other <= total.
struct UserStats {
  int64_t running = 0;
  int64_t paused = 0;
  int64_t other = 0;  // in any other state that is not terminal
  int64_t total = 0;  // ever owned, ended ones included

  bool operator==(const UserStats& o) const {
    return running == o.running && paused == o.paused && other == o.other && total == o.total;
  }
  bool operator!=(const UserStats& o) const { return !(*this == o); }
};

// A user, as it is put. What is absent stays as it is in the store.
struct User {
  std::string id;                  // 1 to 255 bytes of UTF-8
  std::optional<UserStats> stats;  // absent: left alone, zeros for a new user
  // Absent: left alone. Present: these become all of the user's keys; 8 to 512
  // bytes of printable ASCII each, without space or comma. Never read back:
  // a catalog keeps a hash of a key, not the key.
  std::optional<std::vector<std::string>> api_keys;
};

// What a sandbox does. `destroyed` and `failed` are terminal. The values are part of
// the store's format.
enum class SandboxStatus : uint8_t {
  kCreating = 0,
  kRunning = 1,
  kPausing = 2,
  kPaused = 3,
  kResuming = 4,
  kForking = 5,
  kError = 6,
  kDestroying = 7,
  kDestroyed = 8,
  kFailed = 9,
};

// "creating", "running", …; "" for a value that is none of them.
MUSTER_EXPORT std::string_view SandboxStatusName(SandboxStatus status);

// The status of that name, or nothing where there is none. Case matters.
MUSTER_EXPORT std::optional<SandboxStatus> SandboxStatusFromName(std::string_view name);

// That a sandbox has come to a status. Of the events of a sandbox the one with the
// highest sequence counts, whatever came before or after it.
struct SandboxEvent {
  std::string sandbox_id;  // 1 to 255 bytes of UTF-8
  std::string user_id;     // whose it is, for ever; 1 to 255 bytes of UTF-8
  SandboxStatus status = SandboxStatus::kCreating;
  int64_t sequence = 0;  // 1 to 2^63-1; greater with each event of the sandbox
};

// What is kept of a sandbox: its latest event, and when it ended.
struct Sandbox {
  std::string id;
  std::string user_id;
  SandboxStatus status = SandboxStatus::kCreating;
  int64_t sequence = 0;
  // When its terminal event was recorded, or its user deleted; ms since 1970 (UTC).
  std::optional<int64_t> ended_unix_ms;
  // Its user was deleted with all sandboxes: it counts for nobody, and its later
  // events change nothing.
  bool user_deleted = false;

  bool operator==(const Sandbox& o) const {
    return id == o.id && user_id == o.user_id && status == o.status && sequence == o.sequence &&
           ended_unix_ms == o.ended_unix_ms && user_deleted == o.user_deleted;
  }
  bool operator!=(const Sandbox& o) const { return !(*this == o); }
};

// A user whose counts are not what its sandboxes come to.
struct Miscount {
  std::string user_id;
  UserStats recorded;  // what the user's record says
  UserStats counted;   // what the records of the sandboxes come to
};

// What a recount found.
struct RecountReport {
  int64_t user_count = 0;           // users that are counted by events
  int64_t sandbox_count = 0;        // records of sandboxes that were counted
  std::vector<Miscount> miscounts;  // in order of the users' ids
  bool repaired = false;            // whether they were set right
};

// What a catalog knows of an API key. The key itself is not in it and cannot
// be had from it.
struct ApiKeyInfo {
  std::string id;               // "key_" and 32 hex digits; names the key when revoking
  std::string user_id;          // whose key it is
  std::string label;            // up to 255 bytes of UTF-8; may be empty
  std::string hint;             // the key's last four characters; "" for a short one
  int64_t created_unix_ms = 0;  // when it was added, ms since 1970 (UTC)
};

}  // namespace muster

#endif  // MUSTER_MODEL_H_
