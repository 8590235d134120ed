// LMDB: from a key's hash to the user's id, from there to the counts, in one read
// transaction that is renewed for each request.
#include <cstring>

#include "peers/json_page.h"
#include "peers/lmdb_hosts.h"
#include "peers/whoami_peer.h"

namespace muster_bench {
namespace {

struct Counts {
  uint32_t running, paused, other, total;
};

class LmdbWhoami : public WhoamiPeer {
 public:
  LmdbWhoami(const std::vector<muster::User>& users, const std::string& directory) {
    CheckLmdb(mdb_env_create(&env_), "mdb_env_create");
    CheckLmdb(mdb_env_set_mapsize(env_, size_t{8} << 30), "mdb_env_set_mapsize");
    CheckLmdb(mdb_env_set_maxdbs(env_, 2), "mdb_env_set_maxdbs");
    CheckLmdb(mdb_env_open(env_, directory.c_str(), MDB_NOTLS, 0600), "mdb_env_open");
    Fill(users);
    CheckLmdb(mdb_txn_begin(env_, nullptr, MDB_RDONLY, &read_), "mdb_txn_begin");
    mdb_txn_reset(read_);
  }
  ~LmdbWhoami() override {
    mdb_txn_abort(read_);
    mdb_env_close(env_);
  }

  std::string_view Ask(std::string_view api_key) override {
    const KeyHash hash = HashOf(api_key);
    CheckLmdb(mdb_txn_renew(read_), "mdb_txn_renew");
    MDB_val key = Value(Text(hash));
    MDB_val user;
    MDB_val counts;
    const bool found = mdb_get(read_, keys_, &key, &user) == MDB_SUCCESS &&
                       mdb_get(read_, users_, &user, &counts) == MDB_SUCCESS;
    if (found) Render(Text(user), Text(counts));
    mdb_txn_reset(read_);
    return found ? page_.text() : std::string_view();
  }

 private:
  void Render(std::string_view user, std::string_view bytes) {
    Counts counts;
    std::memcpy(&counts, bytes.data(), sizeof counts);
    page_.Whoami(user, counts.running, counts.paused, counts.other, counts.total);
  }

  void Fill(const std::vector<muster::User>& users) {
    MDB_txn* write = nullptr;
    CheckLmdb(mdb_txn_begin(env_, nullptr, 0, &write), "mdb_txn_begin");
    CheckLmdb(mdb_dbi_open(write, "keys", MDB_CREATE, &keys_), "mdb_dbi_open");
    CheckLmdb(mdb_dbi_open(write, "users", MDB_CREATE, &users_), "mdb_dbi_open");
    for (const muster::User& user : users) {
      const KeyHash hash = HashOf(user.api_keys->front());
      const auto count = [](int64_t n) { return static_cast<uint32_t>(n); };
      const Counts counts = {count(user.stats->running), count(user.stats->paused),
                             count(user.stats->other), count(user.stats->total)};
      Put(write, keys_, Text(hash), user.id);
      Put(write, users_, user.id, {reinterpret_cast<const char*>(&counts), sizeof counts});
    }
    CheckLmdb(mdb_txn_commit(write), "mdb_txn_commit");
  }

  static void Put(MDB_txn* write, MDB_dbi dbi, std::string_view key, std::string_view value) {
    MDB_val k = Value(key);
    MDB_val v = Value(value);
    CheckLmdb(mdb_put(write, dbi, &k, &v, 0), "mdb_put");
  }

  MDB_env* env_ = nullptr;
  MDB_dbi keys_ = 0;
  MDB_dbi users_ = 0;
  MDB_txn* read_ = nullptr;
  JsonPage page_;
};

}  // namespace

std::unique_ptr<WhoamiPeer> MakeLmdbWhoami(const std::vector<muster::User>& users,
                                           const std::string& directory) {
  return std::make_unique<LmdbWhoami>(users, directory);
}

}  // namespace muster_bench
