// What one would write first: a std::vector of rows rendered as JSON, put
// together with append(). No versions, no readers beside a writer.
#include <benchmark/benchmark.h>

#include <algorithm>

#include "peers/peer.h"

namespace muster_bench {
namespace {

class VectorOfStrings : public BufferPeer {
 public:
  explicit VectorOfStrings(const PeerInput& input) {
    rows_.reserve(input.hosts.size());
    for (const muster::Host& host : input.hosts) rows_.push_back(RowText(host));
  }

  void MakePage(const Place& place) override {
    buffer_.assign(kPrefix);
    const size_t begin = std::min<size_t>(place.offset, rows_.size());
    const size_t end = std::min<size_t>(begin + place.limit, rows_.size());
    for (size_t k = begin; k < end; ++k) {
      if (k != begin) buffer_ += ',';
      buffer_.append(rows_[k]);
    }
    AppendTail(rows_.size(), place.limit, place.offset, end - begin, &buffer_);
    benchmark::ClobberMemory();
  }

 private:
  std::string_view buffer() const override { return buffer_; }

  std::vector<std::string> rows_;
  std::string buffer_;
};

}  // namespace

std::unique_ptr<Peer> MakeVectorOfStrings(const PeerInput& input) {
  return std::make_unique<VectorOfStrings>(input);
}

}  // namespace muster_bench
