// Peer: something that can answer GET /v1/hosts, and take a host's report.
//
// Each peer is written in the best form that its library reasonably allows.
// `total` is given to all of them: none pays for a COUNT(*).
#ifndef MUSTER_BENCH_PEERS_PEER_H_
#define MUSTER_BENCH_PEERS_PEER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/places.h"
#include "data/reference.h"
#include "muster/model.h"

namespace muster_bench {

// Used by one thread at a time, but where a peer says otherwise.
class Peer {
 public:
  virtual ~Peer() = default;

  // Makes the whole body of the answer ready to be sent: this is timed.
  virtual void MakePage(const Place& place) = 0;

  // The bytes of that body, for the check.
  virtual std::string PageText(const Place& place) = 0;

  // Puts these hosts into the place of those of the same ids, in one
  // transaction, and returns when that is durable (where the peer ever is).
  virtual void Update(const std::vector<muster::Host>& hosts);
};

// What a peer is made from. Borrowed while it is made; the reference, which is the
// memcpy peer's source, for as long as the peer.
struct PeerInput {
  const std::vector<muster::Host>& hosts;  // in order of id
  const Reference& reference;
  std::string directory;  // exists, and is empty
};

// A peer whose bodies lie in a buffer that it uses again.
class BufferPeer : public Peer {
 public:
  std::string PageText(const Place& place) override;

 protected:
  virtual std::string_view buffer() const = 0;
};

// --- The peers, each in a file of its own ---

struct MusterPeers {
  std::unique_ptr<Peer> spans;   // Handle(), the body left where it lies; any thread
  std::unique_ptr<Peer> copied;  // Handle(), and every byte copied into a buffer
};
MusterPeers MakeMuster(const PeerInput& input);  // one durable catalog for both

std::unique_ptr<Peer> MakeMemcpy(const PeerInput& input);
std::unique_ptr<Peer> MakeVectorOfStrings(const PeerInput& input);
std::unique_ptr<Peer> MakeLmdbJson(const PeerInput& input);
std::unique_ptr<Peer> MakeLmdbRapidjson(const PeerInput& input);
std::unique_ptr<Peer> MakeSqlite(const PeerInput& input);
std::unique_ptr<Peer> MakeRocksdb(const PeerInput& input);

// A peer and its name in results.json.
struct NamedPeer {
  std::string name;
  std::unique_ptr<Peer> peer;
};

// The peers of these names, each in a directory of its own and checked: see
// CheckPages(). "muster_spans" and "muster" are one catalog.
std::vector<NamedPeer> MakePeers(const PeerInput& input, const std::vector<std::string>& names);

// Holds a peer's answers against the reference, byte for byte: the first page, the
// middle one, the last, those at and past the end, and random ones, of 50, 500
// and a few more limits. Ends the program where one differs.
void CheckPages(const std::string& name, Peer& peer, const Reference& reference);

}  // namespace muster_bench

#endif  // MUSTER_BENCH_PEERS_PEER_H_
