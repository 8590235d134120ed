// What a store holds, and what a catalog shows of it, in a form that can be compared.
#ifndef MUSTER_TESTS_ENGINE_COMMIT_CATALOG_TEXT_H_
#define MUSTER_TESTS_ENGINE_COMMIT_CATALOG_TEXT_H_

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "muster/catalog.h"
#include "muster/store.h"

namespace muster {

using Records = std::map<std::pair<int, std::string>, std::string>;

// Every record of every table.
inline Records Dump(Store& store) {
  Records records;
  const auto txn = *store.BeginRead();
  for (int table = 0; table < kTableCount; ++table) {
    const absl::Status status = txn->Scan(static_cast<Table>(table), {},
                                          [&](std::string_view key, std::string_view value) {
                                            records[{table, std::string(key)}] = value;
                                            return true;
                                          });
    EXPECT_TRUE(status.ok()) << status;
  }
  return records;
}

// All that clients see, and all that they do not.
inline std::string TextOf(const Snapshot& snapshot) {
  std::string text = std::to_string(snapshot.version());
  for (List list : {List::kShapes, List::kRootfs, List::kHosts}) {
    text += std::string(snapshot.etag(list)) + std::to_string(snapshot.version(list));
  }
  text += snapshot.RenderedShapes(500).rows.ToString();
  text += snapshot.RenderedHosts(500).rows.ToString();
  text += snapshot.RenderedRootfses();
  for (const Shape& shape : snapshot.AllShapes()) text += shape.id;
  for (const Rootfs& rootfs : snapshot.AllRootfses()) text += rootfs.name;
  for (const Host& host : snapshot.AllHosts()) text += host.id;
  return text;
}

// The same, the tags aside: they hold the store's id, which is random.
inline std::string ContentOf(const Snapshot& snapshot) {
  std::string text = std::to_string(snapshot.version());
  text += snapshot.RenderedShapes(500).rows.ToString();
  text += snapshot.RenderedHosts(500).rows.ToString();
  return text += snapshot.RenderedRootfses();
}

}  // namespace muster

#endif  // MUSTER_TESTS_ENGINE_COMMIT_CATALOG_TEXT_H_
