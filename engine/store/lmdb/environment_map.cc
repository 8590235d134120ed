// The part of Environment that moves the map, and opens LMDB anew.
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "store/lmdb/data_file.h"
#include "store/lmdb/directory.h"
#include "store/lmdb/environment.h"
#include "store/lmdb/lmdb_status.h"

namespace muster::store {
namespace {

// The least that it is worth to move a map for.
constexpr uint64_t kMinGrowth = uint64_t{1} << 20;

bool HasAddressSpace(uint64_t size) {
  void* const map =
      mmap(nullptr, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (map == MAP_FAILED) return false;
  munmap(map, size);
  return true;
}

absl::Status StillBusy() {
  return absl::UnavailableError(
      "the store has grown, but transactions in this process keep its old map: end them");
}

bool IsSameFile(int a, int b) {
  struct stat info_a, info_b;
  return fstat(a, &info_a) == 0 && fstat(b, &info_b) == 0 && info_a.st_dev == info_b.st_dev &&
         info_a.st_ino == info_b.st_ino;
}

}  // namespace

absl::Status Environment::Enter(uint64_t* map_generation) {
  if (InForkedChild()) {
    return absl::FailedPreconditionError(
        "the store was opened before a fork: open it in the child, after the fork");
  }
  std::lock_guard<std::mutex> lock(mutex_);
  if (unusable_) return LmdbStatus(MDB_PANIC);
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
  if (!idle) return StillBusy();
  return unusable_ ? LmdbStatus(MDB_PANIC) : RemapLocked(0);
}

// Only an offer: without it the store just stays as full as it is here.
void Environment::RemapIfIdle() {
  std::lock_guard<std::mutex> lock(mutex_);
  const uint64_t offered = meta_pages_->map_size();
  if (transactions_ != 0 || unusable_ || offered <= map_size_ || offered > kMaxMapSize) return;
  (void)RemapLocked(0);
}

absl::Status Environment::RemapLocked(uint64_t at_least) {
  uint64_t size = std::max({map_size_, meta_pages_->file_size(), at_least});
  if (meta_pages_->map_size() <= kMaxMapSize) size = std::max(size, meta_pages_->map_size());
  // LMDB gives up the old map first, and cannot be used any more when there is
  // no room for the new one.
  if (!HasAddressSpace(size)) return LmdbStatus(ENOMEM);
  const int error = mdb_env_set_mapsize(env_, size);
  unusable_ = error != 0;
  if (unusable_) return LmdbStatus(error);
  map_size_ = size;
  ++map_generation_;
  return absl::OkStatus();
}

void Environment::NoteFailure(int error, size_t bytes) {
  if (error == 0) return;
  std::lock_guard<std::mutex> lock(mutex_);
  failure_ = error;
  failure_generation_ = map_generation_;
  failure_bytes_ = bytes;
}

absl::Status Environment::MakeRoom(uint64_t max_size) {
  if (InForkedChild()) return BeginRead().status();
  std::unique_lock<std::mutex> lock(mutex_);
  if (failure_ != MDB_MAP_FULL) {
    return LmdbStatus(failure_ == 0 ? MDB_MAP_FULL : failure_);
  }
  const bool idle = idle_.wait_for(lock, kPatience, [&] {
    return transactions_ == 0 || map_generation_ != failure_generation_;
  });
  if (map_generation_ != failure_generation_) return absl::OkStatus();
  if (!idle) return StillBusy();
  if (unusable_) return LmdbStatus(MDB_PANIC);
  // Another process may have been at it before.
  const uint64_t there = meta_pages_->map_size();
  if (there > map_size_ && there <= kMaxMapSize) return RemapLocked(0);
  if (map_size_ >= max_size) return LmdbStatus(MDB_MAP_FULL);
  // Where there is no address space for twice as much, some of it will do.
  const uint64_t page_size = SystemPageSize();
  uint64_t growth = std::max(map_size_, failure_bytes_ / page_size * page_size + kMinGrowth);
  absl::Status status;
  for (growth = std::min(growth, max_size - map_size_);; growth /= 2) {
    status = RemapLocked(map_size_ + growth / page_size * page_size);
    if (status.ok() || unusable_ || growth / 2 < kMinGrowth) return status;
  }
}

bool Environment::NeedsRecovery() {
  if (InForkedChild()) return false;
  absl::StatusOr<MDB_txn*> transaction = BeginRead();
  if (transaction.ok()) {
    EndRead(*transaction);
    return false;
  }
  return transaction.status() == LmdbStatus(MDB_PANIC);
}

absl::Status Environment::Recover() {
  if (InForkedChild()) return BeginRead().status();
  std::unique_lock<std::mutex> lock(mutex_);
  unusable_ = true;  // keeps out whoever would begin a transaction now
  if (!idle_.wait_for(lock, kPatience, [this] { return transactions_ == 0; })) {
    return absl::UnavailableError(
        "the store has to be opened anew, but transactions in this process are still open: end "
        "them");
  }
  CloseLmdb();
  absl::Status status = Reopen();
  if (!status.ok()) CloseLmdb();
  unusable_ = !status.ok();
  ++map_generation_;
  return status;
}

absl::Status Environment::Reopen() {
  const uint64_t offered = meta_pages_->map_size();
  int error = OpenLmdb(offered <= kMaxMapSize ? std::max(map_size_, offered) : map_size_);
  int fd = -1;
  if (error == 0) error = mdb_env_get_fd(env_, &fd);
  if (error != 0) return LmdbStatus(error);
  if (!IsSameFile(fd, fd_.get())) {
    return absl::UnavailableError(
        "the store's data file was replaced: close the store and open it again");
  }
  // The meta page that could not be written may stand on the disk all the same, and the
  // one that LMDB put back over it in memory alone. Before pages are written that the
  // first refers to, the disk must have what is seen here.
  error = mdb_env_sync(env_, 1);
  if (error != 0) return LmdbStatus(error);
  MDB_txn* transaction = nullptr;
  error = mdb_txn_begin(env_, nullptr, MDB_RDONLY, &transaction);
  if (error != 0) return LmdbStatus(error);
  error = OpenHandles(transaction, 0);
  if (error == 0) return LmdbStatus(mdb_txn_commit(transaction));
  mdb_txn_abort(transaction);
  return LmdbStatus(error);
}

}  // namespace muster::store
