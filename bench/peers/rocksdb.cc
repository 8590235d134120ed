// RocksDB with each host kept as the JSON that clients get: one iterator that is
// refreshed for each request, everything in the block cache, nothing compressed,
// one level after a full compaction.
#include <benchmark/benchmark.h>
#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include "data/fail.h"
#include "peers/peer.h"

namespace muster_bench {
namespace {

void Good(const rocksdb::Status& status, const char* what) {
  if (!status.ok()) Fail(std::string(what) + ": " + status.ToString());
}

rocksdb::Options MakeOptions() {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(size_t{1} << 30);
  rocksdb::Options options;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.compression = rocksdb::kNoCompression;
  options.create_if_missing = true;
  return options;
}

class Rocksdb : public BufferPeer {
 public:
  explicit Rocksdb(const PeerInput& input) : total_(input.hosts.size()) {
    rocksdb::DB* db = nullptr;
    Good(rocksdb::DB::Open(MakeOptions(), input.directory, &db), "DB::Open");
    db_.reset(db);
    Put(input.hosts, /*durably=*/false);
    Good(db_->CompactRange({}, nullptr, nullptr), "CompactRange");
    iterator_.reset(db_->NewIterator({}));
  }

  void MakePage(const Place& place) override {
    buffer_.assign(kPrefix);
    Good(iterator_->Refresh(), "Refresh");
    iterator_->SeekToFirst();
    for (int64_t k = 0; k < place.offset && iterator_->Valid(); ++k) iterator_->Next();
    int count = 0;
    while (iterator_->Valid()) {
      if (count > 0) buffer_ += ',';
      const rocksdb::Slice row = iterator_->value();
      buffer_.append(row.data(), row.size());
      if (++count == place.limit) break;
      iterator_->Next();
    }
    AppendTail(total_, place.limit, place.offset, count, &buffer_);
    benchmark::ClobberMemory();
  }

  void Update(const std::vector<muster::Host>& hosts) override { Put(hosts, true); }

 private:
  void Put(const std::vector<muster::Host>& hosts, bool durably) {
    rocksdb::WriteBatch batch;
    for (const muster::Host& host : hosts) {
      Good(batch.Put(host.id, RowText(host)), "Put");
    }
    rocksdb::WriteOptions options;
    options.sync = durably;
    Good(db_->Write(options, &batch), "Write");
  }
  std::string_view buffer() const override { return buffer_; }

  std::unique_ptr<rocksdb::DB> db_;
  std::unique_ptr<rocksdb::Iterator> iterator_;  // ends before the database
  size_t total_;
  std::string buffer_;
};

}  // namespace

std::unique_ptr<Peer> MakeRocksdb(const PeerInput& input) {
  return std::make_unique<Rocksdb>(input);
}

}  // namespace muster_bench
