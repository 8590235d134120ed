#include "data/places.h"

#include <algorithm>
#include <numeric>
#include <random>

#include "data/reference.h"

namespace muster_bench {

Place MakePlace(size_t total, int limit, int64_t offset) {
  Place place;
  place.limit = limit;
  place.offset = offset;
  place.target =
      "/v1/hosts?limit=" + std::to_string(limit) + "&offset=" + std::to_string(offset);
  const size_t left = total - std::min<size_t>(offset, total);
  AppendTail(total, limit, offset, std::min<size_t>(limit, left), &place.tail);
  return place;
}

std::vector<Place> RandomPlaces(size_t total, int limit, size_t count) {
  constexpr size_t kParts = 16;
  const size_t offsets = total > static_cast<size_t>(limit) ? total - limit + 1 : 1;
  std::mt19937_64 random(total + limit);
  std::vector<size_t> parts(kParts);
  std::iota(parts.begin(), parts.end(), 0);
  std::vector<Place> places;
  while (places.size() < count) {
    std::shuffle(parts.begin(), parts.end(), random);
    for (const size_t part : parts) {
      const size_t begin = offsets * part / kParts;
      const size_t end = std::max(offsets * (part + 1) / kParts, begin + 1);
      const auto offset = std::uniform_int_distribution<size_t>(begin, end - 1)(random);
      places.push_back(MakePlace(total, limit, static_cast<int64_t>(offset)));
    }
  }
  return places;
}

}  // namespace muster_bench
