#include "durability/ledger.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>

#include "durability/process.h"

namespace muster::durability {
namespace {

std::string Say(const absl::Status& status) { return status.ToString(); }

uint64_t Sum(const std::array<uint64_t, kLanes>& numbers) {
  uint64_t sum = 0;
  for (uint64_t number : numbers) sum += number;
  return sum;
}

// The first difference, in one line.
std::string Compare(const Records& expected, const Records& records) {
  for (const auto& [key, text] : expected) {
    const auto found = records.find(key);
    if (found == records.end()) return "lost: " + key;
    if (found->second != text) {
      return "torn: " + key + " is '" + found->second.substr(0, 60) + "', not '" +
             text.substr(0, 60) + "'";
    }
  }
  for (const auto& [key, text] : records) {
    if (expected.count(key) == 0) return "not deleted: " + key;
  }
  return "";
}

// The store's records, and that readers see the same.
std::string Read(Catalog& catalog, Records* records) {
  const absl::Status status = ReadRecords(catalog, records);
  if (!status.ok()) return Say(status);
  Records seen;
  const Snapshot snapshot = catalog.snapshot();
  for (const Shape& shape : snapshot.AllShapes()) Note(shape, &seen);
  for (const Rootfs& rootfs : snapshot.AllRootfses()) Note(rootfs, &seen);
  for (const Host& host : snapshot.AllHosts()) Note(host, &seen);
  for (const auto& [key, text] : *records) {
    if (key.rfind("user ", 0) == 0) seen[key] = text;
  }
  const std::string difference = Compare(*records, seen);
  return difference.empty() ? "" : "readers see something else: " + difference;
}

std::string CheckKeys(Catalog& catalog, int lane, uint64_t batches) {
  if (const std::string key = LaneKey(lane, batches); !key.empty()) {
    if (auto user = catalog.FindUserByApiKey(key); !user.ok()) return Say(user.status());
  }
  const std::string revoked = RevokedLaneKey(lane, batches);
  if (revoked.empty()) return "";
  const absl::Status status = catalog.FindUserByApiKey(revoked).status();
  return absl::IsNotFound(status) ? "" : "a key that was taken away still works";
}

}  // namespace

absl::Status ReadRecords(Catalog& catalog, Records* records) {
  std::vector<std::string> counted;  // by their events: told apart from what is set
  const absl::Status status =
      catalog.VisitRecords({[&](const Shape& shape) { Note(shape, records); },
                            [&](const Rootfs& rootfs) { Note(rootfs, records); },
                            [&](const Host& host) { Note(host, records); },
                            [&](const User& user) {
                              Note(user, records);
                              if (!user.stats) counted.push_back(user.id);
                            }});
  if (!status.ok()) return status;
  for (const std::string& id : counted) {
    const auto user = catalog.FindUser(id);
    if (!user.ok()) return user.status();
    if (user->has_value()) Note(**user, records);
  }
  return status;
}

Ledger::Ledger(const Found& start, uint64_t in_flight)
    : start_(start), in_flight_(in_flight), durable_(start.batches), applied_(start.batches) {}

void Ledger::Add(const Ack& ack) {
  acks_.push_back(ack);
  uint64_t& applied = applied_[ack.lane];
  applied = std::max(applied, ack.number);
  if (ack.kind != Ack::kDurable) return;
  durable_[ack.lane] = std::max(durable_[ack.lane], ack.number);
}

size_t Ledger::AddAll(std::string_view bytes) {
  size_t used = 0;
  for (; bytes.size() - used >= sizeof(Ack); used += sizeof(Ack)) {
    Ack ack;
    std::memcpy(&ack, bytes.data() + used, sizeof(Ack));
    Add(ack);
  }
  return used;
}

uint64_t Ledger::durable() const { return Sum(durable_) - Sum(start_.batches); }

std::string Ledger::Check(Catalog& catalog, Found* found) const {
  *found = Found();
  found->version = catalog.snapshot().version();
  Records records, expected;
  if (std::string wrong = Read(catalog, &records); !wrong.empty()) return wrong;
  for (int lane = 0; lane < kLanes; ++lane) {
    const std::optional<Host> host = catalog.snapshot().FindHost(LaneCounter(lane));
    const uint64_t batches = host ? static_cast<uint64_t>(host->free_mib) : 0;
    found->batches[static_cast<size_t>(lane)] = batches;
    ExpectLane(lane, batches, &expected);
    if (std::string wrong = CheckKeys(catalog, lane, batches); !wrong.empty()) return wrong;
  }
  if (std::string wrong = Compare(expected, records); !wrong.empty()) return wrong;
  return CheckPromises(found);
}

std::string Ledger::CheckPromises(Found* found) const {
  const auto about = [](size_t lane, uint64_t number) {
    return "batch " + std::to_string(number) + " of lane " + std::to_string(lane);
  };
  // Each batch is one version, so none may be missing between them.
  if (found->version != Sum(found->batches)) {
    return "version " + std::to_string(found->version) + " after " +
           std::to_string(Sum(found->batches)) + " batches";
  }
  if (!versions_.empty() &&
      std::find(versions_.begin(), versions_.end(), found->version) == versions_.end()) {
    return "version " + std::to_string(found->version) + " is not that of a whole commit";
  }
  for (size_t lane = 0; lane < kLanes; ++lane) {
    const uint64_t there = found->batches[lane];
    if (there < durable_[lane]) {
      return about(lane, durable_[lane]) + " was on disk, only " + std::to_string(there) +
             " are there";
    }
    if (there > applied_[lane] + in_flight_) {
      return about(lane, there) + " is there, which nobody asked for";
    }
    found->lost += applied_[lane] - std::min(applied_[lane], there);
    found->unasked += there - std::min(applied_[lane], there);
  }
  // What is lost is the end of the history and nothing else.
  for (const Ack& ack : acks_) {
    if (ack.kind != Ack::kApplied) continue;
    const bool there = found->batches[ack.lane] >= ack.number;
    if (there == (ack.version <= found->version)) continue;
    return about(ack.lane, ack.number) + ", version " + std::to_string(ack.version) +
           (there ? ", is there" : ", is not there") + " in version " +
           std::to_string(found->version);
  }
  return "";
}

std::string CheckStore(const std::string& path, const Ledger& ledger, int lane, Found* found) {
  auto catalog = Catalog::Open(path);
  if (!catalog.ok()) return "it does not open: " + Say(catalog.status());
  if (std::string wrong = ledger.Check(**catalog, found); !wrong.empty() || lane < 0) {
    return wrong;
  }
  // It goes on from there, and what was told before still holds.
  const uint64_t number = found->batches[static_cast<size_t>(lane)] + 1;
  const absl::Status status = (*catalog)->Apply(LaneBatch(lane, number));
  if (!status.ok()) return "no batch more goes into it: " + Say(status);
  const Found before = *found;
  Ledger after(before);
  after.Add({static_cast<uint32_t>(lane), Ack::kDurable, number, 0});
  if (std::string wrong = after.Check(**catalog, found); !wrong.empty()) return wrong;
  found->lost = before.lost;
  found->unasked = before.unasked;
  return "";
}

bool BecomesReady(Catalog& catalog) {
  constexpr int kTries = 6000;
  for (int i = 0; i < kTries; ++i) {
    if (catalog.CheckReady().ok()) return true;
    Sleep(10'000);
  }
  return false;
}

}  // namespace muster::durability
