// A lane: one caller's batches, each of which follows from the lane and its number
// alone, and what a catalog holds after so many of them.
//
// So whoever finds a store, after whatever has happened to it, can tell from one
// record how many batches of a lane it holds, and then has to find every record of
// the lane as those batches left it: nothing torn, nothing lost, nothing doubled.
#ifndef MUSTER_TESTS_DURABILITY_LANE_H_
#define MUSTER_TESTS_DURABILITY_LANE_H_

#include <cstdint>
#include <map>
#include <string>

#include "muster/write_batch.h"

namespace muster::durability {

// How many lanes a store may have.
inline constexpr int kLanes = 8;

// Everything that a catalog holds, as text: the kind and id of each record, and the rest.
using Records = std::map<std::string, std::string>;

// The records as text.
void Note(const Shape& shape, Records* records);
void Note(const Rootfs& rootfs, Records* records);
void Note(const Host& host, Records* records);
void Note(const User& user, Records* records);

// The batch with that number, from 1. Each changes something, so that each is one version.
WriteBatch LaneBatch(int lane, uint64_t number);

// Adds what a lane holds after so many batches.
void ExpectLane(int lane, uint64_t batches, Records* records);

// The key that a lane's user has after so many batches, and one that was taken from it;
// "" where there is none.
std::string LaneKey(int lane, uint64_t batches);
std::string RevokedLaneKey(int lane, uint64_t batches);

// The host that tells how many of a lane's batches there are, by its free_mib.
std::string LaneCounter(int lane);

}  // namespace muster::durability

#endif  // MUSTER_TESTS_DURABILITY_LANE_H_
