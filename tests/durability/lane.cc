#include "durability/lane.h"

#include <optional>
#include <string_view>
#include <vector>

namespace muster::durability {
namespace {

// A batch puts two hosts, at its beginning and at its end, that must agree; one of a
// ring; one that a later batch deletes; a heartbeat; an event of a sandbox, and two that come
// late; now and then a key; and, more rarely, many hosts at once and a text that takes pages of
// its own.
constexpr uint64_t kRing = 32;
constexpr uint64_t kWindow = 8;
constexpr uint64_t kSandboxes = 24;
constexpr uint64_t kKeyEvery = 16;
constexpr uint64_t kTextEvery = 10;
constexpr uint64_t kBulkEvery = 40;
constexpr int kBulk = 150;
constexpr uint64_t kMaxInteger = 2147483647;

// Some number that only the same two give again.
uint64_t Mix(uint64_t a, uint64_t b) {
  uint64_t x = a * 0x9E3779B97F4A7C15u + b + 1;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

std::string Name(int lane, std::string_view what) {
  return "lane-" + std::to_string(lane) + "-" + std::string(what);
}

Host NumberedHost(int lane, std::string_view what, uint64_t number) {
  const uint64_t mixed = Mix(static_cast<uint64_t>(lane), number);
  return {Name(lane, what), static_cast<HostStatus>(mixed % 3), static_cast<int64_t>(number),
          static_cast<int64_t>((mixed >> 8) % kMaxInteger)};
}

Host RingHost(int lane, uint64_t number) {
  return NumberedHost(lane, "ring-" + std::to_string(number % kRing), number);
}

Host WindowHost(int lane, uint64_t number) {
  return NumberedHost(lane, "window-" + std::to_string(number), number);
}

Host BulkHost(int lane, int index, uint64_t number) {
  Host host = NumberedHost(lane, "bulk-" + std::to_string(index), number);
  const uint64_t mixed = Mix(number, static_cast<uint64_t>(index));
  for (uint64_t i = 0; i < mixed % 6; ++i) {
    host.rootfses.push_back("an-image-that-hosts-have-" + std::to_string(i));
  }
  return host;
}

// Put once, and then only heard of.
Host BeatingHost(int lane, uint64_t number) {
  Host host = NumberedHost(lane, "beating", number);
  host.status = HostStatus::kActive;
  return host;
}

Shape LaneShape(int lane, uint64_t number) {
  return {Name(lane, "shape"), static_cast<int64_t>(1 + number % 65535),
          static_cast<int64_t>(number), 0};
}

Rootfs LaneRootfs(int lane, uint64_t number) {
  std::string text;
  const uint64_t bytes = 1000 + Mix(static_cast<uint64_t>(lane), number) % 3000;
  while (text.size() < bytes) text += std::to_string(Mix(number, text.size())) + " ";
  return {Name(lane, "rootfs"), text};
}

User LaneUser(int lane, uint64_t number) {
  User user{Name(lane, "user"),
            UserStats{static_cast<int64_t>(number % 100), 0, 0, static_cast<int64_t>(number)}};
  return user;
}

// An event of one of a ring of sandboxes, which start again when they have ended.
SandboxEvent LaneEvent(int lane, uint64_t number) {
  return {Name(lane, "sandbox-" + std::to_string(number % kSandboxes)), Name(lane, "owner"),
          static_cast<SandboxStatus>(Mix(number, static_cast<uint64_t>(lane)) % 10),
          static_cast<int64_t>(number)};
}

// What the events up to `batches` come to.
UserStats CountsAfter(int lane, uint64_t batches) {
  UserStats stats;
  for (uint64_t back = 0; back < kSandboxes && back < batches; ++back) {
    ++stats.total;
    switch (LaneEvent(lane, batches - back).status) {
      case SandboxStatus::kRunning:
        ++stats.running;
        break;
      case SandboxStatus::kPaused:
        ++stats.paused;
        break;
      case SandboxStatus::kDestroyed:
      case SandboxStatus::kFailed:
        break;
      default:
        ++stats.other;
    }
  }
  return stats;
}

// The last number up to `batches` that `every` divides; 0: none.
uint64_t LastOf(uint64_t every, uint64_t batches) { return batches / every * every; }

}  // namespace

void Note(const Shape& shape, Records* records) {
  (*records)["shape " + shape.id] =
      std::to_string(shape.vcpu) + " " + std::to_string(shape.mem_mib);
}

void Note(const Rootfs& rootfs, Records* records) {
  (*records)["rootfs " + rootfs.name] = rootfs.description;
}

void Note(const Host& host, Records* records) {
  std::string text = std::string(HostStatusName(host.status)) + " " +
                     std::to_string(host.free_mib) + " " + std::to_string(host.vm_count);
  for (const std::string& name : host.rootfses) text += " " + name;
  (*records)["host " + host.id] = text;
}

void Note(const User& user, Records* records) {
  const UserStats stats = user.stats.value_or(UserStats{});
  (*records)["user " + user.id] =
      std::to_string(stats.running) + " " + std::to_string(stats.paused) + " " +
      std::to_string(stats.other) + " " + std::to_string(stats.total);
}

std::string LaneCounter(int lane) { return Name(lane, "first"); }

std::string LaneKey(int lane, uint64_t batches) {
  const uint64_t last = LastOf(kKeyEvery, batches);
  return last == 0 ? "" : "sk_" + Name(lane, "key-") + std::to_string(last);
}

std::string RevokedLaneKey(int lane, uint64_t batches) {
  const uint64_t last = LastOf(kKeyEvery, batches);
  return last == 0 ? "" : LaneKey(lane, last - 1);
}

WriteBatch LaneBatch(int lane, uint64_t number) {
  WriteBatch batch;
  batch.PutHost(NumberedHost(lane, "first", number));
  batch.PutShape(LaneShape(lane, number));
  batch.PutHost(RingHost(lane, number));
  batch.PutHost(WindowHost(lane, number));
  if (number > kWindow) batch.DeleteHost(WindowHost(lane, number - kWindow).id);
  User user = LaneUser(lane, number);
  if (number % kKeyEvery == 0) user.api_keys = {LaneKey(lane, number)};
  batch.PutUser(user);
  const Host beating = BeatingHost(lane, number);
  if (number == 1) batch.PutHost(beating);
  batch.Heartbeat(beating.id, beating.free_mib, beating.vm_count);
  batch.RecordSandbox(LaneEvent(lane, number));
  for (uint64_t late : {uint64_t{1}, kSandboxes}) {
    if (number > late) batch.RecordSandbox(LaneEvent(lane, number - late));
  }
  if (number % kTextEvery == 0) batch.PutRootfs(LaneRootfs(lane, number));
  for (int i = 0; number % kBulkEvery == 0 && i < kBulk; ++i) {
    batch.PutHost(BulkHost(lane, i, number));
  }
  batch.PutHost(NumberedHost(lane, "last", number));
  return batch;
}

void ExpectLane(int lane, uint64_t batches, Records* records) {
  if (batches == 0) return;
  Note(NumberedHost(lane, "first", batches), records);
  Note(NumberedHost(lane, "last", batches), records);
  Note(BeatingHost(lane, batches), records);
  Note(LaneShape(lane, batches), records);
  Note(LaneUser(lane, batches), records);
  Note(User{Name(lane, "owner"), CountsAfter(lane, batches)}, records);
  for (uint64_t back = 0; back < kRing && back < batches; ++back) {
    Note(RingHost(lane, batches - back), records);
  }
  for (uint64_t back = 0; back < kWindow && back < batches; ++back) {
    Note(WindowHost(lane, batches - back), records);
  }
  if (const uint64_t last = LastOf(kTextEvery, batches); last > 0) {
    Note(LaneRootfs(lane, last), records);
  }
  const uint64_t bulk = LastOf(kBulkEvery, batches);
  for (int i = 0; bulk > 0 && i < kBulk; ++i) Note(BulkHost(lane, i, bulk), records);
}

}  // namespace muster::durability
