// Store: what a storage engine has to give.
//
// A store holds a few ordered tables of byte strings under transactions. What
// stands in the tables (records with their checksums, the meta record, the
// versions) is the engine's business: it is the same in every store, and a
// store never looks into it. `muster/catalog.h` opens the two that come with
// the library (LMDB in a directory, memory); another one is handed to
// Catalog::Open(std::unique_ptr<Store>).
//
// tests/engine/store/store_test.cc holds for every store.
#ifndef MUSTER_STORE_H_
#define MUSTER_STORE_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "muster/export.h"

namespace muster {

// The tables. The values are part of the store's format; new ones are appended.
enum class Table : uint8_t {
  kMeta = 0,         // one record: what the store is, and its versions
  kShapes = 1,       // shape id -> record
  kRootfs = 2,       // rootfs name -> record
  kHosts = 3,        // host id -> record
  kUsers = 4,        // user id -> record
  kApiKeys = 5,      // keyed hash of the key -> record
  kUserApiKeys = 6,  // user id, a zero byte, keyed hash -> nothing
  kChangeLog = 7,    // version, part -> which records batches changed
  kSandboxes = 8,    // sandbox id -> record
  kHeartbeats = 9,   // host id -> when it was heard of last
};
inline constexpr int kTableCount = 10;

// A key has 1 to this many bytes.
inline constexpr size_t kMaxKeyBytes = 511;

// One consistent state of all tables. Used by one thread at a time and meant to
// be short: a store may have to keep old pages for as long as one is open.
class MUSTER_EXPORT ReadTransaction {
 public:
  virtual ~ReadTransaction();

  // The value of a key, or nothing. The bytes stay valid until the transaction
  // ends or, in a write transaction, until its next change.
  // Errors: DataLoss (damaged), Unavailable (cannot be read).
  virtual absl::StatusOr<std::optional<std::string_view>> Get(Table table,
                                                              std::string_view key) = 0;

  // Calls `visit` for every key from `first` on (empty: from the start), in
  // bytewise order, until it returns false. The bytes are valid during the
  // call; the table must not be changed from within. Errors as for Get().
  virtual absl::Status Scan(
      Table table, std::string_view first,
      const std::function<bool(std::string_view key, std::string_view value)>& visit) = 0;

  // Which commit is seen; in a write transaction, until it is committed, the one
  // before it.
  virtual uint64_t commit_id() const = 0;
};

// The only writer, store-wide, until it is committed or destroyed (which leaves
// everything as it was). Sees its own changes. Must be committed by the thread
// that began it.
class MUSTER_EXPORT WriteTransaction : public ReadTransaction {
 public:
  // Errors: ResourceExhausted (the store is full), Unavailable (I/O),
  // InvalidArgument (a key that is empty or too long). After an error, only
  // destroy it.
  virtual absl::Status Put(Table table, std::string_view key, std::string_view value) = 0;

  // A key that is not there is not an error.
  virtual absl::Status Delete(Table table, std::string_view key) = 0;

  // Makes all changes visible and durable, in that they outlast a power cut.
  // After OK, commit_id() is this commit's; without any change there is none, and
  // it stays what it was. On an error nothing was changed:
  // ResourceExhausted, Unavailable. Nothing else may be called afterwards.
  virtual absl::Status Commit() = 0;
};

// What one process at a time may be for a store. The values are part of what
// processes share; new ones are appended.
enum class Role : uint8_t {
  kOnlyWriter = 0,  // others may read, but not write
  kSweeper = 1,     // looks after hosts that fall silent
};

// How much room a store takes, and who uses it.
struct StoreUsage {
  uint64_t file_bytes = 0;
  uint64_t map_bytes = 0;  // address space that it has in this process
  uint64_t page_bytes = 0;
  uint64_t pages_used = 0;             // hold something that the newest commit can reach
  uint64_t pages_free = 0;             // the rest, to be used again
  uint64_t readers = 0;                // read transactions of other processes just now
  uint64_t oldest_reader_lag = 0;      // commits that the oldest of them is behind
  bool open_elsewhere = false;         // another process has it open
  bool only_writer_elsewhere = false;  // and is its only writer
};

// All calls from any thread, but Close() when no other call is under way and no
// transaction is open.
class MUSTER_EXPORT Store {
 public:
  virtual ~Store();

  virtual absl::StatusOr<std::unique_ptr<ReadTransaction>> BeginRead() = 0;

