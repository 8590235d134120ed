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
#include "muster/model.h"
#include "muster/snapshot.h"
#include "muster/store.h"
#include "muster/write_batch.h"

namespace muster {

struct Options {
  // --- Behaviour ---

  // Makes the store's directory (mode 0700, files 0600) if there is none. Where
  // false, that is NotFound.
  bool create_if_missing = true;

  // Whether the store may be on a network file system (NFS, SMB, …), which is
  // refused otherwise: where its locks or its shared maps do not work between the
  // processes that have the store open, they destroy it. Never for processes of
  // more than one machine.
  bool allow_network_file_system = false;

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

  // Makes a batch durable and visible, or changes nothing. Errors: those that
  // WriteBatch's calls name; ResourceExhausted (the store is full), Unavailable
  // (the store cannot be written), DataLoss (it is damaged),
  // FailedPrecondition (closed). An empty batch is OK and commits nothing.
  // `report`, where it is given, says after OK what came of the batch; after an
  // error it is empty.
  absl::Status Apply(const WriteBatch& batch, ApplyReport* report = nullptr);

  // Returns when snapshots hold all that any process had committed before the
  // call, however much it is; waits for a process that is just finishing a commit.
  // Errors: Unavailable, DataLoss, FailedPrecondition (closed).
  absl::Status CatchUp();

  // The next three answer from memory what was asked before and has not changed
  // since, be it that there is none (see Options::identity_cache_bytes);
  // otherwise they read the store: Unavailable, DataLoss. All are
  // FailedPrecondition once closed. What Apply() has changed they see as soon as
  // it has returned OK; what another process has committed, as snapshot() does.

  // What is kept of a user; nothing where there is none. `api_keys` is never set.
  absl::StatusOr<std::optional<User>> FindUser(std::string_view user_id) const;

  // A user's counts, the newest that are known; zeros for a user that is not
  // known.
  absl::StatusOr<UserStats> GetUserStats(std::string_view user_id) const;

  // Whose key that is, with `stats` set and `api_keys` not. NotFound for a key
  // that is unknown or was revoked, in the same time for both.
  absl::StatusOr<User> FindUserByApiKey(std::string_view api_key) const;

  // The API keys of a user, or of all users where `user_id` is empty, in order
  // of user and then of creation. Reads the store; errors as for FindUser().
  absl::StatusOr<std::vector<ApiKeyInfo>> ListApiKeys(std::string_view user_id = {}) const;

  // OK when the store can be read now and can be written. Otherwise
  // Unavailable, with a reason in one sentence without paths or secrets. After
  // a commit that failed, tries an empty one, at most once a second.
  absl::Status CheckReady();

  // Closes the store, after the maintenance thread has ended. Calls that need it then return
  // FailedPrecondition; snapshots, and snapshot() itself, go on giving the last version.
  // Closing twice is OK. The destructor closes too.
  absl::Status Close();

  // Everything that the catalog document describes, as of one moment, in the
  // order of the document: for each record one call. For export and checks.
  struct RecordVisitor {
    std::function<void(const Shape&)> shape;
    std::function<void(const Rootfs&)> rootfs;
    std::function<void(const Host&)> host;
    std::function<void(const User&)> user;  // without api_keys
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
