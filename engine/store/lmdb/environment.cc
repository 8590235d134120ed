#include "store/lmdb/environment.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

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

}  // namespace

absl::StatusOr<std::unique_ptr<Environment>> Environment::Open(const std::string& directory,
                                                               size_t map_size,
                                                               bool create_tables) {
  std::unique_ptr<Environment> environment(new Environment(directory));
  int error = environment->OpenLmdb(map_size);
  if (error != 0) return OpenStatus(directory, error);
  absl::Status status = environment->Prepare(create_tables);
  if (!status.ok()) {
    return PlaceError(OpenCode(status.code()), directory,
                      model::Concat("cannot be opened: ", model::Message(status)));
  }
  return environment;
}

Environment::~Environment() {
  if (!InForkedChild()) CloseLmdb();
}

int Environment::OpenLmdb(size_t map_size) {
  idle_reads_.reserve(kMaxIdleReads);  // to keep one must not fail
  int error = mdb_env_create(&env_);
  if (error != 0) return error;
  error = mdb_env_set_maxdbs(env_, kMaxTables);
  if (error == 0) error = mdb_env_set_maxreaders(env_, kMaxReaders);
  if (error == 0) error = mdb_env_set_mapsize(env_, map_size);
  // MDB_NOTLS: a transaction belongs to an object, not to a thread.
  if (error == 0) error = mdb_env_open(env_, directory_.c_str(), MDB_NOTLS, kFileMode);
  int fd = -1;
  if (error == 0) error = mdb_env_get_fd(env_, &fd);
  if (error != 0) return error;
  fcntl(fd, F_SETFD, FD_CLOEXEC);  // LMDB's own descriptors have it, but this one
  MDB_envinfo info;
  error = mdb_env_info(env_, &info);
  if (error != 0) return error;
  map_size_ = info.me_mapsize;
  return mdb_reader_check(env_, nullptr);  // readers of processes that were killed
}

void Environment::CloseLmdb() {
  for (MDB_txn* transaction : idle_reads_) mdb_txn_abort(transaction);
  idle_reads_.clear();
  if (env_ != nullptr) mdb_env_close(env_);
  env_ = nullptr;
}

absl::Status Environment::Prepare(bool create_tables) {
  int fd = -1;
  int error = mdb_env_get_fd(env_, &fd);
  if (error != 0) return LmdbStatus(error);
  fd_ = UniqueFd(fcntl(fd, F_DUPFD_CLOEXEC, 0));
  if (!fd_.valid()) return LmdbStatus(errno);
  absl::StatusOr<std::unique_ptr<MetaPages>> meta_pages = MetaPages::Map(fd_.get());
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
  const int error = OpenHandles(*transaction, create ? MDB_CREATE : 0);
  if (error != 0) {
    AbortWrite(*transaction);
    // A store of an older format lacks the newer tables.
    if (error == MDB_NOTFOUND && !create) return OpenTables(true);
    return LmdbStatus(error);
  }
  // Also ends a read transaction; only so do its handles stay.
  return Commit(*transaction);
}

int Environment::OpenHandles(MDB_txn* transaction, unsigned flags) {
  int error = 0;
  for (int i = 0; i < kTableCount && error == 0; ++i) {
    const std::string name(TableName(static_cast<Table>(i)));
    error = mdb_dbi_open(transaction, name.c_str(), flags, &tables_[i]);
  }
  return error;
}

absl::Status Environment::WithRead(absl::FunctionRef<int(MDB_env*, MDB_txn*)> use) {
  absl::StatusOr<MDB_txn*> transaction = BeginRead();
  if (!transaction.ok()) return transaction.status();
  const int error = use(env_, *transaction);
  EndRead(*transaction);
  return LmdbStatus(error);
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
  uint64_t map_generation = 0;
  if (!Enter(&map_generation).ok()) return;  // Begin() says what is wrong, if anything
  (void)mdb_reader_check(env_, nullptr);
  Leave();
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
    // Processes that were killed keep their places until somebody looks.
    const bool free_readers = error == MDB_READERS_FULL && !std::exchange(freed_readers, true);
    if (free_readers) status = LmdbStatus(mdb_reader_check(env_, nullptr));
    Leave();
    if (renewed && error == MDB_BAD_RSLOT) continue;
    if (error == MDB_MAP_RESIZED) {
      status = Remap(map_generation, (flags & MDB_RDONLY) != 0 ? kNoPatience : kPatience);
    } else if (!free_readers) {
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
  NoteFailure(error, 0);
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
  if (fstat(fd_.get(), &info) != 0 || static_cast<uint64_t>(info.st_size) >= size) return;
  (void)fallocate(fd_.get(), 0, static_cast<off_t>(size - 1), 1);
}

}  // namespace muster::store
