#include "store/lmdb/environment.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

#include "model/text.h"
#include "store/lmdb/data_file.h"
#include "store/lmdb/lmdb_status.h"
#include "store/seal.h"

namespace muster::store {
namespace {

constexpr unsigned kMaxTables = 32;     // room for later formats
constexpr unsigned kMaxReaders = 1024;  // of all processes together
constexpr mode_t kFileMode = 0600;

// How many reader slots this process keeps while it reads nothing.
constexpr size_t kMaxIdleReads = 4;

// How often a writer looks for readers that were killed, whose slots would keep
// old pages from being used again.
constexpr auto kReaderCheckInterval = std::chrono::minutes(1);

// How long a writer whose map has to move waits for transactions of this process.
// They are short; what takes longer waits for itself. A reader does not wait.
constexpr auto kRemapPatience = std::chrono::seconds(10);

bool HasAddressSpace(uint64_t size) {
  void* const map =
      mmap(nullptr, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (map == MAP_FAILED) return false;
  munmap(map, size);
  return true;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Environment>> Environment::Open(const std::string& directory,
                                                               size_t map_size,
                                                               bool create_tables) {
  MDB_env* env = nullptr;
  int error = mdb_env_create(&env);
  if (error != 0) return OpenStatus(directory, error);
  std::unique_ptr<Environment> environment(new Environment(env));
  error = mdb_env_set_maxdbs(env, kMaxTables);
  if (error == 0) error = mdb_env_set_maxreaders(env, kMaxReaders);
  if (error == 0) error = mdb_env_set_mapsize(env, map_size);
  // MDB_NOTLS: a transaction belongs to an object, not to a thread.
  if (error == 0) error = mdb_env_open(env, directory.c_str(), MDB_NOTLS, kFileMode);
  if (error != 0) return OpenStatus(directory, error);
  absl::Status status = environment->Prepare(create_tables);
  if (!status.ok()) {
    return PlaceError(OpenCode(status.code()), directory,
                      model::Concat("cannot be opened: ", model::Message(status)));
  }
  return environment;
}

Environment::~Environment() {
  if (InForkedChild()) return;
  for (MDB_txn* transaction : idle_reads_) mdb_txn_abort(transaction);
  mdb_env_close(env_);
}

bool Environment::InForkedChild() const { return getpid() != pid_; }

absl::Status Environment::Prepare(bool create_tables) {
  int error = mdb_env_get_fd(env_, &fd_);
  if (error != 0) return LmdbStatus(error);
  fcntl(fd_, F_SETFD, FD_CLOEXEC);  // LMDB's own descriptors have it, but this one
  MDB_envinfo info;
  error = mdb_env_info(env_, &info);
  if (error != 0) return LmdbStatus(error);
  map_size_ = info.me_mapsize;
  int dead = 0;
  error = mdb_reader_check(env_, &dead);  // readers of processes that were killed
  if (error != 0) return LmdbStatus(error);

  absl::StatusOr<std::unique_ptr<MetaPages>> meta_pages = MetaPages::Map(fd_);
  if (!meta_pages.ok()) return meta_pages.status();
  meta_pages_ = *std::move(meta_pages);
  // LMDB does not sync the meta pages that it begins a file with. Until they are on the
  // disk nothing may follow them, or a power cut could leave what is not known for a store.
  if (create_tables) error = mdb_env_sync(env_, 1);
  if (error != 0) return LmdbStatus(error);
  absl::Status status = OpenTables(create_tables);
  return status.ok() ? CheckMetaPages() : status;
}

// Whether our reading of the meta pages is LMDB's own.
absl::Status Environment::CheckMetaPages() {
  MDB_envinfo info;
  const uint64_t before = meta_pages_->LatestCommit();
  const int error = mdb_env_info(env_, &info);
  if (error != 0) return LmdbStatus(error);
  const uint64_t after = meta_pages_->LatestCommit();
  if (before <= info.me_last_txnid && info.me_last_txnid <= after) return absl::OkStatus();
  return absl::FailedPreconditionError("unsupported LMDB build: use LMDB 0.9, 64 bits");
}

absl::Status Environment::OpenTables(bool create) {
  absl::StatusOr<MDB_txn*> transaction = Begin(create ? 0 : MDB_RDONLY);
  if (!transaction.ok()) return transaction.status();
  for (int i = 0; i < kTableCount; ++i) {
    const std::string name(TableName(static_cast<Table>(i)));
    const int error =
        mdb_dbi_open(*transaction, name.c_str(), create ? MDB_CREATE : 0, &tables_[i]);
    if (error != 0) {
      AbortWrite(*transaction);
      // A store of an older format lacks the newer tables.
      if (error == MDB_NOTFOUND && !create) return OpenTables(true);
      return LmdbStatus(error);
    }
  }
  // Also ends a read transaction; only so do its handles stay.
  return Commit(*transaction);
}

absl::StatusOr<MDB_txn*> Environment::BeginRead() { return Begin(MDB_RDONLY); }

absl::StatusOr<MDB_txn*> Environment::BeginWrite() {
  if (!InForkedChild()) {
    // Another process may have been given a larger map; then that counts here too.
    RemapIfIdle();
    FreeDeadReaders();
  }
  return Begin(0);
}

void Environment::FreeDeadReaders() {
  const auto now = std::chrono::steady_clock::now();
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (now - readers_checked_ < kReaderCheckInterval) return;
    readers_checked_ = now;
  }
  (void)mdb_reader_check(env_, nullptr);  // Begin() says what is wrong, if anything
}

absl::StatusOr<MDB_txn*> Environment::Begin(unsigned flags) {
  bool freed_readers = false;
  for (;;) {
    uint64_t map_generation = 0;
    absl::Status status = Enter(&map_generation);
    if (!status.ok()) return status;
    MDB_txn* transaction = (flags & MDB_RDONLY) != 0 ? TakeIdleRead() : nullptr;
    const bool renewed = transaction != nullptr;
    const int error = renewed ? mdb_txn_renew(transaction)
                              : mdb_txn_begin(env_, nullptr, flags, &transaction);
    if (error == 0) return transaction;
    // A slot that is not ours any more is left alone, handle and all: LMDB would
    // clear it under whoever has it now.
    if (renewed && error != MDB_BAD_RSLOT) KeepIdleRead(transaction);
    Leave();
    if (renewed && error == MDB_BAD_RSLOT) continue;
    if (error == MDB_MAP_RESIZED) {
      status = Remap(map_generation,
                     (flags & MDB_RDONLY) != 0 ? std::chrono::seconds(0) : kRemapPatience);
    } else if (error == MDB_READERS_FULL && !std::exchange(freed_readers, true)) {
      // Processes that were killed keep their places until somebody looks.
      status = LmdbStatus(mdb_reader_check(env_, nullptr));
    } else {
      status = LmdbStatus(error);
    }
    if (!status.ok()) return status;
  }
}

MDB_txn* Environment::TakeIdleRead() {
  std::lock_guard<std::mutex> lock(mutex_);
  if (idle_reads_.empty()) return nullptr;
  MDB_txn* const transaction = idle_reads_.back();
  idle_reads_.pop_back();
  return transaction;
}

void Environment::KeepIdleRead(MDB_txn* transaction) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (idle_reads_.size() < kMaxIdleReads) {
      idle_reads_.push_back(transaction);
      return;
    }
  }
  mdb_txn_abort(transaction);
}

void Environment::EndRead(MDB_txn* transaction) {
  if (InForkedChild()) return;
  mdb_txn_reset(transaction);
  KeepIdleRead(transaction);
  Leave();
}

void Environment::AbortWrite(MDB_txn* transaction) {
  // In a child the slot and the lock are the parent's, and the mutex may have
  // been held by a thread that the child has not.
  if (InForkedChild()) return;
  mdb_txn_abort(transaction);
  Leave();
}

absl::Status Environment::Commit(MDB_txn* transaction) {
  if (InForkedChild()) {
    return absl::FailedPreconditionError(
        "the transaction was begun before a fork: begin it in the child, after the fork");
  }
  const int error = mdb_txn_commit(transaction);
  if (error == 0) FillUpFile();
  Leave();
  return LmdbStatus(error);
}

// LMDB may leave the file shorter than the meta page says: pages at its end that
// a transaction took and gave back are counted but never written. That is no
// harm to LMDB, but looks like a file that was cut short. So the last page is
// given room, in a way that can only lengthen the file: another process may have
// made it longer since. Where the file system cannot do that, or the process is
// killed before, data_file.h looks for what is really missing.
void Environment::FillUpFile() {
  const uint64_t size = meta_pages_->file_size();
  struct stat info;
  if (fstat(fd_, &info) != 0 || static_cast<uint64_t>(info.st_size) >= size) return;
  (void)fallocate(fd_, 0, static_cast<off_t>(size - 1), 1);
}

absl::Status Environment::Enter(uint64_t* map_generation) {
  if (InForkedChild()) {
    return absl::FailedPreconditionError(
        "the store was opened before a fork: open it in the child, after the fork");
  }
  std::lock_guard<std::mutex> lock(mutex_);
  if (lost_map_) return LmdbStatus(MDB_PANIC);
  *map_generation = map_generation_;
  ++transactions_;
  return absl::OkStatus();
}

void Environment::Leave() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    --transactions_;
  }
  idle_.notify_all();
}

