#include "model/default_rootfs.h"

#include <algorithm>

namespace muster::model {

const Rootfs* FindByName(const std::vector<Rootfs>& sorted, std::string_view name) {
  const auto at = std::lower_bound(
      sorted.begin(), sorted.end(), name,
      [](const Rootfs& rootfs, std::string_view wanted) { return rootfs.name < wanted; });
  return at != sorted.end() && at->name == name ? &*at : nullptr;
}

const Rootfs* DefaultRootfs(const std::vector<Rootfs>& sorted) {
  const auto marked =
      std::find_if(sorted.begin(), sorted.end(), [](const Rootfs& r) { return r.is_default; });
  if (marked != sorted.end()) {
    // A chain longer than the list has come around to where it was.
    const Rootfs* at = &*marked;
    for (size_t steps = 0; at != nullptr && steps <= sorted.size(); ++steps) {
      if (!at->disabled) return at;
      at = FindByName(sorted, at->successor);
    }
  }
  const Rootfs* first_enabled = nullptr;
  for (const Rootfs& rootfs : sorted) {
    if (rootfs.disabled) continue;
    if (!rootfs.deprecated) return &rootfs;
    if (first_enabled == nullptr) first_enabled = &rootfs;
  }
  return first_enabled;
}

}  // namespace muster::model
