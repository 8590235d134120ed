// Which rootfs is used when none is asked for.
#ifndef MUSTER_MODEL_DEFAULT_ROOTFS_H_
#define MUSTER_MODEL_DEFAULT_ROOTFS_H_

#include <vector>

#include "muster/model.h"

namespace muster::model {

// The entry of that name in entries sorted by name, or null.
const Rootfs* FindByName(const std::vector<Rootfs>& sorted, std::string_view name);

// The entry marked default if it is enabled; else the first enabled one found by
// following `successor` from it, through disabled entries too; else the first
// enabled one that is not deprecated; else the first enabled one; else null.
// `sorted` is in order of name. Linear in its size.
const Rootfs* DefaultRootfs(const std::vector<Rootfs>& sorted);

}  // namespace muster::model

#endif  // MUSTER_MODEL_DEFAULT_ROOTFS_H_
