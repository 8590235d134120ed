#include "peers/host_writer.h"
#include "peers/lmdb_hosts.h"
#include "peers/record_form.h"

namespace muster_bench {
namespace {

class LmdbHostWriter : public HostWriter {
 public:
  LmdbHostWriter(const std::vector<muster::Host>& hosts, const std::string& directory,
                 unsigned flags)
      : hosts_(hosts), table_(directory, flags) {
    table_.Write([&](MDB_txn* write, MDB_dbi dbi) {
      for (const muster::Host& host : hosts_) Put(host, write, dbi, MDB_APPEND);
    });
    Settle();
  }

  void Update(std::span<const HostUpdate> updates) override {
    ++version_;
    table_.Write([&](MDB_txn* write, MDB_dbi dbi) {
      for (const HostUpdate& update : updates) {
        muster::Host& host = hosts_[update.host];
        host.free_mib = update.free_mib;
        Put(host, write, dbi, 0);
      }
    });
  }

  void Settle() override { table_.Sync(); }

  std::vector<int64_t> FreeMib() override {
    std::vector<int64_t> free_mib;
    table_.ForPage(0, static_cast<int>(hosts_.size()),
                   [&](const MDB_val&, const MDB_val& value) {
                     std::string_view record = Text(value).substr(2);
                     free_mib.push_back(static_cast<int64_t>(TakeVarint(&record)));
                   });
    return free_mib;
  }

 private:
  void Put(const muster::Host& host, MDB_txn* write, MDB_dbi dbi, unsigned flags) {
    BeginRecord(static_cast<uint8_t>(static_cast<int>(host.status) << 1), &record_);
    PutVarint(static_cast<uint64_t>(host.free_mib), &record_);
    PutVarint(static_cast<uint64_t>(host.vm_count), &record_);
    PutVarint(host.rootfses.size(), &record_);
    for (const std::string& name : host.rootfses) {
      PutVarint(name.size(), &record_);
      record_ += name;
    }
    PutVersion(version_, &record_);
    EndRecord(&record_);
    MDB_val key = Value(host.id);
    MDB_val value = Value(record_);
    CheckLmdb(mdb_put(write, dbi, &key, &value, flags), "mdb_put");
  }

  std::vector<muster::Host> hosts_;  // as they were put last
  LmdbHosts table_;
  uint64_t version_ = 1;
  std::string record_;  // the one being put; kept for its memory
};

}  // namespace

std::unique_ptr<HostWriter> MakeLmdbHostWriter(const std::vector<muster::Host>& hosts,
                                               const std::string& directory, unsigned flags) {
  return std::make_unique<LmdbHostWriter>(hosts, directory, flags);
}

}  // namespace muster_bench
