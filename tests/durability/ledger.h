// Ledger: what writers were told, and whether a store keeps to it.
#ifndef MUSTER_TESTS_DURABILITY_LEDGER_H_
#define MUSTER_TESTS_DURABILITY_LEDGER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "durability/lane.h"
#include "muster/catalog.h"

namespace muster::durability {

// What a writer writes to its pipe, in one piece, once it was told that a batch is
// applied, or that it is on disk.
struct Ack {
  enum Kind : uint32_t { kApplied, kDurable };
  uint32_t lane = 0;
  uint32_t kind = kApplied;
  uint64_t number = 0;   // of the lane's batch
  uint64_t version = 0;  // of the store, where the batch was applied
};

// How many batches the writer keeps in flight where it waits for none.
inline constexpr uint64_t kMaxInFlight = 64;

// How many batches of each lane a store holds, and its version.
struct Found {
  std::array<uint64_t, kLanes> batches{};
  uint64_t version = 0;
  uint64_t lost = 0;     // batches that were applied, and not promised to be on disk
  uint64_t unasked = 0;  // batches that nobody was told of, and that are there
};

class Ledger {
 public:
  // `start`: what the store held before. `in_flight`: how many batches of a lane may
  // be under way at once.
  explicit Ledger(const Found& start, uint64_t in_flight = 1);

  void Add(const Ack& ack);
  // The whole ones among these bytes; returns how many bytes that is.
  size_t AddAll(std::string_view bytes);

  // The versions that the store may have: those of whole commits. Any, until this is called.
  void AllowVersions(std::vector<uint64_t> versions) { versions_ = std::move(versions); }

  uint64_t durable() const;  // batches known to be on disk, beyond the start

  // "" where the catalog holds all that was promised, nothing that was not asked for, and
  // nothing torn; else what is wrong with it, in one line.
  std::string Check(Catalog& catalog, Found* found) const;

 private:
  std::string CheckPromises(Found* found) const;

  const Found start_;
  const uint64_t in_flight_;
  std::array<uint64_t, kLanes> durable_{};
  std::array<uint64_t, kLanes> applied_{};
  std::vector<Ack> acks_;
  std::vector<uint64_t> versions_;  // empty: any
};

// All that the catalog holds.
absl::Status ReadRecords(Catalog& catalog, Records* records);

// Opens the store and holds it against the ledger; a batch more goes into it too, which
// is taken into account in `found`, where `lane` is not negative.
std::string CheckStore(const std::string& path, const Ledger& ledger, int lane, Found* found);

// Whether the catalog says, within a minute, that it is ready: it tries once a second.
bool BecomesReady(Catalog& catalog);

}  // namespace muster::durability

#endif  // MUSTER_TESTS_DURABILITY_LEDGER_H_
