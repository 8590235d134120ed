// The users that every peer holds, each with one API key, made by a rule.
#ifndef MUSTER_BENCH_DATA_USERS_H_
#define MUSTER_BENCH_DATA_USERS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "muster/model.h"

namespace muster_bench {

inline constexpr size_t kKeyBytes = 40;

// User i, with counts and a key.
muster::User MakeUser(size_t i);

// A key that no user has.
std::string UnknownKey(uint64_t i);

// The body of GET /v1/whoami for a user, made without the engine.
std::string WhoamiText(const muster::User& user);

// Keys one behind the other in the order in which they are asked for, so that
// what is timed is the look-up and not the fetching of the request.
class Keys {
 public:
  void Add(std::string_view key) { text_ += key; }
  size_t size() const { return text_.size() / kKeyBytes; }
  std::string_view operator[](size_t i) const {
    return std::string_view(text_).substr(i * kKeyBytes, kKeyBytes);
  }

 private:
  std::string text_;
};

}  // namespace muster_bench

#endif  // MUSTER_BENCH_DATA_USERS_H_
