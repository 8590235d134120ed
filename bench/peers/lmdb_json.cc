// LMDB with each host kept as the JSON that clients get: the page is a walk of a
// cursor and a copy a row.
#include <benchmark/benchmark.h>

#include "peers/lmdb_hosts.h"
#include "peers/peer.h"

namespace muster_bench {
namespace {

class LmdbJson : public BufferPeer {
 public:
  explicit LmdbJson(const PeerInput& input)
      : hosts_(input.directory), total_(input.hosts.size()) {
    Put(input.hosts, MDB_APPEND);
  }

  void MakePage(const Place& place) override {
    buffer_.assign(kPrefix);
    const size_t count =
        hosts_.ForPage(place.offset, place.limit, [this](const MDB_val&, const MDB_val& row) {
          if (buffer_.size() != kPrefix.size()) buffer_ += ',';
          buffer_.append(Text(row));
        });
    AppendTail(total_, place.limit, place.offset, count, &buffer_);
    benchmark::ClobberMemory();
  }

  void Update(const std::vector<muster::Host>& hosts) override { Put(hosts, 0); }

 private:
  void Put(const std::vector<muster::Host>& hosts, unsigned flags) {
    hosts_.Write([&](MDB_txn* write, MDB_dbi dbi) {
      for (const muster::Host& host : hosts) {
        const std::string row = RowText(host);
        MDB_val key = Value(host.id);
        MDB_val value = Value(row);
        CheckLmdb(mdb_put(write, dbi, &key, &value, flags), "mdb_put");
      }
    });
  }
  std::string_view buffer() const override { return buffer_; }

  LmdbHosts hosts_;
  size_t total_;
  std::string buffer_;
};

}  // namespace

std::unique_ptr<Peer> MakeLmdbJson(const PeerInput& input) {
  return std::make_unique<LmdbJson>(input);
}

}  // namespace muster_bench
