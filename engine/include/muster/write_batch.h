// WriteBatch: changes that become visible together, or not at all.
//
// A batch is filled by one thread at a time and handed to Catalog::Apply(),
// which leaves it as it is: the same batch may be applied again. Changes take
// effect in the order in which they were added.
//
// Every call checks what it is given; the first fault is kept, makes the whole
// batch invalid, and is what Apply() returns. Faults name a place as if the
// batch were a catalog document: "/hosts/3/free_mib: must be an integer from 0
// to 2147483647" is about the fourth host that was put.
#ifndef MUSTER_WRITE_BATCH_H_
#define MUSTER_WRITE_BATCH_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "muster/export.h"
#include "muster/model.h"

namespace muster {

// A heartbeat or a sandbox event that was left out while the rest of its batch was
// applied.
struct SkippedChange {
  enum class Kind : uint8_t { kHeartbeat, kSandboxEvent };
  Kind kind = Kind::kHeartbeat;
  size_t index = 0;     // of all the heartbeats, or events, of the batch, from 0
  absl::Status reason;  // as Apply() would have returned it
};

// What becomes of the sandboxes of a user who is deleted. A user owns every sandbox
// of which there is a record, ended ones included: a late event of one would
// otherwise bring the user back.
enum class OwnedSandboxes : uint8_t {
  kRefuse,  // the user is not deleted: FailedPrecondition
  // They go too. Their records stay for as long as those of ended sandboxes do, so
  // that their later events change nothing. Reads the records of all sandboxes.
  kDelete,
};

// What applying a batch came to.
struct ApplyReport {
  // The store's version that has the batch; where it changed nothing, the one that
  // it was checked against.
  uint64_t version = 0;
  std::vector<SkippedChange> skipped;  // in the order of the batch
};

class MUSTER_EXPORT WriteBatch {
 public:
  WriteBatch();
  ~WriteBatch();  // wipes the API keys that it holds
  WriteBatch(WriteBatch&& other) noexcept;
  WriteBatch& operator=(WriteBatch&& other) noexcept;
  WriteBatch(const WriteBatch&) = delete;
  WriteBatch& operator=(const WriteBatch&) = delete;

  // Adds an entry, or replaces the one of the same id, whole.
  void PutShape(const Shape& shape);
  // Marking an entry default takes the mark from any other.
  void PutRootfs(const Rootfs& rootfs);
  void PutHost(const Host& host);
  // Adds a user or changes it; see User for what absent parts mean.
  // Apply: FailedPrecondition when a key already belongs to another user.
  void PutUser(const User& user);

  // Removes an entry. One that is not there is not an error, so that a removal
  // can be repeated. A user goes with its API keys and counts. Apply:
  // FailedPrecondition where a user owns sandboxes, and they are not to go too.
  void DeleteShape(std::string_view id);
  void DeleteRootfs(std::string_view name);
  void DeleteHost(std::string_view id);
  void DeleteUser(std::string_view id, OwnedSandboxes sandboxes = OwnedSandboxes::kRefuse);

  // Makes `list` (shapes, rootfs, hosts or users) equal to what this batch puts
  // there: whatever else it holds is removed, before the batch's other changes.
  // `sandboxes` is about users who are removed by it, as in DeleteUser().
  void Replace(List list, OwnedSandboxes sandboxes = OwnedSandboxes::kRefuse);

  // Hides an entry of shapes, rootfs or hosts from clients, or shows it again.
  // Apply: NotFound ("unknown host: 10.0.0.9") when there is none of that id.
  void SetDisabled(List list, std::string_view id, bool disabled);

  // Changes only the status of a host. Apply: NotFound when there is none.
  void SetHostStatus(std::string_view id, HostStatus status);

  // What a host reports of itself: that it is there, and its numbers, within the
  // bounds of Host; a fault is named as "/heartbeats/3/free_mib". All else of the host
  // stays as it is, and where its numbers do too, there is no new version. A host that
  // is silent no longer is. One that is not there is skipped, and told in ApplyReport.
  // The cheapest way to report, and the only one that Options::host_timeout_ms counts.
  void Heartbeat(std::string_view host_id, int64_t free_mib, int64_t vm_count);

  // Moves the default mark. Apply: NotFound when there is no such rootfs.
  void SetDefaultRootfs(std::string_view name);

  // Sets a user's counts, for platforms that count elsewhere. Apply: NotFound when
  // there is no such user; FailedPrecondition when the counts come from sandbox
  // events and are others (so do PutUser's).
  void SetUserStats(std::string_view user_id, const UserStats& stats);

  // Records an event of a sandbox, and changes its user's counts by it. An event
  // may come twice and late: of each sandbox the event with the highest sequence
  // counts, also after a terminal one, and older ones change nothing. A user who is
  // not known is created. Apply, naming the event ("/sandbox_events/3: …"):
  //   AlreadyExists       another event of that sequence was recorded, with another
  //                       status or user
  //   FailedPrecondition  the event is newer, and the sandbox another user's; or the
  //                       user's counts were set to other than zeros
  void RecordSandbox(const SandboxEvent& event);

  // Events at fault are left out from here on, instead of making the whole batch
  // fail: ApplyReport::skipped says which and why. That holds for the errors above
  // and for events that break a rule.
  void SkipFaultyEvents();

  // Makes a new random API key of 256 bits ("sk_" and 43 characters) and
  // returns it: the only time that it is to be had. It works once the batch
  // was applied. "" where the batch is already invalid. Apply: NotFound when
  // there is no such user (put it before in the same batch, if need be).
  // `label`: up to 255 bytes of UTF-8 without control characters.
  std::string CreateApiKey(std::string_view user_id, std::string_view label = {});

  // Adds a key that was made elsewhere, beside those that the user has.
  // Apply: NotFound when there is no such user, FailedPrecondition when the key
  // belongs to another one. A key that the user already has stays as it is.
  void AddApiKey(std::string_view user_id, std::string_view api_key,
                 std::string_view label = {});

  // Removes a key, named by ApiKeyInfo::id or by the key itself.
  // Apply: NotFound when there is none.
  void RevokeApiKey(std::string_view id_or_key);

  // Compare and set. Apply: Aborted, and nothing is changed, unless the list still has
  // that version (Snapshot::version(list)); only of shapes, rootfs and hosts. Looked
  // at before the batch's own changes, wherever it was added. In a group of batches
  // that share a commit, a change to the list's records counts even where clients see
  // no other bytes. A version that was read before a relaxed catalog lost its newest
  // batches says nothing any more.
  void RequireVersion(List list, uint64_t version);

  // The same of one entry of shapes, rootfs, hosts or users: it must be there and have
  // been changed last by that version (Host::version, …, Catalog::UserVersion()). 0:
  // it must not be there.
  void RequireVersion(List list, std::string_view id, uint64_t version);

  // Makes the batch invalid, for whoever fills it from a source of its own and
  // finds a fault there. An earlier fault stays. `fault` must not be OK.
  void Invalidate(const absl::Status& fault);

  // The first fault, or OK.
  const absl::Status& status() const;

  // The number of changes that were added, those at fault not counted, but for
  // events that are to be reported.
  size_t size() const;
  // Whether applying it would change nothing: no change and no Replace().
  bool empty() const;

  // Takes everything out, the fault too.
  void Clear();

  class Rep;  // the engine's own view of a batch
  const Rep& rep() const { return *rep_; }

 private:
  std::unique_ptr<Rep> rep_;  // never null, but after a move
};

}  // namespace muster

#endif  // MUSTER_WRITE_BATCH_H_
