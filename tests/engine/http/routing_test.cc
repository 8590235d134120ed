// What holds for every endpoint: paths, methods, HEAD, headers, order of checks.
#include <gmock/gmock.h>

#include "handler_fixture.h"
#include "model/text.h"

namespace muster {
namespace {

using testing::ElementsAre;
using testing::Pair;

constexpr const char* kLists[] = {"/v1/shapes", "/v1/rootfs", "/v1/hosts"};
constexpr const char* kOthers[] = {"/v1/whoami", "/healthz", "/readyz"};
constexpr const char* kAll[] = {"/v1/shapes", "/v1/rootfs", "/v1/hosts",
                                "/v1/whoami", "/healthz",   "/readyz"};

using Routing = HandlerTest;

TEST_F(Routing, HandsOtherPathsBack) {
  for (const char* target : {"", "/", "/v1/shapes/", "/v1/sandboxes", "//v1/shapes", "*",
                             "/V1/shapes", "/v1/%73hapes", "/v1/shapes#", "http://h", "h:80",
                             "?", "http:///v1/shapes", "/v1/shapes%3Flimit=x"}) {
    for (const char* method : {"GET", "HEAD", "POST", "CONNECT"}) {
      EXPECT_FALSE(Handle(method, target).has_value()) << method << " " << target;
    }
  }
}

TEST_F(Routing, AnswersAnAbsoluteForm) {
  EXPECT_EQ(See(Get("http://localhost:8080/v1/hosts?limit=1")), See(Get("/v1/hosts?limit=1")));
}

TEST_F(Routing, IgnoresAnEmptyQuery) {
  EXPECT_EQ(See(Get("/v1/shapes?")), See(Get("/v1/shapes")));
}

TEST_F(Routing, ServesUnderTheMountPrefixOnly) {
  HandlerOptions options;
  options.mount_prefix = "/api";
  Configure(options);
  for (const char* path : kAll) {
    EXPECT_TRUE(Handle("GET", std::string("/api") + path).has_value()) << path;
    EXPECT_FALSE(Handle("GET", path).has_value()) << path;
  }
  EXPECT_EQ(Get("http://host/api/healthz").status(), 200);
}

TEST_F(Routing, HandsEndpointsBackThatAreSwitchedOff) {
  HandlerOptions options;
  options.serve_hosts = false;
  options.serve_readyz = false;
  Configure(options);
  EXPECT_FALSE(Handle("GET", "/v1/hosts").has_value());
  EXPECT_FALSE(Handle("POST", "/readyz").has_value());
  EXPECT_TRUE(Handle("GET", "/v1/shapes").has_value());
}

TEST_F(Routing, RefusesOptionsThatCannotBe) {
  HandlerOptions options;
  options.mount_prefix = "api/";
  const absl::Status status = Handler::Create(catalog_.get(), options).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(model::Message(status)), testing::HasSubstr("mount_prefix"));
  EXPECT_EQ(Handler::Create(nullptr).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(Routing, SaysNotFoundForServersWithNoOtherRoutes) {
  const Response response = Handler::NotFound({"GET", "/nothing"});
  EXPECT_EQ(response.status(), 404);
  EXPECT_EQ(Body(response),
            R"({"status":"fail","data":{"code":"not_found","path":"no such endpoint"}})");
  EXPECT_THAT(See(response).headers, ElementsAre(Pair("Content-Type", "application/json"),
                                                 Pair("Cache-Control", "no-store")));
  EXPECT_EQ(response.content_length(), Body(response).size());
}

TEST_F(Routing, SaysNotFoundWithoutABodyToHead) {
  Seen expected = See(Handler::NotFound({"GET", "/nothing"}));
  expected.body.clear();
  EXPECT_EQ(See(Handler::NotFound({"HEAD", "/nothing"})), expected);
}

TEST_F(Routing, AllowsGetAndHeadOnly) {
  for (const char* path : kAll) {
    for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "get",
                               "Head", "", "GET ", "GETS", "HEADER"}) {
      const Response response = Ask(method, path);
      EXPECT_EQ(response.status(), 405) << method;
      EXPECT_THAT(See(response).headers,
                  ElementsAre(Pair("Content-Type", "application/json"),
                              Pair("Cache-Control", "no-store"), Pair("Allow", "GET, HEAD")));
      EXPECT_EQ(
          Body(response),
          R"({"status":"fail","data":{"code":"method_not_allowed","method":"use GET or HEAD"}})");
      EXPECT_EQ(response.content_length(), Body(response).size());
    }
  }
}

TEST_F(Routing, AnswersHeadLikeGetWithoutTheBody) {
  const Fields key{{"X-Api-Key", kApiKey}};
  for (const char* target :
       {"/v1/shapes", "/v1/shapes?limit=1&offset=1", "/v1/rootfs", "/v1/hosts", "/v1/whoami",
        "/healthz", "/readyz", "/v1/hosts?limit=x", "/v1/shapes?limit=1&limit=1"}) {
    const Fields none;
    for (const Fields* fields : {&key, &none}) {
      Seen expected = See(Get(target, *fields));
      EXPECT_EQ(expected.content_length, expected.body.size()) << target;
      EXPECT_GT(expected.body.size(), 0u) << target;
      expected.body.clear();
      EXPECT_EQ(See(Ask("HEAD", target, *fields)), expected) << target;
      EXPECT_TRUE(Ask("HEAD", target, *fields).body().empty());
    }
  }
}

TEST_F(Routing, LetsCachesRevalidateListsOnly) {
  const Fields key{{"X-Api-Key", kApiKey}};
  for (const char* path : kLists) {
    EXPECT_EQ(Get(path).header("Cache-Control"), "no-cache") << path;
    EXPECT_NE(Get(path).header("ETag"), "") << path;
  }
  for (const char* path : kOthers) {
    EXPECT_EQ(Get(path, key).status(), 200) << path;
    EXPECT_EQ(Get(path, key).header("Cache-Control"), "no-store") << path;
    EXPECT_EQ(Get(path, key).header("ETag"), "") << path;
  }
  EXPECT_EQ(Get("/v1/whoami").header("Cache-Control"), "no-store");
  EXPECT_EQ(Get("/v1/hosts?limit=0").header("Cache-Control"), "no-store");
  EXPECT_EQ(Get("/v1/hosts?limit=0").header("ETag"), "");
}

TEST_F(Routing, SendsJson) {
  for (const char* path : kAll) {
    EXPECT_EQ(Get(path).header("Content-Type"), "application/json") << path;
  }
}

TEST_F(Routing, ChecksTheMethodBeforeTheQuery) {
  EXPECT_EQ(Ask("POST", "/v1/hosts?limit=x").status(), 405);
}

TEST_F(Routing, ChecksTheMethodBeforeTheCredential) {
  EXPECT_EQ(Ask("POST", "/v1/whoami").status(), 405);
}

TEST_F(Routing, ChecksTheQueryBeforeTheCredential) {
  HandlerOptions options;
  options.hosts_require_credential = true;
  Configure(options);
  EXPECT_EQ(Get("/v1/hosts?limit=x").status(), 400);
  EXPECT_EQ(Get("/v1/hosts?limit=5").status(), 401);
}

TEST_F(Routing, ChecksTheQueryBeforePreconditions) {
  EXPECT_EQ(Get("/v1/hosts?limit=x", {{"If-None-Match", "*"}}).status(), 400);
}

TEST_F(Routing, ChecksTheCredentialBeforePreconditions) {
  HandlerOptions options;
  options.hosts_require_credential = true;
  Configure(options);
  EXPECT_EQ(Get("/v1/hosts", {{"If-None-Match", "*"}}).status(), 401);
  EXPECT_EQ(Get("/v1/hosts", {{"If-None-Match", "*"}, {"X-Api-Key", kApiKey}}).status(), 304);
}

TEST_F(Routing, IgnoresOtherHeaders) {
  const Fields others{{"Range", "bytes=0-1"},     {"Upgrade", "h2c"},
                      {"Expect", "100-continue"}, {"If-Match", "\"x\""},
                      {"If-Modified-Since", "x"}, {"Accept", "text/html"},
                      {"If-Range", "\"x\""},      {"If-Unmodified-Since", "x"}};
  for (const char* path : kAll) EXPECT_EQ(See(Get(path, others)), See(Get(path))) << path;
}

TEST_F(Routing, TakesARequestWithoutHeaders) {
  for (const char* path : kAll) {
    const std::optional<Response> response = handler_->Handle({"GET", path, nullptr});
    ASSERT_TRUE(response.has_value());
    EXPECT_EQ(See(*response), See(Get(path)));
  }
}

TEST_F(Routing, GoesOnAfterTheHandlerHasMoved) {
  Handler moved = *std::move(handler_);
  handler_.reset();
  EXPECT_EQ(moved.Handle({"GET", "/healthz", nullptr})->status(), 200);
}

TEST_F(Routing, SurvivesHostileTargets) {
  const std::string megabytes(4 << 20, '%');
  for (const std::string& target :
       {megabytes, "/" + megabytes, "http://" + megabytes, "http://h/" + megabytes,
        "/v1/shapes" + megabytes, std::string("/v1/shapes\0", 11), std::string(1, '\0')}) {
    EXPECT_FALSE(Handle("GET", target).has_value());
  }
  EXPECT_EQ(Get("/v1/shapes?" + megabytes).status(), 200);
  EXPECT_EQ(Get("/v1/shapes?limit=" + megabytes).status(), 400);
}

}  // namespace
}  // namespace muster
