// Who may answer GET /v1/whoami: a key's hash is looked up, then its user's counts.
// Each peer hashes the key as Muster does, with a keyed BLAKE2b: a table of
// keys as they are would be quicker and is what nobody should have.
#ifndef MUSTER_BENCH_PEERS_WHOAMI_PEER_H_
#define MUSTER_BENCH_PEERS_WHOAMI_PEER_H_

#include <sodium.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "muster/model.h"

namespace muster_bench {

class WhoamiPeer {
 public:
  virtual ~WhoamiPeer() = default;

  // The answer's body, valid until the next call; "" for a key that nobody has.
  virtual std::string_view Ask(std::string_view api_key) = 0;
};

// `users` have an id, counts and one key each.
std::unique_ptr<WhoamiPeer> MakeLmdbWhoami(const std::vector<muster::User>& users,
                                           const std::string& directory);
std::unique_ptr<WhoamiPeer> MakeSqliteWhoami(const std::vector<muster::User>& users,
                                             const std::string& directory);

using KeyHash = std::array<unsigned char, 32>;

inline KeyHash HashOf(std::string_view api_key) {
  static constexpr std::array<unsigned char, 32> kSecret = {7};
  KeyHash hash;
  crypto_generichash(hash.data(), hash.size(),
                     reinterpret_cast<const unsigned char*>(api_key.data()), api_key.size(),
                     kSecret.data(), kSecret.size());
  return hash;
}

inline std::string_view Text(const KeyHash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

}  // namespace muster_bench

#endif  // MUSTER_BENCH_PEERS_WHOAMI_PEER_H_
