// What an answer must be, made from the hosts by plain concatenation and without
// the engine: peers are held against it before anything is timed.
#ifndef MUSTER_BENCH_DATA_REFERENCE_H_
#define MUSTER_BENCH_DATA_REFERENCE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "muster/model.h"

namespace muster_bench {

// One host as clients see it. The data set needs no escapes.
std::string RowText(const muster::Host& host);

// What stands before the rows of every page.
inline constexpr std::string_view kPrefix = R"({"status":"success","data":{"data":[)";

// What stands after them, appended to `text`.
void AppendTail(size_t total, int limit, int64_t offset, size_t count, std::string* text);

// All rows of a list, joined by commas.
class Reference {
 public:
  explicit Reference(const std::vector<muster::Host>& hosts);

  size_t size() const { return begins_.size() - 1; }

  // Row k without a comma.
  std::string_view Row(size_t k) const { return Rows(k, k + 1); }
  // Rows k to end - 1, joined by commas; k < end.
  std::string_view Rows(size_t k, size_t end) const {
    return std::string_view(text_).substr(begins_[k], begins_[end] - 1 - begins_[k]);
  }

  // The whole body of GET /v1/hosts?limit=…&offset=….
  std::string Page(int limit, int64_t offset) const;

 private:
  std::string text_;            // each row with a comma after it
  std::vector<size_t> begins_;  // of each row, and the end
};

}  // namespace muster_bench

#endif  // MUSTER_BENCH_DATA_REFERENCE_H_
