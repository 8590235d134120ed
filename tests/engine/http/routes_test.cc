#include "http/routes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "model/text.h"

namespace muster::http {
namespace {

const std::vector<std::pair<std::string, Endpoint>>& AllPaths() {
  static const std::vector<std::pair<std::string, Endpoint>> paths = {
      {"/v1/shapes", Endpoint::kShapes}, {"/v1/rootfs", Endpoint::kRootfs},
      {"/v1/hosts", Endpoint::kHosts},   {"/v1/whoami", Endpoint::kWhoami},
      {"/healthz", Endpoint::kHealthz},  {"/readyz", Endpoint::kReadyz}};
  return paths;
}

Routes At(std::string_view prefix) {
  HandlerOptions options;
  options.mount_prefix = prefix;
  return Routes(options);
}

TEST(Routes, FindsEachEndpoint) {
  for (const auto& [path, endpoint] : AllPaths())
    EXPECT_EQ(At("").Find(path), endpoint) << path;
}

TEST(Routes, ComparesPathsByteForByte) {
  for (const char* path : {"",
                           "/",
                           "/v1",
                           "/v1/",
                           "/v1/shapes/",
                           "/V1/shapes",
                           "/v1/Shapes",
                           "/v1//shapes",
                           "//v1/shapes",
                           "/v1/shape",
                           "/v1/shapess",
                           "/v1/%73hapes",
                           "/v1/./shapes",
                           "/v1/shapes#",
                           "/v1/shapes;a",
                           "v1/shapes",
                           "/v1/shapes ",
                           " /v1/shapes",
                           "/v1/healthz",
                           "/shapes"}) {
    EXPECT_EQ(At("").Find(path), std::nullopt) << path;
  }
  EXPECT_EQ(At("").Find(std::string_view("/v1/shapes\0", 11)), std::nullopt);
}

TEST(Routes, PutsTheMountPrefixBeforeEveryPath) {
  const Routes routes = At("/api/cat%61log");
  for (const auto& [path, endpoint] : AllPaths()) {
    EXPECT_EQ(routes.Find("/api/cat%61log" + path), endpoint) << path;
  }
}

TEST(Routes, AsksForTheMountPrefixExactly) {
  const Routes routes = At("/api");
  for (const char* path : {"/v1/shapes", "/ap/v1/shapes", "/apiv1/shapes", "/API/v1/shapes",
                           "/api//v1/shapes", "/api/api/v1/shapes", "/api", "/ap", ""}) {
    EXPECT_EQ(routes.Find(path), std::nullopt) << path;
  }
}

TEST(Routes, DoesNotFindWhatIsSwitchedOff) {
  const std::vector<bool HandlerOptions::*> switches = {
      &HandlerOptions::serve_shapes,  &HandlerOptions::serve_rootfs,
      &HandlerOptions::serve_hosts,   &HandlerOptions::serve_whoami,
      &HandlerOptions::serve_healthz, &HandlerOptions::serve_readyz};
  for (size_t off = 0; off < switches.size(); ++off) {
    HandlerOptions options;
    options.*switches[off] = false;
    const Routes routes(options);
    for (size_t i = 0; i < AllPaths().size(); ++i) {
      EXPECT_EQ(routes.Find(AllPaths()[i].first).has_value(), i != off) << AllPaths()[i].first;
    }
  }
}

TEST(MountPrefix, MayBeEmptyOrAPath) {
  for (const char* prefix : {"", "/a", "/api", "/api/v2", "/a%20b", "/a//b", "/caf\xc3\xa9"}) {
    EXPECT_TRUE(Routes::CheckMountPrefix(prefix).ok()) << prefix;
  }
}

TEST(MountPrefix, MustBeginWithASlashAndNotEndWithOne) {
  for (const char* prefix : {"/", "api", "api/", "/api/", "http://h/api", "//"}) {
    const absl::Status status = Routes::CheckMountPrefix(prefix);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << prefix;
    EXPECT_EQ(model::Message(status),
              "mount_prefix: must be empty, or begin with a slash and not end with one");
  }
}

TEST(MountPrefix, MustBeWhatAPathCanHold) {
  for (const char* prefix : {"/a?b", "/a#b", "/a b", "/a\tb", "/a\nb", "/a\x7f"}) {
    const absl::Status status = Routes::CheckMountPrefix(prefix);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << prefix;
    EXPECT_THAT(std::string(model::Message(status)), testing::StartsWith("mount_prefix: "));
  }
}

}  // namespace
}  // namespace muster::http
