// SQLite: WAL, a table WITHOUT ROWID whose primary key is the list's order, one
// prepared statement with LIMIT and OFFSET, the file mapped and cached whole.
// A host's rootfses are kept as the JSON that clients get.
#include <benchmark/benchmark.h>
#include <sqlite3.h>

#include "data/fail.h"
#include "peers/json_page.h"
#include "peers/peer.h"

namespace muster_bench {
namespace {

constexpr const char* kSetUp = R"(
  PRAGMA journal_mode=WAL;
  PRAGMA synchronous=FULL;
  PRAGMA mmap_size=4294967296;
  PRAGMA cache_size=-1048576;
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
  explicit Sqlite(const PeerInput& input) : total_(input.hosts.size()) {
    const std::string file = input.directory + "/hosts.sqlite";
    constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    Good(sqlite3_open_v2(file.c_str(), &db_, kFlags, nullptr));
    Good(sqlite3_exec(db_, kSetUp, nullptr, nullptr, nullptr));
    select_ = Prepare(kSelect);
    replace_ = Prepare(kReplace);
    begin_ = Prepare("BEGIN IMMEDIATE");
    commit_ = Prepare("COMMIT");
    Update(input.hosts);
    Good(sqlite3_exec(db_, "PRAGMA wal_checkpoint(TRUNCATE); ANALYZE", nullptr, nullptr,
                      nullptr));
  }
  ~Sqlite() override {
    for (sqlite3_stmt* statement : {select_, replace_, begin_, commit_}) {
      sqlite3_finalize(statement);
    }
    sqlite3_close(db_);
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
    Good(sqlite3_reset(select_));
    page_.End(total_, place, count);
    benchmark::ClobberMemory();
  }

  void Update(const std::vector<muster::Host>& hosts) override {
    Run(begin_);
    for (const muster::Host& host : hosts) {
      const std::string rootfses = RootfsesText(host);
      Bind(1, host.id);
      Bind(2, muster::HostStatusName(host.status));
      Good(sqlite3_bind_int64(replace_, 3, host.free_mib));
      Good(sqlite3_bind_int64(replace_, 4, host.vm_count));
      if (rootfses.empty()) {
        Good(sqlite3_bind_null(replace_, 5));
      } else {
        Bind(5, rootfses);
      }
      Run(replace_);
    }
    Run(commit_);
  }

 private:
  void WriteHost() {
    page_.BeginHost(Column(0), Column(1), sqlite3_column_int64(select_, 2),
                    sqlite3_column_int64(select_, 3));
    if (const std::string_view rootfses = Column(4); !rootfses.empty()) {
      page_.Key("rootfses");
      page_.writer().RawValue(rootfses.data(), rootfses.size(), rapidjson::kArrayType);
    }
    page_.writer().EndObject();
  }

  std::string_view Column(int i) const {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(select_, i));
    return {text, static_cast<size_t>(sqlite3_column_bytes(select_, i))};
  }
  void Bind(int i, std::string_view text) {
    Good(sqlite3_bind_text(replace_, i, text.data(), static_cast<int>(text.size()),
                           SQLITE_STATIC));
  }
  void Run(sqlite3_stmt* statement) {
    if (sqlite3_step(statement) != SQLITE_DONE) Fail(sqlite3_errmsg(db_));
    Good(sqlite3_reset(statement));
  }
  sqlite3_stmt* Prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    Good(sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr));
    return statement;
  }
  void Good(int code) {
    if (code != SQLITE_OK) Fail(std::string("SQLite: ") + sqlite3_errmsg(db_));
  }
  std::string_view buffer() const override { return page_.text(); }

  sqlite3* db_ = nullptr;
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
