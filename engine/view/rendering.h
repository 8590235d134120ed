// How a row looks to clients: one JSON object, as docs/http-api.md says.
#ifndef MUSTER_VIEW_RENDERING_H_
#define MUSTER_VIEW_RENDERING_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "model/record.h"
#include "muster/model.h"

namespace muster::view {

// Stands in every entity tag. It must be raised with any change to the bytes
// that the functions below make of the same entry, so that a tag that another
// build gave is never taken for this one's; tests/engine/view/rendering_test.cc
// notices a change.
inline constexpr int kRenderingNumber = 1;

// The names of the rootfses that are disabled; owned by somebody else.
using DisabledNames = absl::flat_hash_set<std::string_view>;

// The object of a shape, appended to `out`. It must be valid. Any thread.
void RenderShape(const Shape& shape, std::string* out);

// The object of a host, without the rootfses that are disabled, written to `out`;
// returns where it ends. There must be room for the bytes that MaxHostJsonBytes()
// gives for the host's id and record. `host` is what ReadHost() made of the
// record. Any thread.
char* RenderHost(std::string_view id, const model::HostFields& host,
                 const DisabledNames& disabled, char* out);
size_t MaxHostJsonBytes(std::string_view id, std::string_view record);

// The `data` object of GET /v1/rootfs. `sorted`: every entry, in order of name.
std::string RenderRootfses(const std::vector<Rootfs>& sorted);

}  // namespace muster::view

#endif  // MUSTER_VIEW_RENDERING_H_
