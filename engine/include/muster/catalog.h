// Catalog: the engine's front door. Open a store, take snapshots, apply batches.
//
//   auto catalog = muster::Catalog::Open("var/db");
//   muster::WriteBatch batch;
//   batch.PutShape({"s-1vcpu-1gb", 1, 1024, 10240});
//   absl::Status applied = (*catalog)->Apply(batch);
//   for (const muster::Shape& shape : (*catalog)->snapshot().Shapes().items) …
//
// Every call may be made from any thread, but Close() and the destructor only
// when no other call is under way. Nothing throws; nothing is printed.
#ifndef MUSTER_CATALOG_H_
#define MUSTER_CATALOG_H_

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "muster/export.h"
#include "muster/feed.h"
#include "muster/model.h"
#include "muster/snapshot.h"
#include "muster/store.h"
#include "muster/write_batch.h"

namespace muster {

// What it means that a batch was acknowledged.
enum class Durability : uint8_t {
  // It is on disk: it outlasts a crash of the process and a power cut.
  kDurable,
  // It is in memory and visible in this process, and goes to disk with what comes
  // after it, at least every `flush_interval_ms`, in one durable commit; changes of
  // one record become one write. A crash, a kill or a power cut may lose so much, and
  // always the newest: never an older batch without the newer ones, never a part of
  // one. A catalog opened so is the only writer of its store: other processes may read.
  kRelaxed,
};

// A moment, or kNoDeadline.
using Deadline = std::chrono::steady_clock::time_point;
inline constexpr Deadline kNoDeadline = Deadline::max();

// Told what came of a batch.
using ApplyCallback = std::function<void(const absl::Status&, const ApplyReport&)>;

struct Options {
  // --- Behaviour ---

  Durability durability = Durability::kDurable;

  // With kRelaxed, how long a batch is in memory alone, in ms, at least 1. Longer while
  // the disk cannot keep up.
  int64_t flush_interval_ms = 100;

  // Makes the store's directory (mode 0700, files 0600) if there is none. Where
  // false, that is NotFound.
  bool create_if_missing = true;

  // Whether the store may be on a network file system (NFS, SMB, …), which is
  // refused otherwise: where its locks or its shared maps do not work between the
  // processes that have the store open, they destroy it. Never for processes of
  // more than one machine.
  bool allow_network_file_system = false;

  // How long what is kept of an ended sandbox is kept, in ms; 0: for ever. After it
  // the sandbox is only counted, in its user's total. Counts are exact for events
  // that come within that time of the sandbox's end; one that comes later counts as
  // a new sandbox. Below 2^53.
  int64_t tombstone_retention_ms = 0;

  // Shows a host as dead that has not been heard of for so long, in milliseconds; 0:
  // never. Heard of by WriteBatch::Heartbeat(), and by the first PutHost(); a later
  // one is the operator's word, not the host's. It lies over what the operator set,
  // which is kept, is what exports have, and is shown again with the host's next
  // heartbeat. Silence counts from the later of the last heartbeat and the moment when
  // this store's sweeper began to listen, so that an outage of whoever takes the
  // heartbeats in kills no host. One process sweeps at a time, in its maintenance
  // thread, of those that were opened with a timeout; give all of them the same. A
  // host is shown dead up to a sixth of the timeout late.
  int64_t host_timeout_ms = 0;

  // --- Limits ---

  // The address space, in bytes, that the store's file is mapped into to begin
  // with; not disk or memory. It grows by itself, twofold, when the store does, for
  // which writers wait until the short transactions of this process have ended. At
  // least 1 MiB, at most 64 TiB. Several processes may give different values; the largest
  // counts.
  size_t map_size_bytes = size_t{16} << 30;

  // How far this process lets it grow; then Apply() is ResourceExhausted. Within
  // the same bounds. A smaller value than map_size_bytes counts for both.
  size_t max_map_size_bytes = size_t{64} << 40;

  // How many batches may wait to be carried out, at least 1; see Catalog::Apply().
  size_t max_queued_batches = 16384;

  // The fewest entries that the log of changes is cut to, one for each record that a
  // batch changed; 0: as many as the store has records, and 1,024 at least. The log is
  // what Catalog::Changes() gives and what other processes catch up from. The
  // process that writes decides.
  uint64_t change_log_entries = 0;

  // --- Performance ---

