#include <lmdb.h>

#include "peers/event_writer.h"
#include "peers/lmdb_hosts.h"
#include "peers/record_form.h"

namespace muster_bench {
namespace {

bool HasEnded(muster::SandboxStatus status) {
  return status == muster::SandboxStatus::kDestroyed ||
         status == muster::SandboxStatus::kFailed;
}

class LmdbEventWriter : public EventWriter {
 public:
  LmdbEventWriter(const SandboxEvents& events, const std::string& directory)
      : events_(events), counts_(events) {
    CheckLmdb(mdb_env_create(&env_), "mdb_env_create");
    CheckLmdb(mdb_env_set_mapsize(env_, size_t{8} << 30), "mdb_env_set_mapsize");
    CheckLmdb(mdb_env_set_maxdbs(env_, 2), "mdb_env_set_maxdbs");
    CheckLmdb(mdb_env_open(env_, directory.c_str(), MDB_NOSYNC, 0600), "mdb_env_open");
    Write([this](MDB_txn* write) {
      CheckLmdb(mdb_dbi_open(write, "sandboxes", MDB_CREATE, &sandboxes_), "mdb_dbi_open");
      CheckLmdb(mdb_dbi_open(write, "users", MDB_CREATE, &users_), "mdb_dbi_open");
    });
  }
  ~LmdbEventWriter() override { mdb_env_close(env_); }

  void Record(uint64_t begin, uint64_t end) override {
    ++version_;
    Write([&](MDB_txn* write) {
      for (uint64_t i = begin; i < end; ++i) {
        const SandboxEvents::Event event = events_.At(i);
        PutSandbox(write, event);
        PutUser(write, events_.UserOf(event.sandbox), counts_.Count(event));
      }
    });
  }

  void Settle() override { CheckLmdb(mdb_env_sync(env_, 1), "mdb_env_sync"); }

  std::vector<muster::UserStats> Stats() override {
    std::vector<muster::UserStats> all;
    MDB_txn* read = nullptr;
    CheckLmdb(mdb_txn_begin(env_, nullptr, MDB_RDONLY, &read), "mdb_txn_begin");
    for (size_t user = 0; user < events_.users(); ++user) {
      MDB_val key = Value(events_.UserId(user));
      MDB_val value;
      CheckLmdb(mdb_get(read, users_, &key, &value), "mdb_get");
      std::string_view record = Text(value).substr(2);
      muster::UserStats& stats = all.emplace_back();
      for (int64_t* count : {&stats.running, &stats.paused, &stats.other, &stats.total}) {
        *count = static_cast<int64_t>(TakeVarint(&record));
      }
    }
    mdb_txn_abort(read);
    return all;
  }

 private:
  template <typename Puts>
  void Write(const Puts& puts) {
    MDB_txn* write = nullptr;
    CheckLmdb(mdb_txn_begin(env_, nullptr, 0, &write), "mdb_txn_begin");
    puts(write);
    CheckLmdb(mdb_txn_commit(write), "mdb_txn_commit");
  }

  void PutSandbox(MDB_txn* write, const SandboxEvents::Event& event) {
    const std::string& user_id = events_.UserId(events_.UserOf(event.sandbox));
    BeginRecord(static_cast<uint8_t>(event.status), &record_);
    PutVarint(user_id.size(), &record_);
    record_ += user_id;
    PutVarint(static_cast<uint64_t>(event.sequence), &record_);
    if (HasEnded(event.status)) PutVarint(kEndedUnixMs, &record_);
    EndRecord(&record_);
    Put(write, sandboxes_, events_.SandboxId(event.sandbox));
  }

  void PutUser(MDB_txn* write, size_t user, const muster::UserStats& stats) {
    BeginRecord(1, &record_);
    for (const int64_t count : {stats.running, stats.paused, stats.other, stats.total}) {
      PutVarint(static_cast<uint64_t>(count), &record_);
    }
    PutVarint(0, &record_);  // sandboxes that were dropped
    PutVersion(version_, &record_);
    EndRecord(&record_);
    Put(write, users_, events_.UserId(user));
  }

  void Put(MDB_txn* write, MDB_dbi table, const std::string& id) {
    MDB_val key = Value(id);
    MDB_val value = Value(record_);
    CheckLmdb(mdb_put(write, table, &key, &value, 0), "mdb_put");
  }

  static constexpr uint64_t kEndedUnixMs = 1'700'000'000'000;  // a time of that length

  const SandboxEvents& events_;
  SandboxCounts counts_;
  MDB_env* env_ = nullptr;
  MDB_dbi sandboxes_ = 0;
  MDB_dbi users_ = 0;
  uint64_t version_ = 0;
  std::string record_;  // the one being put; kept for its memory
};

}  // namespace

std::unique_ptr<EventWriter> MakeLmdbEventWriter(const SandboxEvents& events,
                                                 const std::string& directory) {
  return std::make_unique<LmdbEventWriter>(events, directory);
}

}  // namespace muster_bench
