// View: one version of all lists, as readers see it.
//
// Immutable once published, shared by any number of snapshots, and independent
// of the store it was made from. Its parts are shared with the views before and
// after it where they are equal.
#ifndef MUSTER_VIEW_VIEW_H_
#define MUSTER_VIEW_VIEW_H_

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "muster/model.h"
#include "view/rendered_list.h"
#include "view/rootfs_list.h"

namespace muster::view {

// The lists that clients see: shapes, rootfs and hosts, by their List number.
inline constexpr int kPublicListCount = 3;
static_assert(static_cast<int>(List::kHosts) == kPublicListCount - 1);

// What an entity tag is made of, beside a version.
struct TagBase {
  uint64_t store_id = 0;  // the first half of the store's random id
  uint64_t incarnation = 0;

  bool operator==(const TagBase&) const = default;
};

// From a shape's id to its key in the list's order. Copied whole with each change
// to a shape: there are tens of them, hundreds at most, and they change by hand,
// so that a tree of its own would earn nothing.
using ShapeIndex = std::map<std::string, std::string, std::less<>>;

class View {
 public:
  uint64_t version = 0;
  TagBase tag_base;
  std::array<uint64_t, kPublicListCount> list_versions{};
  std::array<std::string, kPublicListCount> etags;

  std::shared_ptr<const RenderedList> shapes = std::make_shared<RenderedList>();
  std::shared_ptr<const ShapeIndex> shape_index = std::make_shared<ShapeIndex>();
  std::shared_ptr<const RootfsList> rootfs = std::make_shared<RootfsList>();
  std::shared_ptr<const RenderedList> hosts = std::make_shared<RenderedList>();

  // Gives the view its versions, and makes the tags that follow from them.
  void SetVersions(const TagBase& base, uint64_t store_version,
                   const std::array<uint64_t, kPublicListCount>& versions);
};

}  // namespace muster::view

#endif  // MUSTER_VIEW_VIEW_H_
