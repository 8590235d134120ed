// SQLite: one prepared statement from a key's hash to the user's counts, over two
// tables WITHOUT ROWID.
#include "peers/json_page.h"
#include "peers/sqlite_database.h"
#include "peers/whoami_peer.h"

namespace muster_bench {
namespace {

constexpr const char* kSchema = R"(
  CREATE TABLE users (id TEXT PRIMARY KEY, running INTEGER NOT NULL, paused INTEGER NOT NULL,
                      other INTEGER NOT NULL, total INTEGER NOT NULL) WITHOUT ROWID, STRICT;
  CREATE TABLE keys (hash BLOB PRIMARY KEY, user_id TEXT NOT NULL) WITHOUT ROWID, STRICT;)";
constexpr const char* kSelect =
    "SELECT id, running, paused, other, total FROM keys JOIN users ON users.id = user_id "
    "WHERE hash = ?";

class SqliteWhoami : public WhoamiPeer {
 public:
  SqliteWhoami(const std::vector<muster::User>& users, const std::string& directory)
      : db_(directory + "/users.sqlite", kSchema) {
    Fill(users);
    db_.Execute("PRAGMA wal_checkpoint(TRUNCATE); ANALYZE");
    select_ = db_.Prepare(kSelect);
  }
  ~SqliteWhoami() override { sqlite3_finalize(select_); }

  std::string_view Ask(std::string_view api_key) override {
    const KeyHash hash = HashOf(api_key);
    db_.BindBlob(select_, 1, Text(hash));
    const bool found = sqlite3_step(select_) == SQLITE_ROW;
    if (found) {
      const auto count = [this](int i) { return sqlite3_column_int64(select_, i); };
      page_.Whoami(ColumnText(select_, 0), count(1), count(2), count(3), count(4));
    }
    db_.Good(sqlite3_reset(select_));
    return found ? page_.text() : std::string_view();
  }

 private:
  void Fill(const std::vector<muster::User>& users) {
    sqlite3_stmt* const user_row = db_.Prepare("INSERT INTO users VALUES (?, ?, ?, ?, ?)");
    sqlite3_stmt* const key_row = db_.Prepare("INSERT INTO keys VALUES (?, ?)");
    db_.Execute("BEGIN");
    for (const muster::User& user : users) {
      db_.Bind(user_row, 1, user.id);
      db_.Good(sqlite3_bind_int64(user_row, 2, user.stats->running));
      db_.Good(sqlite3_bind_int64(user_row, 3, user.stats->paused));
      db_.Good(sqlite3_bind_int64(user_row, 4, user.stats->other));
      db_.Good(sqlite3_bind_int64(user_row, 5, user.stats->total));
      db_.Run(user_row);
      const KeyHash hash = HashOf(user.api_keys->front());
      db_.BindBlob(key_row, 1, Text(hash));
      db_.Bind(key_row, 2, user.id);
      db_.Run(key_row);
    }
    db_.Execute("COMMIT");
    sqlite3_finalize(user_row);
    sqlite3_finalize(key_row);
  }

  SqliteDatabase db_;
  sqlite3_stmt* select_ = nullptr;
  JsonPage page_;
};

}  // namespace

std::unique_ptr<WhoamiPeer> MakeSqliteWhoami(const std::vector<muster::User>& users,
                                             const std::string& directory) {
  return std::make_unique<SqliteWhoami>(users, directory);
}

}  // namespace muster_bench