  // Waits for another writer, in whatever process, to end. FailedPrecondition
  // where another process is the only writer.
  virtual absl::StatusOr<std::unique_ptr<WriteTransaction>> BeginWrite() = 0;

  // The same, but a null pointer where another writer, in whatever process, is at
  // it now. May wait if one begins just then. As it stands here it is BeginWrite(),
  // which will do where a writer cannot stand still for long.
  virtual absl::StatusOr<std::unique_ptr<WriteTransaction>> TryBeginWrite();

  // The id of the newest commit by any process: one look at memory, no lock, no
  // system call. Grows with every commit. Never behind what BeginRead() sees; it
  // may run ahead of it by a commit that is just being finished, or whose writer
  // was killed while it was: that one shows after the next BeginWrite().
  virtual uint64_t LatestCommit() const noexcept = 0;

  // A text that changes whenever the store's versions could come to mean
  // something else than before: for a file, its device, inode, time of birth
  // and the machine's boot; for memory, one for each object. The engine then
  // draws a new incarnation. Not longer than 255 bytes.
  virtual std::string Fingerprint() const = 0;

  // The highest version that any process is known to have had of the
  // incarnation with this number on this machine; nothing where nothing is known
  // of it, and the engine then draws a new one. Tells of a data file that was put
  // back in place.
  virtual std::optional<uint64_t> HighWaterVersion(uint64_t incarnation) const noexcept = 0;
  virtual void RaiseHighWaterVersion(uint64_t incarnation, uint64_t version) noexcept = 0;

  // Makes this process the one that has the role; true where it has it now, false
  // where another process does. Whoever becomes the only writer has waited for the
  // writer that was under way, so no transaction of the caller's may be open; from
  // then on BeginWrite() in other processes is FailedPrecondition. A role ends with
  // GiveUpRole(), Close() or the process, however that ends. As it stands here,
  // which will do for a store of one process, roles are free for the taking.
  // Errors: Unavailable, FailedPrecondition (closed, forked).
  virtual absl::StatusOr<bool> TryTakeRole(Role role);
  virtual void GiveUpRole(Role role);
  virtual bool RoleTakenByOthers(Role role) const;

  // Called after ResourceExhausted, with no transaction of the caller's open. OK:
  // the store can hold more now, or can have more room by another's doing; try
  // again. ResourceExhausted where it cannot: it has its largest size, the disk is
  // full, the system gives no memory. Unavailable where transactions of this
  // process stay open for too long. As it stands here, a store cannot grow.
  virtual absl::Status MakeRoom();

  // Called after a Commit() that failed, with no transaction of the caller's open.
  // OK: the store can go on, and holds the commit whole or not at all. Waits for
  // other transactions of this process. Unavailable, DataLoss where it cannot go
  // on; a later call may try again. As it stands here, there is nothing to do.
  virtual absl::Status Recover();

  // The bell tells every process that has the store open that there is something
  // new. CommitBell() counts how often it was rung: one look at memory. Whoever
  // publishes rings after it, which costs a system call only where somebody waits.
  // WaitForCommitBell() returns once the count is other than `seen`, at `deadline`,
  // or early for no reason. A writer that was killed after its commit has not rung:
  // who waits long looks at LatestCommit() now and then.
  // As they stand here, this object's ringing and everybody's commits are looked
  // for every few milliseconds.
  virtual uint32_t CommitBell() const noexcept;
  virtual void RingCommitBell() noexcept;
  virtual void WaitForCommitBell(uint32_t seen, std::chrono::steady_clock::time_point deadline);

  // As of now. Unimplemented where a store cannot say; otherwise the errors of
  // BeginRead().
  virtual absl::StatusOr<StoreUsage> Usage();

  // Writes the newest commit to a file or a pipe, from where it stands on, as one
  // compact file that can be put in a new store's place. Holds a read transaction
  // for as long as that takes, so that a slow taker makes the store keep old pages.
  // Not synced. Unimplemented where a store is no file; DataLoss (damaged),
  // Unavailable, ResourceExhausted (the disk is full).
  virtual absl::Status Backup(int fd);

  // Whether the store can be read and written now, as far as can be told
  // without changing it. Unavailable with one sentence without paths.
  virtual absl::Status Probe() = 0;

  // Lets go of files and locks. Calls that come later return
  // FailedPrecondition. OK when it was closed before; FailedPrecondition, and
  // still open, while a transaction is.
  virtual absl::Status Close() = 0;

 private:
  std::atomic<uint32_t> rung_{0};
};

}  // namespace muster

#endif  // MUSTER_STORE_H_
