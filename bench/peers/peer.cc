#include "peers/peer.h"

#include <filesystem>

#include "data/fail.h"

namespace muster_bench {
namespace {

// `input` with a new directory in the one it has.
PeerInput In(const PeerInput& input, const std::string& name) {
  const std::string directory = input.directory + "/" + name;
  std::filesystem::create_directories(directory);
  return {input.hosts, input.reference, directory};
}

std::unique_ptr<Peer> Make(const std::string& name, MusterPeers& muster,
                           const PeerInput& input) {
  if (name == "muster_spans") return std::move(muster.spans);
  if (name == "muster") return std::move(muster.copied);
  if (name == "memcpy") return MakeMemcpy(input);
  if (name == "vector_of_strings") return MakeVectorOfStrings(input);
  if (name == "lmdb_json") return MakeLmdbJson(input);
  if (name == "lmdb_rapidjson") return MakeLmdbRapidjson(input);
  if (name == "sqlite") return MakeSqlite(input);
  if (name == "rocksdb") return MakeRocksdb(input);
  Fail("no peer is named " + name);
}

void CheckPage(const std::string& name, Peer& peer, const Reference& reference,
               const Place& place) {
  const std::string expected = reference.Page(place.limit, place.offset);
  const std::string text = peer.PageText(place);
  if (text == expected) return;
  Fail(name + " gives other bytes for " + place.target + " of " +
       std::to_string(reference.size()) + " hosts:\n" + text.substr(0, 400) + "\ninstead of\n" +
       expected.substr(0, 400));
}

}  // namespace

void Peer::Update(const std::vector<muster::Host>&) { Fail("this peer takes no updates"); }

std::string BufferPeer::PageText(const Place& place) {
  MakePage(place);
  return std::string(buffer());
}

void CheckPages(const std::string& name, Peer& peer, const Reference& reference) {
  const auto n = static_cast<int64_t>(reference.size());
  for (const int limit : {1, 7, 50, 500}) {
    for (const int64_t offset : {int64_t{0}, int64_t{1}, n / 2, n - limit, n - 1, n, n + 7}) {
      CheckPage(name, peer, reference, MakePlace(n, limit, offset));
    }
    for (const Place& place : RandomPlaces(n, limit, 16)) {
      CheckPage(name, peer, reference, place);
    }
  }
}

std::vector<NamedPeer> MakePeers(const PeerInput& input,
                                 const std::vector<std::string>& names) {
  std::vector<NamedPeer> peers;
  MusterPeers muster = MakeMuster(In(input, "muster"));
  for (const std::string& name : names) {
    peers.push_back({name, Make(name, muster, In(input, name))});
    CheckPages(name, *peers.back().peer, input.reference);
  }
  return peers;
}

}  // namespace muster_bench
