// Records as Muster has them, so that a peer which is asked for puts alone puts as
// many bytes: the fields and, behind them, eight bytes for a checksum, which the peers
// do not compute.
#ifndef MUSTER_BENCH_PEERS_RECORD_FORM_H_
#define MUSTER_BENCH_PEERS_RECORD_FORM_H_

#include <lmdb.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "muster/model.h"
#include "peers/lmdb_hosts.h"

namespace muster_bench {

inline void PutVarint(uint64_t value, std::string* out) {
  for (; value >= 0x80; value >>= 7) out->push_back(static_cast<char>(value | 0x80));
  out->push_back(static_cast<char>(value));
}

inline uint64_t TakeVarint(std::string_view* in) {
  uint64_t value = 0;
  for (int shift = 0; !in->empty(); shift += 7) {
    const auto byte = static_cast<uint8_t>(in->front());
    in->remove_prefix(1);
    value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  return value;
}

// Form and flags.
inline void BeginRecord(uint8_t flags, std::string* out) {
  out->assign({1, static_cast<char>(flags)});
}

inline void PutVersion(uint64_t version, std::string* out) {
  out->append(reinterpret_cast<const char*>(&version), sizeof version);
}

inline void EndRecord(std::string* out) { out->append(8, '\0'); }

}  // namespace muster_bench

#endif  // MUSTER_BENCH_PEERS_RECORD_FORM_H_
