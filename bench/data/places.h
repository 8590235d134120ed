// Which pages are asked for: drawn before the clock runs, thousands of them, so
// that neither a cache nor a branch predictor has seen the next one.
#ifndef MUSTER_BENCH_DATA_PLACES_H_
#define MUSTER_BENCH_DATA_PLACES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace muster_bench {

// One page. Muster gets the request's target and reads the numbers from it; the
// peers get the numbers, and memcpy also the finished end of the answer.
struct Place {
  int limit = 0;
  int64_t offset = 0;
  std::string target;  // "/v1/hosts?limit=50&offset=12345"
  std::string tail;    // from "],\"pagination\"" on
};

Place MakePlace(size_t total, int limit, int64_t offset);

// `count` random pages that are full. Any sixteen in a row have one in each
// sixteenth of the list, in random order: a peer that needs milliseconds for a
// deep page, and so makes few, gets as fair a mean as one that makes millions.
std::vector<Place> RandomPlaces(size_t total, int limit, size_t count);

}  // namespace muster_bench

#endif  // MUSTER_BENCH_DATA_PLACES_H_
