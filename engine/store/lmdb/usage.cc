#include "store/lmdb/usage.h"

#include <lmdb.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstring>

#include "store/lmdb/lmdb_status.h"

namespace muster::store {
namespace {

constexpr MDB_dbi kFreeTable = 0;  // LMDB's own: which pages which commit has freed

// Read transactions of other processes, from the lines that LMDB has for people:
// process, thread, and commit or "-".
struct Readers {
  uint64_t count = 0;
  uint64_t oldest = UINT64_MAX;
};

int NoteReader(const char* line, void* context) {
  Readers* const readers = static_cast<Readers*>(context);
  int pid = 0;
  uint64_t commit = 0;
  if (std::sscanf(line, "%d %*s %" SCNu64, &pid, &commit) != 2 || pid == getpid()) return 0;
  ++readers->count;
  readers->oldest = std::min(readers->oldest, commit);
  return 0;
}

// The values of the table are page numbers, the first of them how many there are.
int CountFreePages(MDB_txn* transaction, uint64_t* count) {
  MDB_cursor* cursor = nullptr;
  int error = mdb_cursor_open(transaction, kFreeTable, &cursor);
  if (error != 0) return error;
  MDB_val key, value;
  while ((error = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == 0) {
    size_t pages = 0;
    if (value.mv_size >= sizeof(pages)) std::memcpy(&pages, value.mv_data, sizeof(pages));
    *count += pages;
  }
  mdb_cursor_close(cursor);
  return error == MDB_NOTFOUND ? 0 : error;
}

}  // namespace

absl::StatusOr<StoreUsage> UsageOf(Environment* environment) {
  StoreUsage usage;
  Readers readers;
  struct stat file {};
  absl::Status status = environment->WithRead([&](MDB_env* env, MDB_txn* transaction) {
    MDB_envinfo info;
    MDB_stat stat;
    int error = mdb_env_info(env, &info);
    if (error == 0) error = mdb_env_stat(env, &stat);
    if (error == 0) error = mdb_reader_check(env, nullptr);
    if (error == 0) error = CountFreePages(transaction, &usage.pages_free);
    if (error != 0) return error;
    usage.map_bytes = info.me_mapsize;
    usage.page_bytes = stat.ms_psize;
    usage.pages_used =
        info.me_last_pgno + 1 - std::min<uint64_t>(info.me_last_pgno + 1, usage.pages_free);
    if (mdb_reader_list(env, NoteReader, &readers) < 0) return EIO;
    if (readers.count > 0)
      usage.oldest_reader_lag =
          info.me_last_txnid - std::min<uint64_t>(info.me_last_txnid, readers.oldest);
    return fstat(environment->fd(), &file) == 0 ? 0 : errno;
  });
  if (!status.ok()) return status;
  usage.readers = readers.count;
  usage.file_bytes = static_cast<uint64_t>(file.st_size);
  return usage;
}

}  // namespace muster::store
