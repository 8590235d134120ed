// RootfsList: the rootfs entries of one version, and what clients see of them.
//
// It is small (a catalog has tens of images, not thousands), so each change
// makes a new one. Immutable; any thread may read.
#ifndef MUSTER_VIEW_ROOTFS_LIST_H_
#define MUSTER_VIEW_ROOTFS_LIST_H_

#include <string>
#include <string_view>
#include <vector>

#include "muster/model.h"
#include "view/rendering.h"

namespace muster::view {

class RootfsList {
 public:
  // `sorted` is in order of name.
  explicit RootfsList(std::vector<Rootfs> sorted = {});
  RootfsList(const RootfsList&) = delete;
  RootfsList& operator=(const RootfsList&) = delete;

  const std::vector<Rootfs>& entries() const { return entries_; }  // disabled ones too
  const std::string& json() const { return json_; }                // GET /v1/rootfs's `data`
  const Rootfs* Find(std::string_view name) const;
  const Rootfs* default_entry() const { return default_; }  // null: none is enabled
  const DisabledNames& disabled() const { return disabled_; }
  bool IsDisabled(std::string_view name) const { return disabled_.contains(name); }

  // The names that are disabled here and not there, or there and not here;
  // borrowed from the two lists.
  DisabledNames DisabledDifference(const RootfsList& other) const;

 private:
  std::vector<Rootfs> entries_;
  DisabledNames disabled_;  // names in entries_
  std::string json_;
  const Rootfs* default_ = nullptr;
};

}  // namespace muster::view

#endif  // MUSTER_VIEW_ROOTFS_LIST_H_
