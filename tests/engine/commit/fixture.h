// A catalog in memory, and what most tests do with it.
#ifndef MUSTER_TESTS_ENGINE_COMMIT_FIXTURE_H_
#define MUSTER_TESTS_ENGINE_COMMIT_FIXTURE_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "model/text.h"
#include "muster/catalog.h"

namespace muster {

class CatalogTest : public testing::Test {
 protected:
  CatalogTest() : catalog_(*Catalog::OpenInMemory()) {}

  // Fills a batch and applies it.
  template <typename Fill>
  absl::Status Apply(const Fill& fill) {
    WriteBatch batch;
    fill(batch);
    return catalog_->Apply(batch);
  }

  // The same, where it must succeed.
  template <typename Fill>
  void Do(const Fill& fill) {
    const absl::Status status = Apply(fill);
    ASSERT_TRUE(status.ok()) << status;
  }

  static Host MakeHost(std::string id, std::vector<std::string> rootfses = {}) {
    return {std::move(id), HostStatus::kActive, 100, 1, std::move(rootfses)};
  }

  std::unique_ptr<Catalog> catalog_;
};

inline std::string Text(const absl::Status& status) {
  return std::string(model::Message(status));
}

}  // namespace muster

#endif  // MUSTER_TESTS_ENGINE_COMMIT_FIXTURE_H_
