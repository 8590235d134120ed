// The physical limit: all rows stand in memory as one text, the end of each
// answer is finished, and what is left to do is to copy them.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstring>

#include "peers/peer.h"

namespace muster_bench {
namespace {

class MemcpyPeer : public BufferPeer {
 public:
  explicit MemcpyPeer(const Reference& reference) : reference_(reference), to_(1 << 18) {}

  void MakePage(const Place& place) override {
    char* at = to_.data();
    Copy(kPrefix, at);
    const size_t begin = std::min<size_t>(place.offset, reference_.size());
    const size_t end = std::min<size_t>(begin + place.limit, reference_.size());
    if (begin < end) Copy(reference_.Rows(begin, end), at);
    Copy(place.tail, at);
    size_ = at - to_.data();
    benchmark::ClobberMemory();
  }

 private:
  static void Copy(std::string_view bytes, char*& at) {
    std::memcpy(at, bytes.data(), bytes.size());
    at += bytes.size();
  }
  std::string_view buffer() const override { return {to_.data(), size_}; }

  const Reference& reference_;
  std::vector<char> to_;
  size_t size_ = 0;
};

}  // namespace

std::unique_ptr<Peer> MakeMemcpy(const PeerInput& input) {
  return std::make_unique<MemcpyPeer>(input.reference);
}

}  // namespace muster_bench
