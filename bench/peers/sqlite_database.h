// A SQLite database as both SQLite peers use it: WAL, durable, its file mapped
// and cached whole.
#ifndef MUSTER_BENCH_PEERS_SQLITE_DATABASE_H_
#define MUSTER_BENCH_PEERS_SQLITE_DATABASE_H_

#include <sqlite3.h>

#include <string>
#include <string_view>

#include "data/fail.h"

namespace muster_bench {

// Statements, which are prepared once, must be finalized before it ends.
class SqliteDatabase {
 public:
  SqliteDatabase(const std::string& file, const char* schema) {
    constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    Good(sqlite3_open_v2(file.c_str(), &db_, kFlags, nullptr));
    Execute(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA mmap_size=4294967296;"
        "PRAGMA cache_size=-1048576");
    Execute(schema);
  }
  ~SqliteDatabase() { sqlite3_close(db_); }
  SqliteDatabase(const SqliteDatabase&) = delete;
  SqliteDatabase& operator=(const SqliteDatabase&) = delete;

  sqlite3_stmt* Prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    Good(sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr));
    return statement;
  }

  void Execute(const char* sql) { Good(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr)); }

  // Runs a statement that gives no rows.
  void Run(sqlite3_stmt* statement) {
    if (sqlite3_step(statement) != SQLITE_DONE) Fail(sqlite3_errmsg(db_));
    Good(sqlite3_reset(statement));
  }

  // The text must stay until the statement has run.
  void Bind(sqlite3_stmt* statement, int i, std::string_view text) {
    Good(sqlite3_bind_text(statement, i, text.data(), static_cast<int>(text.size()),
                           SQLITE_STATIC));
  }
  void BindBlob(sqlite3_stmt* statement, int i, std::string_view bytes) {
    Good(sqlite3_bind_blob(statement, i, bytes.data(), static_cast<int>(bytes.size()),
                           SQLITE_STATIC));
  }

  void Good(int code) {
    if (code != SQLITE_OK) Fail(std::string("SQLite: ") + sqlite3_errmsg(db_));
  }

 private:
  sqlite3* db_ = nullptr;
};

inline std::string_view ColumnText(sqlite3_stmt* statement, int i) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, i));
  return {text, static_cast<size_t>(sqlite3_column_bytes(statement, i))};
}

}  // namespace muster_bench

#endif  // MUSTER_BENCH_PEERS_SQLITE_DATABASE_H_