bool Environment::HasTransactions() {
  if (InForkedChild()) return false;  // they are the parent's
  std::lock_guard<std::mutex> lock(mutex_);
  return transactions_ > 0;
}

absl::Status Environment::Remap(uint64_t map_generation, std::chrono::seconds patience) {
  std::unique_lock<std::mutex> lock(mutex_);
  const bool idle = idle_.wait_for(
      lock, patience, [&] { return transactions_ == 0 || map_generation_ != map_generation; });
  if (map_generation_ != map_generation) return absl::OkStatus();  // another thread did it
  if (idle) return RemapLocked();
  return absl::UnavailableError(
      "the store has grown, but transactions in this process keep its old map: end them");
}

// Only an offer: without it the store just stays as full as it is here.
void Environment::RemapIfIdle() {
  std::lock_guard<std::mutex> lock(mutex_);
  const uint64_t offered = meta_pages_->map_size();
  if (transactions_ != 0 || lost_map_ || offered <= map_size_ || offered > kMaxMapSize) return;
  (void)RemapLocked();
}

absl::Status Environment::RemapLocked() {
  uint64_t size = std::max(map_size_, meta_pages_->file_size());
  if (meta_pages_->map_size() <= kMaxMapSize) size = std::max(size, meta_pages_->map_size());
  // LMDB gives up the old map first, and cannot be used any more when there is
  // no room for the new one.
  if (!HasAddressSpace(size)) return LmdbStatus(ENOMEM);
  const int error = mdb_env_set_mapsize(env_, size);
  lost_map_ = error != 0;
  if (lost_map_) return LmdbStatus(error);
  map_size_ = size;
  ++map_generation_;
  return absl::OkStatus();
}

}  // namespace muster::store
