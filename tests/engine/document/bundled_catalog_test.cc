// data/catalog.json, the catalog that a first start imports.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>

#include "engine/document/fixture.h"

namespace muster {
namespace {

class BundledCatalog : public DocumentTest {
 protected:
  void SetUp() override {
    std::ifstream in(BUNDLED_CATALOG, std::ios::binary);
    text_.assign(std::istreambuf_iterator<char>(in), {});
    Load(text_);
  }

  std::string text_;
};

TEST_F(BundledCatalog, IsWrittenAsAnExportWithKeys) {
  constexpr std::string_view kKeys = "\"api_keys\":[";
  std::string without_keys = text_;
  size_t at;
  while ((at = without_keys.find(kKeys)) != std::string::npos) {
    without_keys.erase(at, without_keys.find("],", at) + 2 - at);
  }
  EXPECT_NE(without_keys, text_);
  EXPECT_EQ(Export(), without_keys);
}

TEST_F(BundledCatalog, HasShapesUnderOneCpuAndADisabledOne) {
  const auto shapes = catalog_->snapshot().AllShapes();
  EXPECT_GE(shapes.size(), 12u);
  EXPECT_TRUE(std::any_of(shapes.begin(), shapes.end(), [](const Shape& shape) {
    return shape.vcpu == 1 && shape.cpu_quota_pct == 25;
  }));
  EXPECT_TRUE(std::any_of(shapes.begin(), shapes.end(),
                          [](const Shape& shape) { return shape.disabled; }));
  EXPECT_EQ(*catalog_->snapshot().FindShape("s-1vcpu-1gb"),
            (Shape{"s-1vcpu-1gb", 1, 1024, 10240}));
}

TEST_F(BundledCatalog, HasADefaultADeprecatedAndADisabledRootfs) {
  const Snapshot snapshot = catalog_->snapshot();
  EXPECT_EQ(snapshot.Rootfses().default_name, "devbox:1");
  const Rootfs node = *snapshot.FindRootfs("node");
  EXPECT_TRUE(node.deprecated);
  EXPECT_TRUE(snapshot.ResolveRootfs(node.successor).ok());
  EXPECT_EQ(snapshot.ResolveRootfs("python:3.8").status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(BundledCatalog, HasHostsOfEveryStatusAndAHiddenOne) {
  const Snapshot snapshot = catalog_->snapshot();
  std::map<HostStatus, int> count;
  std::set<std::string> unknown;
  for (const Host& host : snapshot.AllHosts()) {
    ++count[host.status];
    for (const std::string& name : host.rootfses) {
      if (!snapshot.FindRootfs(name)) unknown.insert(name);
    }
  }
  EXPECT_EQ(count.size(), 3u);
  EXPECT_EQ(unknown.size(), 1u) << "one custom image";
  EXPECT_EQ(snapshot.Hosts().total + 1, static_cast<int64_t>(snapshot.AllHosts().size()));
  EXPECT_EQ(*snapshot.FindHost("136.243.150.252"),
            (Host{"136.243.150.252", HostStatus::kActive, 8192, 12, {"devbox:1", "node"}}));
}

TEST_F(BundledCatalog, HasTwoUsersWithDemoKeys) {
  EXPECT_EQ(OwnerOf("sk_demo_alice_0123456789abcdefghijklmnop"), "usr_01K");
  EXPECT_EQ(Stats("usr_01K"), (UserStats{3, 1, 0, 47}));
  EXPECT_EQ(OwnerOf("sk_demo_bob_0123456789abcdefghijklmnopqr"),
            "usr_01K5V9Z3T8QF6M2XJ4C7RNDHWB");
}

}  // namespace
}  // namespace muster
