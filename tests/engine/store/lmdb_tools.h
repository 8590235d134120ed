// LMDB by itself, as other programs use it: for files that are not ours, or that
// only LMDB alone leaves behind.
#ifndef MUSTER_TESTS_ENGINE_STORE_LMDB_TOOLS_H_
#define MUSTER_TESTS_ENGINE_STORE_LMDB_TOOLS_H_

#include <gtest/gtest.h>
#include <lmdb.h>

#include <filesystem>
#include <functional>
#include <string>

namespace muster::store {

// Runs `work` in a write transaction of an environment in `path`, and commits.
inline void WithLmdb(const std::string& path,
                     const std::function<void(MDB_txn* transaction)>& work) {
  std::filesystem::create_directories(path);
  MDB_env* env = nullptr;
  MDB_txn* transaction = nullptr;
  ASSERT_EQ(mdb_env_create(&env), 0);
  ASSERT_EQ(mdb_env_set_maxdbs(env, 16), 0);
  ASSERT_EQ(mdb_env_set_mapsize(env, size_t{256} << 20), 0);
  ASSERT_EQ(mdb_env_open(env, path.c_str(), MDB_NOTLS, 0600), 0);
  ASSERT_EQ(mdb_txn_begin(env, nullptr, 0, &transaction), 0);
  work(transaction);
  ASSERT_EQ(mdb_txn_commit(transaction), 0);
  mdb_env_close(env);
}

inline MDB_dbi OpenTable(MDB_txn* transaction, const char* name, unsigned flags = MDB_CREATE) {
  MDB_dbi table = 0;
  EXPECT_EQ(mdb_dbi_open(transaction, name, flags, &table), 0);
  return table;
}

inline void PutPair(MDB_txn* transaction, MDB_dbi table, std::string key, std::string value) {
  MDB_val mdb_key{key.size(), key.data()}, mdb_value{value.size(), value.data()};
  ASSERT_EQ(mdb_put(transaction, table, &mdb_key, &mdb_value, 0), 0);
}

}  // namespace muster::store

#endif  // MUSTER_TESTS_ENGINE_STORE_LMDB_TOOLS_H_
