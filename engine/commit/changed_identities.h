// ChangedIdentities: which users and API keys a batch changed, so that what is
// remembered of them can be forgotten once it is committed. One thread.
#ifndef MUSTER_COMMIT_CHANGED_IDENTITIES_H_
#define MUSTER_COMMIT_CHANGED_IDENTITIES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "identity/user_cache.h"
#include "muster/model.h"

namespace muster::commit {

class ChangedIdentities {
 public:
  void Add(List list, std::string_view key) {
    if (list != List::kUsers && list != List::kApiKeys) return;
    ++count_;
    if (count_ <= kMost) keys_.emplace_back(list, key);
  }

  // To be called once that commit is made, or has been found to be, and before
  // anybody is told of it. `cache` may be null.
  void Forget(uint64_t commit_id, identity::UserCache* cache) const {
    if (cache == nullptr) return;
    if (count_ > kMost) return cache->InvalidateAll(commit_id);
    for (const auto& [list, key] : keys_) cache->Invalidate(commit_id, list, key);
  }

 private:
  static constexpr size_t kMost = 10000;  // more are forgotten all at once

  size_t count_ = 0;
  std::vector<std::pair<List, std::string>> keys_;
};

}  // namespace muster::commit

#endif  // MUSTER_COMMIT_CHANGED_IDENTITIES_H_
