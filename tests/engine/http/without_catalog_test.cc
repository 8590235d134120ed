// A handler whose host has no catalog: its paths are ours, and it says why not.
#include <gmock/gmock.h>

#include "handler_fixture.h"

namespace muster {
namespace {

constexpr char kUnreadable[] =
    R"({"status":"error","message":"the store cannot be read","code":503})";
constexpr char kUnchecked[] =
    R"({"status":"error","message":"the credential cannot be checked","code":503})";

class WithoutCatalog : public testing::Test {
 protected:
  WithoutCatalog() { Configure({}); }

  void Configure(HandlerOptions options) {
    auto handler = Handler::WithoutCatalog("there is no store yet", std::move(options));
    ASSERT_TRUE(handler.ok()) << handler.status();
    handler_.emplace(*std::move(handler));
  }

  std::optional<Response> Handle(std::string_view method, std::string_view target,
                                 const Fields& fields = {}) const {
    return handler_->Handle(Request{method, target, &fields});
  }

  Seen Get(std::string_view target, const Fields& fields = {}) const {
    return See(*Handle("GET", target, fields));
  }

  std::optional<Handler> handler_;
};

TEST_F(WithoutCatalog, AnswersListsWith503) {
  const Seen seen = Get("/v1/shapes");
  EXPECT_EQ(seen.status, 503);
  EXPECT_EQ(seen.body, kUnreadable);
  EXPECT_THAT(seen.headers, testing::Contains(testing::Pair("Retry-After", "1")));
  EXPECT_EQ(Get("/v1/rootfs"), seen);
  EXPECT_EQ(Get("/v1/hosts", {{"If-None-Match", "*"}}), seen);
}

TEST_F(WithoutCatalog, ChecksMethodAndQueryFirst) {
  EXPECT_EQ(Get("/v1/hosts?limit=0").status, 400);
  EXPECT_EQ(See(*Handle("POST", "/v1/hosts")).status, 405);
}

TEST_F(WithoutCatalog, AnswersHeadWithoutABody) {
  Seen expected = Get("/v1/hosts");
  expected.body.clear();
  EXPECT_EQ(See(*Handle("HEAD", "/v1/hosts")), expected);
}

TEST_F(WithoutCatalog, CannotCheckAKey) {
  EXPECT_EQ(Get("/v1/whoami", {{"X-Api-Key", kApiKey}}).body, kUnchecked);
  EXPECT_EQ(Get("/v1/whoami").status, 401);
}

TEST_F(WithoutCatalog, CannotCountForTheHostsUser) {
  const Fields none;
  const Request request{"GET", "/v1/whoami", &none};
  EXPECT_EQ(See(*handler_->Handle(request, {"usr_01K"})).body, kUnreadable);
  EXPECT_EQ(handler_->Handle(request, {""})->status(), 401);
}

TEST_F(WithoutCatalog, IsUpAndNotReady) {
  EXPECT_EQ(Get("/healthz").status, 200);
  const Seen seen = Get("/readyz");
  EXPECT_EQ(seen.status, 503);
  EXPECT_EQ(seen.body,
            R"({"status":"fail","data":{"ready":false,"reason":"there is no store yet"}})");
}

TEST_F(WithoutCatalog, LeavesOtherPathsToTheHost) {
  EXPECT_FALSE(Handle("GET", "/v1/sandboxes").has_value());
}

TEST_F(WithoutCatalog, HasTheOptionsOfOthers) {
  HandlerOptions options;
  options.mount_prefix = "/api";
  options.serve_readyz = false;
  options.hosts_require_credential = true;
  Configure(options);
  EXPECT_FALSE(Handle("GET", "/v1/hosts").has_value());
  EXPECT_FALSE(Handle("GET", "/api/readyz").has_value());
  EXPECT_EQ(Get("/api/v1/hosts").status, 401);
  options.mount_prefix = "api";
  EXPECT_EQ(Handler::WithoutCatalog("", options).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace muster