  // The most that the memory for users and API keys may take, in bytes, beside a
  // fixed 256 KiB; 0: none is kept. Taken as it is used. A key, with its user and
  // the user's counts, takes 64 bytes (128 with an id of 37 to 100 bytes), and so
  // does a user whom the host authenticates; an eighth is for keys and users that
  // are not there. What is not in memory is read from the store, which takes
  // microseconds and opens a read transaction; what was not used longest
  // makes room. The value here is enough for about a million users.
  size_t identity_cache_bytes = size_t{128} << 20;
};

// What a store holds, as of one moment.
struct StoreStatus {
  StoreUsage usage;
  uint32_t format = 0;
  uint64_t version = 0;  // of the last batch
  struct ListStatus {
    uint64_t records = 0;
    uint64_t version = 0;  // of the last batch that changed what clients see of it
  };
  std::array<ListStatus, kListCount> lists{};  // by List
  uint64_t log_entries = 0;                    // changes that the log holds
  uint64_t log_floor = 0;                      // those of the versions above this one
};

class MUSTER_EXPORT Catalog {
 public:
  // Opens the store in directory `path`. Errors, each one line that names the
  // path and what to do:
  //   NotFound            no store there, and create_if_missing is false
  //   InvalidArgument     `path` is empty, or is not a directory
  //   FailedPrecondition  the directory holds something else, the store is of a
  //                       newer format, or it is open in this process already
  //                       (also through another copy of this library)
  //   PermissionDenied    the files may not be read and written
  //   DataLoss            the data file is cut short or damaged
  //   Unavailable         the system refuses (disk full, I/O error)
  static absl::StatusOr<std::unique_ptr<Catalog>> Open(const std::string& path,
                                                       const Options& options = {});

  // The same over a store of the caller's, which the catalog then owns.
  static absl::StatusOr<std::unique_ptr<Catalog>> Open(std::unique_ptr<Store> store,
                                                       const Options& options = {});

  // A catalog that lives in memory and ends with the object.
  static absl::StatusOr<std::unique_ptr<Catalog>> OpenInMemory(const Options& options = {});

  ~Catalog();
  Catalog(const Catalog&) = delete;
  Catalog& operator=(const Catalog&) = delete;

  // The newest version of the lists that this process knows. Never fails. It
  // does not wait for a writer, another reader or another process, and writes
  // to no memory that other readers share.
  //
  // After Apply() has returned OK in one thread, every snapshot taken later (in
  // the sense of happens-before) in any thread of this process holds the batch.
  // A commit by another process is noticed here. A small one (up to a few hundred
  // records) is taken in by whoever sees it first, in about a millisecond at the
  // most; until that is done the others get the version before it. A larger one is
  // taken in by the maintenance thread, which is started for the first of them.
  Snapshot snapshot() noexcept;

  // Makes a batch durable, as Options::durability has it, and visible, or changes
  // nothing. Batches of several threads share a commit; each is checked against the
  // state that those before it left, and one that fails fails alone. Errors: those
  // that WriteBatch's calls name; Unavailable (the store cannot be written),
  // ResourceExhausted (it is full), DataLoss (it is damaged), FailedPrecondition
  // (closed, or another process is the store's only writer). An empty batch is OK and
  // commits nothing. `report`, where it is given, says after OK what came of the
  // batch; after an error it is empty.
  //
  // Waits while Options::max_queued_batches others wait. Where nobody has begun with
  // the batch by `deadline` that is ResourceExhausted, and nothing is changed; once it
  // is begun, the deadline counts no more.
  absl::Status Apply(const WriteBatch& batch, ApplyReport* report = nullptr,
                     Deadline deadline = kNoDeadline);

  // The same for who must not wait. OK: `callback` is called once, with what Apply()
  // would have returned, by the maintenance thread (or by Close()), so it must not
  // block; it may call ApplyAsync(). Batches of one thread are carried out in the order
  // of the calls. ResourceExhausted where as many as may are waiting, and
  // FailedPrecondition (closed): then it is not called.
  absl::Status ApplyAsync(WriteBatch batch, ApplyCallback callback);

  // Returns when all that was acknowledged before the call is on disk; at once where
  // that is so anyhow (Durability::kDurable). Errors: Unavailable, ResourceExhausted;
  // what could not be written stays in memory and is tried again.
  absl::Status Flush();

  // Returns when snapshots hold all that any process had committed before the
  // call, however much it is; waits for a process that is just finishing a commit.
  // Errors: Unavailable, DataLoss, FailedPrecondition (closed).
  absl::Status CatchUp();

