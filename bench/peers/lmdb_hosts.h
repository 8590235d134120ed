// A table of hosts in LMDB, as the LMDB peers use it: durable where they do not say
// otherwise, one read transaction per peer that is renewed for each request, one cursor.
#ifndef MUSTER_BENCH_PEERS_LMDB_HOSTS_H_
#define MUSTER_BENCH_PEERS_LMDB_HOSTS_H_

#include <lmdb.h>

#include <string>
#include <string_view>

#include "data/fail.h"

namespace muster_bench {

inline void CheckLmdb(int code, const char* what) {
  if (code != MDB_SUCCESS) Fail(std::string(what) + ": " + mdb_strerror(code));
}

inline std::string_view Text(const MDB_val& value) {
  return {static_cast<const char*>(value.mv_data), value.mv_size};
}
inline MDB_val Value(std::string_view text) {
  return {text.size(), const_cast<char*>(text.data())};
}

class LmdbHosts {
 public:
  // `flags`: 0, or MDB_NOSYNC, with which nothing waits for the disk.
  explicit LmdbHosts(const std::string& directory, unsigned flags = 0) {
    CheckLmdb(mdb_env_create(&env_), "mdb_env_create");
    CheckLmdb(mdb_env_set_mapsize(env_, size_t{8} << 30), "mdb_env_set_mapsize");
    CheckLmdb(mdb_env_open(env_, directory.c_str(), MDB_NOTLS | flags, 0600), "mdb_env_open");
    MDB_txn* write = nullptr;
    CheckLmdb(mdb_txn_begin(env_, nullptr, 0, &write), "mdb_txn_begin");
    CheckLmdb(mdb_dbi_open(write, nullptr, 0, &dbi_), "mdb_dbi_open");
    CheckLmdb(mdb_txn_commit(write), "mdb_txn_commit");
    CheckLmdb(mdb_txn_begin(env_, nullptr, MDB_RDONLY, &read_), "mdb_txn_begin");
    CheckLmdb(mdb_cursor_open(read_, dbi_, &cursor_), "mdb_cursor_open");
    mdb_txn_reset(read_);
  }
  ~LmdbHosts() {
    mdb_cursor_close(cursor_);
    mdb_txn_abort(read_);
    mdb_env_close(env_);
  }
  LmdbHosts(const LmdbHosts&) = delete;
  LmdbHosts& operator=(const LmdbHosts&) = delete;

  // Brings to the disk what was committed without waiting for it.
  void Sync() { CheckLmdb(mdb_env_sync(env_, 1), "mdb_env_sync"); }

  // Calls `put(transaction, dbi)` in a write transaction and commits it.
  template <typename Put>
  void Write(const Put& put) {
    MDB_txn* write = nullptr;
    CheckLmdb(mdb_txn_begin(env_, nullptr, 0, &write), "mdb_txn_begin");
    put(write, dbi_);
    CheckLmdb(mdb_txn_commit(write), "mdb_txn_commit");
  }

  // Walks past `offset` rows of the newest version and calls `row(key, value)`
  // for up to `limit` of those that follow. Returns how many there were.
  template <typename Row>
  size_t ForPage(int64_t offset, int limit, const Row& row) {
    CheckLmdb(mdb_txn_renew(read_), "mdb_txn_renew");
    CheckLmdb(mdb_cursor_renew(read_, cursor_), "mdb_cursor_renew");
    MDB_val key;
    MDB_val value;
    int code = mdb_cursor_get(cursor_, &key, &value, MDB_FIRST);
    for (int64_t k = 0; k < offset && code == MDB_SUCCESS; ++k) {
      code = mdb_cursor_get(cursor_, &key, &value, MDB_NEXT);
    }
    size_t count = 0;
    while (code == MDB_SUCCESS) {
      row(key, value);
      if (++count == static_cast<size_t>(limit)) break;
      code = mdb_cursor_get(cursor_, &key, &value, MDB_NEXT);
    }
    mdb_txn_reset(read_);
    return count;
  }

 private:
  MDB_env* env_ = nullptr;
  MDB_dbi dbi_ = 0;
  MDB_txn* read_ = nullptr;
  MDB_cursor* cursor_ = nullptr;
};

}  // namespace muster_bench

#endif  // MUSTER_BENCH_PEERS_LMDB_HOSTS_H_
