// The three lists: bodies, pages, entity tags.
#include <gmock/gmock.h>

#include "handler_fixture.h"

namespace muster {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

constexpr char kShapesExample[] =
    R"({"status":"success","data":{"data":[{"id":"s-1vcpu-256mb","vcpu":1,"mem_mib":256,"default_disk_mib":10240},)"
    R"({"id":"s-1vcpu-1gb","vcpu":1,"mem_mib":1024,"default_disk_mib":10240}],)"
    R"("pagination":{"total":2,"limit":50,"offset":0,"count":2}}})";
constexpr char kRootfsExample[] =
    R"({"status":"success","data":{"rootfs":["devbox:1","node"],"default":"devbox:1"}})";
constexpr char kHostsExample[] =
    R"({"status":"success","data":{"data":[{"id":"136.243.150.252","status":"active","free_mib":8192,"vm_count":12,"rootfses":["devbox:1","node"]}],)"
    R"("pagination":{"total":1,"limit":50,"offset":0,"count":1}}})";

constexpr char kBadLimit[] =
    R"({"status":"fail","data":{"code":"invalid_query","limit":"must be an integer of at least 1"}})";
constexpr char kBadOffset[] =
    R"({"status":"fail","data":{"code":"invalid_query","offset":"must be an integer from 0 to 9007199254740991"}})";

class Lists : public HandlerTest {
 protected:
  // A thousand hosts besides the example's, host-0000 to host-0999.
  void AddHosts() {
    WriteBatch batch;
    for (int i = 0; i < 1000; ++i) {
      std::string id = std::to_string(10000 + i);
      id.replace(0, 1, "host-");
      batch.PutHost({id, HostStatus::kDraining, i, i, {}});
    }
    Apply(batch);
  }
};

TEST_F(Lists, GiveTheShapesOfTheExample) {
  const Response response = Get("/v1/shapes");
  EXPECT_EQ(response.status(), 200);
  EXPECT_EQ(Body(response), kShapesExample);
  EXPECT_THAT(See(response).headers,
              ElementsAre(Pair("Content-Type", "application/json"),
                          Pair("Cache-Control", "no-cache"), Pair("ETag", testing::_)));
}

TEST_F(Lists, GiveTheRootfsOfTheExample) {
  const Response response = Get("/v1/rootfs");
  EXPECT_EQ(response.status(), 200);
  EXPECT_EQ(Body(response), kRootfsExample);
}

TEST_F(Lists, GiveTheHostsOfTheExample) {
  const Response response = Get("/v1/hosts");
  EXPECT_EQ(response.status(), 200);
  EXPECT_EQ(Body(response), kHostsExample);
}

TEST_F(Lists, AreEmptyInAnEmptyCatalog) {
  catalog_ = *Catalog::OpenInMemory();
  Configure({});
  constexpr char kEmpty[] =
      R"({"status":"success","data":{"data":[],"pagination":{"total":0,"limit":50,"offset":0,"count":0}}})";
  EXPECT_EQ(Body(Get("/v1/shapes")), kEmpty);
  EXPECT_EQ(Body(Get("/v1/hosts")), kEmpty);
  EXPECT_EQ(Body(Get("/v1/rootfs")),
            R"({"status":"success","data":{"rootfs":[],"default":""}})");
}

TEST_F(Lists, ArePagesOfFiftyByDefault) {
  AddHosts();
  EXPECT_THAT(
      Body(Get("/v1/hosts")),
      HasSubstr(R"(}],"pagination":{"total":1001,"limit":50,"offset":0,"count":50}}})"));
}

TEST_F(Lists, GiveThePageThatIsAskedFor) {
  AddHosts();
  EXPECT_EQ(
      Body(Get("/v1/hosts?offset=11&limit=2")),
      R"({"status":"success","data":{"data":[{"id":"host-0010","status":"draining","free_mib":10,"vm_count":10},)"
      R"({"id":"host-0011","status":"draining","free_mib":11,"vm_count":11}],)"
      R"("pagination":{"total":1001,"limit":2,"offset":11,"count":2}}})");
}

TEST_F(Lists, ClampTheLimitAndSaySo) {
  AddHosts();
  EXPECT_THAT(
      Body(Get("/v1/hosts?limit=100000000000000000000")),
      HasSubstr(R"(}],"pagination":{"total":1001,"limit":500,"offset":0,"count":500}}})"));
}

TEST_F(Lists, CountWhatTheLastPageHolds) {
  AddHosts();
  EXPECT_THAT(
      Body(Get("/v1/hosts?limit=500&offset=1000")),
      HasSubstr(R"(}],"pagination":{"total":1001,"limit":500,"offset":1000,"count":1}}})"));
}

TEST_F(Lists, AreEmptyAtAndPastTheEnd) {
  for (const char* offset : {"2", "3", "9007199254740991"}) {
    EXPECT_EQ(Body(Get(std::string("/v1/shapes?offset=") + offset)),
              std::string(R"({"status":"success","data":{"data":[],"pagination":{"total":2,)") +
                  R"("limit":50,"offset":)" + offset + R"(,"count":0}}})");
  }
}

TEST_F(Lists, AreTheSameWhetherReadInOnePageOrInMany) {
  AddHosts();
  const auto rows = [this](int limit, int offset) {
    const std::string body = Body(
        Get("/v1/hosts?limit=" + std::to_string(limit) + "&offset=" + std::to_string(offset)));
    const size_t begin = body.find('[') + 1;
    return body.substr(begin, body.find("],\"pagination\"") - begin);
  };
  std::string in_small_pages;
  for (int offset = 3; offset < 503; offset += 7) {
    if (offset > 3) in_small_pages += ',';
    in_small_pages += rows(std::min(7, 503 - offset), offset);
  }
  EXPECT_EQ(in_small_pages, rows(500, 3));
}

TEST_F(Lists, RefuseABadLimit) {
  for (const char* path : {"/v1/shapes", "/v1/hosts"}) {
    for (const char* query : {"?limit=0", "?limit", "?limit=-1", "?limit=1%", "?limit=+1"}) {
      const Response response = Get(std::string(path) + query);
      EXPECT_EQ(response.status(), 400) << query;
      EXPECT_EQ(Body(response), kBadLimit) << query;
      EXPECT_THAT(See(response).headers, ElementsAre(Pair("Content-Type", "application/json"),
                                                     Pair("Cache-Control", "no-store")));
    }
  }
}

TEST_F(Lists, RefuseABadOffset) {
  for (const char* path : {"/v1/shapes", "/v1/hosts"}) {
    for (const char* query : {"?offset=", "?offset=1.5", "?offset=9007199254740992"}) {
      const Response response = Get(std::string(path) + query);
      EXPECT_EQ(response.status(), 400) << query;
      EXPECT_EQ(Body(response), kBadOffset) << query;
    }
  }
}

TEST_F(Lists, RefuseAParameterGivenTwice) {
  EXPECT_EQ(
      Body(Get("/v1/shapes?limit=1&limit=1")),
      R"({"status":"fail","data":{"code":"invalid_query","limit":"given more than once"}})");
  EXPECT_EQ(
      Body(Get("/v1/hosts?offset=1&offset=x")),
      R"({"status":"fail","data":{"code":"invalid_query","offset":"given more than once"}})");
}

TEST_F(Lists, NameTheFirstOffender) {
  EXPECT_EQ(Body(Get("/v1/shapes?offset=x&limit=x")), kBadOffset);
  EXPECT_EQ(Body(Get("/v1/shapes?limit=x&offset=x")), kBadLimit);
}

TEST_F(Lists, OfRootfsAreNotPaginated) {
  EXPECT_EQ(See(Get("/v1/rootfs?limit=x&offset=&limit=0")), See(Get("/v1/rootfs")));
}

TEST_F(Lists, HaveOneETagOnAllTheirPages) {
  for (const char* path : {"/v1/shapes", "/v1/hosts"}) {
    const std::string etag = ETag(path);
    EXPECT_EQ(ETag(std::string(path) + "?limit=1&offset=1"), etag);
    EXPECT_EQ(ETag(std::string(path) + "?offset=100"), etag);
  }
}

TEST_F(Lists, HaveStrongETags) {
  for (const char* path : {"/v1/shapes", "/v1/rootfs", "/v1/hosts"}) {
    EXPECT_THAT(ETag(path), testing::MatchesRegex("\"[!#-~]+\"")) << path;
  }
}

TEST_F(Lists, ChangeTheETagOfTheListThatChangedAndOfNoOther) {
  const std::string shapes = ETag("/v1/shapes");
  const std::string hosts = ETag("/v1/hosts");
  WriteBatch batch;
  batch.PutShape({"s-2vcpu-4gb", 2, 4096, 10240});
  Apply(batch);
  EXPECT_NE(ETag("/v1/shapes"), shapes);
  EXPECT_EQ(ETag("/v1/hosts"), hosts);
}

TEST_F(Lists, AreNotModifiedForTheirETag) {
  for (const char* path : {"/v1/shapes", "/v1/rootfs", "/v1/hosts"}) {
    const std::string etag = ETag(path);
    for (const std::string& value : {etag, "W/" + etag, "\"x\", " + etag, std::string("*")}) {
      for (const char* method : {"GET", "HEAD"}) {
        const Response response = Ask(method, path, {{"If-None-Match", value}});
        EXPECT_EQ(response.status(), 304) << value;
        EXPECT_THAT(See(response).headers,
                    ElementsAre(Pair("Cache-Control", "no-cache"), Pair("ETag", etag)));
        EXPECT_EQ(response.content_length(), std::nullopt);
        EXPECT_TRUE(response.body().empty());
      }
    }
  }
}

TEST_F(Lists, AreSentWholeForAnotherETag) {
  const std::string old_etag = ETag("/v1/shapes");
  WriteBatch batch;
  batch.DeleteShape("s-1vcpu-1gb");
  Apply(batch);
  for (const std::string& value : {std::string("\"x\""), std::string(""), old_etag}) {
    EXPECT_EQ(See(Get("/v1/shapes", {{"If-None-Match", value}})), See(Get("/v1/shapes")));
  }
}

TEST_F(Lists, AreNotModifiedOnAnyPage) {
  EXPECT_EQ(Get("/v1/shapes?offset=1", {{"If-None-Match", ETag("/v1/shapes")}}).status(), 304);
}

TEST_F(Lists, TakeRepeatsOfIfNoneMatchForOneList) {
  const Fields fields{{"If-None-Match", "\"x\""}, {"if-none-match", ETag("/v1/hosts")}};
  EXPECT_EQ(Get("/v1/hosts", fields).status(), 304);
}

TEST_F(Lists, LookAtIfNoneMatchOnlyWhereThereIsAList) {
  const Fields star{{"If-None-Match", "*"}, {"X-Api-Key", kApiKey}};
  for (const char* path : {"/v1/whoami", "/healthz", "/readyz"}) {
    EXPECT_EQ(Get(path, star).status(), 200) << path;
  }
  EXPECT_EQ(Ask("POST", "/v1/shapes", star).status(), 405);
}

TEST_F(Lists, StayAsTheyWereWhileTheCatalogMovesOn) {
  const Response old_page = Get("/v1/shapes");
  const std::string old_etag(old_page.header("ETag"));
  WriteBatch batch;
  batch.Replace(List::kShapes);
  Apply(batch);
  EXPECT_EQ(Body(old_page), kShapesExample);
  EXPECT_EQ(old_page.header("ETag"), old_etag);
  EXPECT_THAT(Body(Get("/v1/shapes")), HasSubstr(R"("total":0)"));
}

TEST_F(Lists, OutliveTheCatalog) {
  const Response page = Get("/v1/hosts");
  const std::string etag(page.header("ETag"));
  handler_.reset();
  catalog_.reset();
  EXPECT_EQ(Body(page), kHostsExample);
  EXPECT_EQ(page.header("ETag"), etag);
}

TEST_F(Lists, GoOnFromMemoryOnceTheCatalogIsClosed) {
  ASSERT_TRUE(catalog_->Close().ok());
  EXPECT_EQ(Body(Get("/v1/shapes")), kShapesExample);
  EXPECT_EQ(Body(Get("/v1/rootfs")), kRootfsExample);
  EXPECT_EQ(Body(Get("/v1/hosts")), kHostsExample);
}

TEST_F(Lists, OfHostsArePublicByDefault) { EXPECT_EQ(Get("/v1/hosts").status(), 200); }

TEST_F(Lists, OfHostsMayAskForACredential) {
  HandlerOptions options;
  options.hosts_require_credential = true;
  Configure(options);
  EXPECT_EQ(See(Get("/v1/hosts")), See(Get("/v1/whoami")));
  EXPECT_EQ(Get("/v1/hosts", {{"X-Api-Key", "sk_unknown"}}).status(), 401);
  EXPECT_EQ(Body(Get("/v1/hosts", {{"X-Api-Key", kApiKey}})), kHostsExample);
  EXPECT_EQ(Get("/v1/shapes").status(), 200);
  EXPECT_EQ(Get("/v1/rootfs").status(), 200);
}

TEST_F(Lists, OfHostsTakeTheHostsOwnAuthenticationForACredential) {
  HandlerOptions options;
  options.hosts_require_credential = true;
  Configure(options);
  const Request request{"GET", "/v1/hosts", nullptr};
  EXPECT_EQ(handler_->Handle(request, AuthenticatedUser{"anybody"})->status(), 200);
  EXPECT_EQ(handler_->Handle(request, AuthenticatedUser{""})->status(), 401);
}

}  // namespace
}  // namespace muster
