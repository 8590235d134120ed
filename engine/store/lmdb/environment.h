// Environment: LMDB's environment, its tables, and when its map may move.
//
// The map has a fixed size in each process. When the store is to grow beyond it,
// here or because another process made it grow, it has to be mapped anew, which must
// not happen under a transaction of this process; nor must LMDB be closed and
// opened again under one, which is the only cure for a commit whose end is unknown.
// So transactions are counted here, and all of them begin and end here
// (environment.cc); the map and the recovery are in environment_map.cc.
//
// Owned by the store. Every call from any thread; the destructor only when no
// transaction is open.
#ifndef MUSTER_STORE_LMDB_ENVIRONMENT_H_
#define MUSTER_STORE_LMDB_ENVIRONMENT_H_

#include <lmdb.h>

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "muster/store.h"
#include "store/fork_mark.h"
#include "store/lmdb/meta_pages.h"
#include "store/lmdb/unique_fd.h"

namespace muster::store {

// The largest map: half of what a process can address.
inline constexpr uint64_t kMaxMapSize = uint64_t{1} << 46;

class Environment {
 public:
  // How long a writer waits for transactions of this process to end when the map
  // has to move. They are short; what takes longer waits for itself. A reader does
  // not wait.
  static constexpr std::chrono::seconds kPatience{10};
  static constexpr std::chrono::seconds kNoPatience{0};

  // Opens the files in `directory`, which must have passed InspectDataFile() or
  // be without a data file; then that is made, and the tables in it.
  // The caller holds the ProcessLock's gate.
  static absl::StatusOr<std::unique_ptr<Environment>> Open(const std::string& directory,
                                                           size_t map_size, bool create_tables);

  // Makes the map larger after an operation failed, up to `max_size` bytes: twice
  // as large, and enough for what found no place. OK too where another thread or
  // process did it. Errors of Store::MakeRoom().
  absl::Status MakeRoom(uint64_t max_size);

  // Opens LMDB anew where it can be used no longer: after a commit whose end is
  // unknown to it, or where it lost its map. The caller holds the ProcessLock's
  // gate; one thread at a time. Errors of Store::Recover().
  absl::Status Recover();
  bool NeedsRecovery();

  // Calls `use` with LMDB's environment and a read transaction, which is held
  // until it returns LMDB's error number or 0.
  absl::Status WithRead(absl::FunctionRef<int(MDB_env*, MDB_txn*)> use);

  // To be told of an error of an operation in a write transaction, with the bytes
  // of the pair that found no place.
  void NoteFailure(int error, size_t bytes);

  // In a forked child it lets go of nothing: LMDB would free what belongs to the
  // parent, and drop the locks of a store that the child opened for itself.
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  // A transaction, counted. LMDB announces a commit to readers just after it
  // wrote the meta page that LatestCommit() looks at; a writer may be suspended
  // or killed in between, so a read transaction does not wait for that. Beginning
  // a write transaction waits for the one and makes up for the other.
  absl::StatusOr<MDB_txn*> BeginRead();
  absl::StatusOr<MDB_txn*> BeginWrite();

  // Ends a transaction, and counts it off. In a forked child it does neither:
  // the transaction is the parent's.
  //
  // One that has read is kept for the next BeginRead(), with its slot in LMDB's
  // table of readers: to take a new slot means to take a lock that another
  // process may have been suspended with. A kept one keeps no pages.
  void EndRead(MDB_txn* transaction);
  void AbortWrite(MDB_txn* transaction);
  absl::Status Commit(MDB_txn* transaction);

  MDB_dbi table(Table table) const { return tables_[static_cast<size_t>(table)]; }
  int fd() const { return fd_.get(); }
  const MetaPages& meta_pages() const { return *meta_pages_; }
  bool InForkedChild() const { return mark_.InForkedChild(); }
  bool HasTransactions();

 private:
  explicit Environment(const std::string& directory) : directory_(directory) {}

  int OpenLmdb(size_t map_size);  // 0, or the error
  absl::Status Prepare(bool create_tables);
  absl::Status OpenTables(bool create);
  int OpenHandles(MDB_txn* transaction, unsigned flags);
  absl::Status Reopen();
  void CloseLmdb();
  absl::Status CheckMetaPages();
  absl::StatusOr<MDB_txn*> Begin(unsigned flags);
  MDB_txn* TakeIdleRead();  // null where none is kept
  void KeepIdleRead(MDB_txn* transaction);
  absl::Status Enter(uint64_t* map_generation);
  void Leave();
  absl::Status Remap(uint64_t map_generation, std::chrono::seconds patience);
  void RemapIfIdle();
  void FreeDeadReaders();
  absl::Status RemapLocked(uint64_t at_least);
  void FillUpFile();

  const std::string directory_;
  const ForkMark mark_;
  UniqueFd fd_;  // of the data file; stays when LMDB is opened anew
  // Changed while there is no transaction, and otherwise used only within one.
  MDB_env* env_ = nullptr;
  std::array<MDB_dbi, kTableCount> tables_{};
  std::unique_ptr<MetaPages> meta_pages_;

  std::mutex mutex_;  // of what follows
  std::condition_variable idle_;
  int transactions_ = 0;
  std::vector<MDB_txn*> idle_reads_;  // ended, to be begun again
  uint64_t map_size_ = 0;
  uint64_t map_generation_ = 0;  // counts how often the map was made anew
  std::chrono::steady_clock::time_point readers_checked_ = std::chrono::steady_clock::now();
  bool unusable_ = false;  // LMDB has no map now, or is closed, or is about to be
  // The last failure of an operation in a write transaction.
  int failure_ = 0;
  uint64_t failure_generation_ = 0;
  uint64_t failure_bytes_ = 0;
};

}  // namespace muster::store

#endif  // MUSTER_STORE_LMDB_ENVIRONMENT_H_
