// SQLite: WAL, a table WITHOUT ROWID whose primary key is the list's order, one
// prepared statement with LIMIT and OFFSET, the file mapped and cached whole.
// A host's rootfses are kept as the JSON that clients get.
#include <benchmark/benchmark.h>

#include "peers/json_page.h"
#include "peers/peer.h"
#include "peers/sqlite_database.h"

namespace muster_bench {
namespace {

constexpr const char* kSchema = R"(
  CREATE TABLE hosts (id TEXT PRIMARY KEY, status TEXT NOT NULL, free_mib INTEGER NOT NULL,
                      vm_count INTEGER NOT NULL, rootfses TEXT) WITHOUT ROWID, STRICT;)";
constexpr const char* kSelect =
    "SELECT id, status, free_mib, vm_count, rootfses FROM hosts ORDER BY id LIMIT ? OFFSET ?";
constexpr const char* kReplace = "REPLACE INTO hosts VALUES (?, ?, ?, ?, ?)";

std::string RootfsesText(const muster::Host& host) {
  std::string text;
  for (const std::string& name : host.rootfses) {
    text += (text.empty() ? "[\"" : ",\"") + name + "\"";
  }
  return text.empty() ? text : text + "]";
}

class Sqlite : public BufferPeer {
 public:
  explicit Sqlite(const PeerInput& input)
      : db_(input.directory + "/hosts.sqlite", kSchema), total_(input.hosts.size()) {
    select_ = db_.Prepare(kSelect);
    replace_ = db_.Prepare(kReplace);
    begin_ = db_.Prepare("BEGIN IMMEDIATE");
    commit_ = db_.Prepare("COMMIT");
    Update(input.hosts);
    db_.Execute("PRAGMA wal_checkpoint(TRUNCATE); ANALYZE");
  }
  ~Sqlite() override {
    for (sqlite3_stmt* statement : {select_, replace_, begin_, commit_}) {
      sqlite3_finalize(statement);
    }
  }

  void MakePage(const Place& place) override {
    page_.Begin();
    sqlite3_bind_int(select_, 1, place.limit);
    sqlite3_bind_int64(select_, 2, place.offset);
    size_t count = 0;
    while (sqlite3_step(select_) == SQLITE_ROW) {
      WriteHost();
      ++count;
    }
    db_.Good(sqlite3_reset(select_));
    page_.End(total_, place, count);
    benchmark::ClobberMemory();
  }

  void Update(const std::vector<muster::Host>& hosts) override {
    db_.Run(begin_);
    for (const muster::Host& host : hosts) {
      const std::string rootfses = RootfsesText(host);
      db_.Bind(replace_, 1, host.id);
      db_.Bind(replace_, 2, muster::HostStatusName(host.status));
      db_.Good(sqlite3_bind_int64(replace_, 3, host.free_mib));
      db_.Good(sqlite3_bind_int64(replace_, 4, host.vm_count));
      if (rootfses.empty()) {
        db_.Good(sqlite3_bind_null(replace_, 5));
      } else {
        db_.Bind(replace_, 5, rootfses);
      }
      db_.Run(replace_);
    }
    db_.Run(commit_);
  }

 private:
  void WriteHost() {
    page_.BeginHost(ColumnText(select_, 0), ColumnText(select_, 1),
                    sqlite3_column_int64(select_, 2), sqlite3_column_int64(select_, 3));
    if (const std::string_view rootfses = ColumnText(select_, 4); !rootfses.empty()) {
      page_.Key("rootfses");
      page_.writer().RawValue(rootfses.data(), rootfses.size(), rapidjson::kArrayType);
    }
    page_.writer().EndObject();
  }

  std::string_view buffer() const override { return page_.text(); }

  SqliteDatabase db_;
  sqlite3_stmt* select_ = nullptr;
  sqlite3_stmt* replace_ = nullptr;
  sqlite3_stmt* begin_ = nullptr;
  sqlite3_stmt* commit_ = nullptr;
  size_t total_;
  JsonPage page_;
};

}  // namespace

std::unique_ptr<Peer> MakeSqlite(const PeerInput& input) {
  return std::make_unique<Sqlite>(input);
}

}  // namespace muster_bench
