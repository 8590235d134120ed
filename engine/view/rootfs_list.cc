#include "view/rootfs_list.h"

#include <utility>

#include "model/default_rootfs.h"

namespace muster::view {

RootfsList::RootfsList(std::vector<Rootfs> sorted)
    : entries_(std::move(sorted)),
      json_(RenderRootfses(entries_)),
      default_(model::DefaultRootfs(entries_)) {
  for (const Rootfs& rootfs : entries_) {
    if (rootfs.disabled) disabled_.insert(rootfs.name);
  }
}

const Rootfs* RootfsList::Find(std::string_view name) const {
  return model::FindByName(entries_, name);
}

DisabledNames RootfsList::DisabledDifference(const RootfsList& other) const {
  DisabledNames names;
  for (std::string_view name : disabled_) {
    if (!other.disabled_.contains(name)) names.emplace(name);
  }
  for (std::string_view name : other.disabled_) {
    if (!disabled_.contains(name)) names.emplace(name);
  }
  return names;
}

}  // namespace muster::view
