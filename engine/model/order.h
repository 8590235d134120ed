// The order of the lists, as keys that compare bytewise.
//
// Rootfs and hosts are in order of their names. Shapes are in order of vcpu,
// mem_mib, default_disk_mib and then id, so their key is these numbers
// big-endian, followed by the id.
#ifndef MUSTER_MODEL_ORDER_H_
#define MUSTER_MODEL_ORDER_H_

#include <string>
#include <string_view>

#include "muster/model.h"

namespace muster::model {

std::string ShapeOrderKey(const Shape& shape);

// The id at the end of such a key.
std::string_view ShapeIdOfOrderKey(std::string_view order_key);

}  // namespace muster::model

#endif  // MUSTER_MODEL_ORDER_H_
