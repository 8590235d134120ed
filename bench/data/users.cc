#include "data/users.h"

#include <cstdio>

#include "data/hosts.h"

namespace muster_bench {
namespace {

// "sk_bench_" and 31 characters.
std::string Key(uint64_t i, uint64_t series) {
  char text[kKeyBytes + 1];
  std::snprintf(text, sizeof text, "sk_bench_%016llx%015llx",
                static_cast<unsigned long long>(Mix(i)),
                static_cast<unsigned long long>(Mix(i ^ series) >> 4));
  return text;
}

}  // namespace

muster::User MakeUser(size_t i) {
  const uint64_t random = Mix(i);
  muster::UserStats stats;
  stats.running = static_cast<int64_t>(random & 15);
  stats.paused = static_cast<int64_t>((random >> 8) & 7);
  stats.other = static_cast<int64_t>((random >> 16) & 3);
  stats.total = static_cast<int64_t>(30 + ((random >> 24) & 1023));
  muster::User user;
  user.id = "usr_" + std::to_string(i);
  user.stats = stats;
  user.api_keys = {Key(i, 1)};
  return user;
}

std::string UnknownKey(uint64_t i) { return Key(i, 2); }

std::string WhoamiText(const muster::User& user) {
  return R"({"status":"success","data":{"user_id":")" + user.id + R"(","stats":{"running":)" +
         std::to_string(user.stats->running) +
         ",\"paused\":" + std::to_string(user.stats->paused) +
         ",\"other\":" + std::to_string(user.stats->other) +
         ",\"total\":" + std::to_string(user.stats->total) + "}}}";
}

}  // namespace muster_bench
