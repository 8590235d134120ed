// LMDB with each host in a compact binary form, read where it lies in the map,
// and RapidJSON.
#include <benchmark/benchmark.h>

#include <cstring>

#include "muster/model.h"
#include "peers/json_page.h"
#include "peers/lmdb_hosts.h"
#include "peers/peer.h"

namespace muster_bench {
namespace {

// The row: this, and for each rootfs a byte of length and the name.
struct Fixed {
  uint32_t free_mib;
  uint32_t vm_count;
  uint8_t status;
  uint8_t rootfs_count;
};

std::string Encode(const muster::Host& host) {
  const Fixed fixed = {static_cast<uint32_t>(host.free_mib),
                       static_cast<uint32_t>(host.vm_count), static_cast<uint8_t>(host.status),
                       static_cast<uint8_t>(host.rootfses.size())};
  std::string row(reinterpret_cast<const char*>(&fixed), sizeof fixed);
  for (const std::string& name : host.rootfses) {
    row += static_cast<char>(name.size());
    row += name;
  }
  return row;
}

class LmdbRapidjson : public BufferPeer {
 public:
  explicit LmdbRapidjson(const PeerInput& input)
      : hosts_(input.directory), total_(input.hosts.size()) {
    Put(input.hosts, MDB_APPEND);
  }

  void MakePage(const Place& place) override {
    page_.Begin();
    const size_t count = hosts_.ForPage(
        place.offset, place.limit,
        [this](const MDB_val& key, const MDB_val& row) { WriteHost(Text(key), Text(row)); });
    page_.End(total_, place, count);
    benchmark::ClobberMemory();
  }

  void Update(const std::vector<muster::Host>& hosts) override { Put(hosts, 0); }

 private:
  void WriteHost(std::string_view id, std::string_view row) {
    Fixed fixed;
    std::memcpy(&fixed, row.data(), sizeof fixed);
    page_.BeginHost(id, muster::HostStatusName(static_cast<muster::HostStatus>(fixed.status)),
                    fixed.free_mib, fixed.vm_count);
    if (fixed.rootfs_count > 0) {
      page_.Key("rootfses");
      page_.writer().StartArray();
      const char* at = row.data() + sizeof fixed;
      for (int i = 0; i < fixed.rootfs_count; ++i) {
        const size_t length = static_cast<uint8_t>(*at++);
        page_.String({at, length});
        at += length;
      }
      page_.writer().EndArray();
    }
    page_.writer().EndObject();
  }

  void Put(const std::vector<muster::Host>& hosts, unsigned flags) {
    hosts_.Write([&](MDB_txn* write, MDB_dbi dbi) {
      for (const muster::Host& host : hosts) {
        const std::string row = Encode(host);
        MDB_val key = Value(host.id);
        MDB_val value = Value(row);
        CheckLmdb(mdb_put(write, dbi, &key, &value, flags), "mdb_put");
      }
    });
  }
  std::string_view buffer() const override { return page_.text(); }

  LmdbHosts hosts_;
  size_t total_;
  JsonPage page_;
};

}  // namespace

std::unique_ptr<Peer> MakeLmdbRapidjson(const PeerInput& input) {
  return std::make_unique<LmdbRapidjson>(input);
}

}  // namespace muster_bench
