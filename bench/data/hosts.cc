#include "data/hosts.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace muster_bench {
namespace {

constexpr std::array<const char*, 8> kRootfses = {"devbox:1",           "node:22",
                                                  "python:3.11",        "golang:1.21",
                                                  "debian:12-slim",     "rust:1.74-bookworm",
                                                  "postgres:16-alpine", "jupyter:lab"};

muster::Host MakeHost(size_t i) {
  muster::Host host;
  char id[64];
  std::snprintf(id, sizeof id, "10.%zu.%zu.%zu", i >> 16, (i >> 8) & 255, i & 255);
  host.id = id;
  const uint64_t random = Mix(i);
  Report(host, random);
  const size_t count = ((random >> 52) % 8 + 1) / 2;
  const size_t first = (random >> 56) % kRootfses.size();
  for (size_t k = 0; k < count; ++k) {
    host.rootfses.push_back(kRootfses[(first + k) % kRootfses.size()]);
  }
  return host;
}

}  // namespace

uint64_t Mix(uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

void Report(muster::Host& host, uint64_t random) {
  const uint64_t sixteenth = random & 15;
  host.status = sixteenth == 0   ? muster::HostStatus::kDraining
                : sixteenth == 1 ? muster::HostStatus::kDead
                                 : muster::HostStatus::kActive;
  host.free_mib = static_cast<int64_t>((random >> 8) & 0xffff);
  host.vm_count = static_cast<int64_t>((random >> 32) & 63);
}

std::vector<muster::Host> MakeHosts(size_t n) {
  std::vector<muster::Host> hosts(n);
  for (size_t i = 0; i < n; ++i) hosts[i] = MakeHost(i);
  std::sort(hosts.begin(), hosts.end(),
            [](const muster::Host& a, const muster::Host& b) { return a.id < b.id; });
  return hosts;
}

}  // namespace muster_bench
