#include <mutex>

#include "peers/host_writer.h"
#include "peers/sqlite_database.h"

namespace muster_bench {
namespace {

constexpr const char* kSchema = R"(
  CREATE TABLE hosts (id TEXT PRIMARY KEY, status TEXT NOT NULL, free_mib INTEGER NOT NULL,
                      vm_count INTEGER NOT NULL, rootfses TEXT) WITHOUT ROWID, STRICT;)";

// A host's rootfses as a text, in which it is.
std::string RootfsesText(const muster::Host& host) {
  std::string text;
  for (const std::string& name : host.rootfses) text += (text.empty() ? "" : " ") + name;
  return text;
}

class SqliteHostWriter : public HostWriter {
 public:
  SqliteHostWriter(const std::vector<muster::Host>& hosts, const std::string& directory)
      : db_(directory + "/hosts.sqlite", kSchema) {
    for (const muster::Host& host : hosts) ids_.push_back(host.id);
    Load(hosts);
    select_ = db_.Prepare("SELECT free_mib FROM hosts ORDER BY id");
    // Outside of BEGIN and COMMIT a statement is a transaction: the shortest there is.
    update_ = db_.Prepare("UPDATE hosts SET free_mib = ?2 WHERE id = ?1");
  }
  ~SqliteHostWriter() override {
    sqlite3_finalize(select_);
    sqlite3_finalize(update_);
  }

  void Update(std::span<const HostUpdate> updates) override {
    Check(updates.size() == 1, "SQLite is asked for single updates only");
    const std::lock_guard<std::mutex> lock(mutex_);
    db_.Bind(update_, 1, ids_[updates[0].host]);
    db_.Good(sqlite3_bind_int64(update_, 2, updates[0].free_mib));
    db_.Run(update_);
  }

  std::vector<int64_t> FreeMib() override {
    std::vector<int64_t> free_mib;
    while (sqlite3_step(select_) == SQLITE_ROW) {
      free_mib.push_back(sqlite3_column_int64(select_, 0));
    }
    db_.Good(sqlite3_reset(select_));
    return free_mib;
  }

 private:
  void Load(const std::vector<muster::Host>& hosts) {
    sqlite3_stmt* const insert = db_.Prepare("INSERT INTO hosts VALUES (?, ?, ?, ?, ?)");
    db_.Execute("BEGIN");
    for (const muster::Host& host : hosts) {
      const std::string rootfses = RootfsesText(host);
      db_.Bind(insert, 1, host.id);
      db_.Bind(insert, 2, muster::HostStatusName(host.status));
      db_.Good(sqlite3_bind_int64(insert, 3, host.free_mib));
      db_.Good(sqlite3_bind_int64(insert, 4, host.vm_count));
      db_.Bind(insert, 5, rootfses);
      db_.Run(insert);
    }
    db_.Execute("COMMIT");
    sqlite3_finalize(insert);
    db_.Execute("PRAGMA wal_checkpoint(TRUNCATE); ANALYZE");
  }

  SqliteDatabase db_;
  std::mutex mutex_;  // the connection is one thread's at a time
  std::vector<std::string> ids_;
  sqlite3_stmt* select_ = nullptr;
  sqlite3_stmt* update_ = nullptr;
};

}  // namespace

std::unique_ptr<HostWriter> MakeSqliteHostWriter(const std::vector<muster::Host>& hosts,
                                                 const std::string& directory) {
  return std::make_unique<SqliteHostWriter>(hosts, directory);
}

}  // namespace muster_bench
