// How a row looks to clients: one JSON object, as docs/http-api.md says.
#ifndef MUSTER_VIEW_RENDERING_H_
#define MUSTER_VIEW_RENDERING_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "muster/model.h"

namespace muster::view {

// Stands in every entity tag. It must be raised with any change to the bytes
// that the functions below make of the same entry, so that a tag that another
// build gave is never taken for this one's; tests/engine/view/rendering_test.cc
// notices a change.
inline constexpr int kRenderingNumber = 1;

using IsDisabledRootfs = std::function<bool(std::string_view name)>;

// The object of a shape, or of a host without the rootfses that are disabled.
// Appended to `out`. The entries must be valid. Any thread.
void RenderShape(const Shape& shape, std::string* out);
void RenderHost(const Host& host, const IsDisabledRootfs& is_disabled, std::string* out);

// The `data` object of GET /v1/rootfs. `sorted`: every entry, in order of name.
std::string RenderRootfses(const std::vector<Rootfs>& sorted);

}  // namespace muster::view

#endif  // MUSTER_VIEW_RENDERING_H_
