// CommitVersions: the store's version that each commit of a recorded run made.
#ifndef MUSTER_TESTS_DURABILITY_COMMIT_VERSIONS_H_
#define MUSTER_TESTS_DURABILITY_COMMIT_VERSIONS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "durability/disk.h"

namespace muster::durability {

// By entry: the version as of it, where every byte so far is there and it is LMDB's meta
// page that was written, which makes the commit; nothing for other entries. `scratch` is
// a file to work in.
std::vector<std::optional<uint64_t>> CommitVersions(const Recording& recording,
                                                    const std::optional<std::string>& data_file,
                                                    const std::string& scratch);

}  // namespace muster::durability

#endif  // MUSTER_TESTS_DURABILITY_COMMIT_VERSIONS_H_
