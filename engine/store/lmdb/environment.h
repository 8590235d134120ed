// Environment: LMDB's environment, its tables, and when its map may move.
//
// The map has a fixed size in each process. When another process has made the
// store grow beyond it, it has to be mapped anew, which must not happen under a
// transaction of this process; so transactions are counted here, and all of them
// begin and end here.
//
// Owned by the store. Every call from any thread; the destructor only when no
// transaction is open.
#ifndef MUSTER_STORE_LMDB_ENVIRONMENT_H_
#define MUSTER_STORE_LMDB_ENVIRONMENT_H_

#include <lmdb.h>
#include <sys/types.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "muster/store.h"
#include "store/lmdb/meta_pages.h"

namespace muster::store {

// The largest map: half of what a process can address.
inline constexpr uint64_t kMaxMapSize = uint64_t{1} << 46;

class Environment {
 public:
  // Opens the files in `directory`, which must have passed InspectDataFile() or
  // be without a data file; then that is made, and the tables in it.
  // The caller holds the ProcessLock's gate.
  static absl::StatusOr<std::unique_ptr<Environment>> Open(const std::string& directory,
                                                           size_t map_size, bool create_tables);

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
  int fd() const { return fd_; }
  const MetaPages& meta_pages() const { return *meta_pages_; }
  bool InForkedChild() const;
  bool HasTransactions();

 private:
  explicit Environment(MDB_env* env) : env_(env) {}

  absl::Status Prepare(bool create_tables);
  absl::Status OpenTables(bool create);
  absl::Status CheckMetaPages();
  absl::StatusOr<MDB_txn*> Begin(unsigned flags);
  MDB_txn* TakeIdleRead();  // null where none is kept
  void KeepIdleRead(MDB_txn* transaction);
  absl::Status Enter(uint64_t* map_generation);
  void Leave();
  absl::Status Remap(uint64_t map_generation, std::chrono::seconds patience);
  void RemapIfIdle();
  void FreeDeadReaders();
  absl::Status RemapLocked();
  void FillUpFile();

  MDB_env* const env_;
  const pid_t pid_ = getpid();
  int fd_ = -1;  // LMDB's own, of the data file
  std::array<MDB_dbi, kTableCount> tables_{};
  std::unique_ptr<MetaPages> meta_pages_;

  std::mutex mutex_;  // of what follows
  std::condition_variable idle_;
  int transactions_ = 0;
  std::vector<MDB_txn*> idle_reads_;  // ended, to be begun again
  uint64_t map_size_ = 0;
  uint64_t map_generation_ = 0;  // counts how often the map was made anew
  std::chrono::steady_clock::time_point readers_checked_ = std::chrono::steady_clock::now();
  bool lost_map_ = false;  // it could not be; LMDB has none now
};

}  // namespace muster::store

#endif  // MUSTER_STORE_LMDB_ENVIRONMENT_H_