  // The changes that were committed after the place `after`, by whatever process, as
  // far as whole batches make up to `max` changes, at least 1; a first batch that is
  // larger comes whole. `after` is the cursor of a snapshot, a page or a change, from
  // whatever process and from before a restart; empty: the beginning. The log reaches
  // back as far as Options::change_log_entries says. Snapshots taken afterwards hold
  // all that it tells of. Errors:
  //   OutOfRange       the log no longer reaches back so far; the cursor is of another
  //                    store, of another incarnation of this one (one that was put
  //                    back, say, or whose last writer was killed), or ahead of it:
  //                    begin again with a snapshot
  //   InvalidArgument  `after` is not a cursor, or `max` is 0
  //   Unavailable, DataLoss, FailedPrecondition (closed)
  absl::StatusOr<ChangesPage> Changes(std::string_view after, size_t max);

  // Returns when snapshots have come to the version, or there is something committed
  // after the cursor, by whatever process; at once where that is so. It may be a change
  // of API keys, which Changes() does not tell of. Takes no processor time while it
  // waits. DeadlineExceeded at `deadline`; errors as for Changes(), but that it does not
  // look how far the log reaches back.
  absl::Status WaitForVersion(uint64_t version, Deadline deadline);
  absl::Status WaitForChange(std::string_view after, Deadline deadline);

  // The next three answer from memory what was asked before and has not changed
  // since, be it that there is none (see Options::identity_cache_bytes);
  // otherwise they read the store: Unavailable, DataLoss. All are
  // FailedPrecondition once closed. What Apply() has changed they see as soon as
  // it has returned OK; what another process has committed, as snapshot() does.

  // What is kept of a user; nothing where there is none. `api_keys` is never set.
  absl::StatusOr<std::optional<User>> FindUser(std::string_view user_id) const;

  // The version of the batch that changed a user's record last, 0 where there is no
  // such user: for WriteBatch::RequireVersion(). Reads the store; errors as above.
  absl::StatusOr<uint64_t> UserVersion(std::string_view user_id) const;

  // A user's counts, the newest that are known; zeros for a user that is not
  // known.
  absl::StatusOr<UserStats> GetUserStats(std::string_view user_id) const;

  // Whose key that is, with `stats` set and `api_keys` not. NotFound for a key
  // that is unknown or was revoked, in the same time for both.
  absl::StatusOr<User> FindUserByApiKey(std::string_view api_key) const;

  // The API keys of a user, or of all users where `user_id` is empty, in order
  // of user and then of creation. Reads the store; errors as for FindUser().
  absl::StatusOr<std::vector<ApiKeyInfo>> ListApiKeys(std::string_view user_id = {}) const;

  // What is kept of a sandbox; nothing where there is none. Reads the store; errors
  // as for FindUser().
  absl::StatusOr<std::optional<Sandbox>> FindSandbox(std::string_view sandbox_id) const;

  // Holds the counts of every user who is counted by sandbox events against the
  // records of the sandboxes, and says which are wrong. Reads all users and all
  // sandboxes, as of one moment. Where `repair` is set, also sets them right, in one
  // batch; other writers wait for as long as that takes. DataLoss where a record is
  // damaged; other errors as for Apply().
  absl::StatusOr<RecountReport> Recount(bool repair = false);

  // OK when the store can be read now and can be written. Otherwise
  // Unavailable, with a reason in one sentence without paths or secrets. After
  // a commit that failed, tries an empty one, at most once a second.
  absl::Status CheckReady();

  // Flushes, and writes a copy of the store to a directory, or to an open file or
  // pipe, while others read and write: see BackupStore() in muster/maintenance.h.
  absl::Status Backup(const std::string& directory);
  absl::Status Backup(int fd);

  // How large the store is and what stands in it. Unimplemented for a store in
  // memory; otherwise errors as for FindUser().
  absl::StatusOr<StoreStatus> GetStatus() const;

  // Carries out what ApplyAsync() has taken, calls back, flushes, ends the maintenance
  // thread and closes the store. Calls that need it then return FailedPrecondition;
  // snapshots, and snapshot() itself, go on giving the last version. Closing twice is
  // OK. The destructor closes too. An error of Flush() is returned, and the store closed
  // all the same.
  absl::Status Close();

  // Everything that the catalog document describes, as of one moment, in the
  // order of the document: for each record one call. For export and checks.
  struct RecordVisitor {
    std::function<void(const Shape&)> shape;
    std::function<void(const Rootfs&)> rootfs;
    std::function<void(const Host&)> host;
    // Without api_keys, and without stats where they come from sandbox events.
    std::function<void(const User&)> user;
  };
  // Copies the records first, so that a slow visitor holds nothing in the
  // store. Errors as for FindUser().
  absl::Status VisitRecords(const RecordVisitor& visitor) const;

 private:
  class Impl;
  explicit Catalog(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace muster

#endif  // MUSTER_CATALOG_H_
