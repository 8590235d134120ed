// GET /healthz and GET /readyz.
#include <gmock/gmock.h>

#include "faulty_store.h"
#include "handler_fixture.h"

namespace muster {
namespace {

using testing::ElementsAre;
using testing::Pair;

constexpr char kReadyBody[] = R"({"status":"success","data":{"ready":true}})";

class Probes : public HandlerTest {
 protected:
  ~Probes() override {
    handler_.reset();
    catalog_.reset();  // before the faults
  }
  void ServeFaulty() { Serve(Catalog::Open(std::make_unique<FaultyStore>(&faults_))); }
  void CheckReadinessBy(std::function<absl::Status()> check) {
    HandlerOptions options;
    options.readiness_check = std::move(check);
    Configure(options);
  }
  Faults faults_;
};

TEST_F(Probes, SayUpAlways) {
  const Response response = Get("/healthz");
  EXPECT_EQ(response.status(), 200);
  EXPECT_EQ(Body(response), R"({"status":"success","data":{"up":true}})");
  ASSERT_TRUE(catalog_->Close().ok());
  EXPECT_EQ(See(Get("/healthz")), See(response));
}

TEST_F(Probes, SayUpWithoutTouchingTheStore) {
  ServeFaulty();
  faults_.read = faults_.probe = absl::UnavailableError("gone");
  faults_.calls = 0;
  EXPECT_EQ(Get("/healthz").status(), 200);
  EXPECT_EQ(faults_.calls, 0);
}

TEST_F(Probes, SayReady) {
  const Response response = Get("/readyz");
  EXPECT_EQ(response.status(), 200);
  EXPECT_EQ(Body(response), kReadyBody);
  EXPECT_THAT(See(response).headers, ElementsAre(Pair("Content-Type", "application/json"),
                                                 Pair("Cache-Control", "no-store")));
}

TEST_F(Probes, IgnoreTheQuery) {
  EXPECT_EQ(See(Get("/readyz?limit=x")), See(Get("/readyz")));
  EXPECT_EQ(See(Get("/healthz?limit=x")), See(Get("/healthz")));
}

TEST_F(Probes, GiveTheReasonWhenTheStoreIsNotReady) {
  ServeFaulty();
  faults_.probe = absl::UnavailableError("the \"disk\" is full");
  const Response response = Get("/readyz");
  EXPECT_EQ(response.status(), 503);
  EXPECT_EQ(Body(response),
            R"({"status":"fail","data":{"ready":false,"reason":"the \"disk\" is full"}})");
  EXPECT_THAT(See(response).headers,
              ElementsAre(Pair("Content-Type", "application/json"),
                          Pair("Cache-Control", "no-store"), Pair("Retry-After", "1")));
  faults_.probe = absl::OkStatus();
  EXPECT_EQ(Get("/readyz").status(), 200);
}

TEST_F(Probes, SayNotReadyWithoutABodyToHead) {
  ServeFaulty();
  faults_.probe = absl::UnavailableError("the disk is full");
  Seen expected = See(Get("/readyz"));
  expected.body.clear();
  EXPECT_EQ(See(Ask("HEAD", "/readyz")), expected);
}

TEST_F(Probes, SayNotReadyOnceTheCatalogIsClosed) {
  ASSERT_TRUE(catalog_->Close().ok());
  EXPECT_EQ(Get("/readyz").status(), 503);
}

TEST_F(Probes, AskTheHostsOwnConditionToo) {
  absl::Status condition = absl::OkStatus();
  CheckReadinessBy([&condition] { return condition; });
  EXPECT_EQ(Body(Get("/readyz")), kReadyBody);
  condition = absl::FailedPreconditionError("draining");
  const Response response = Get("/readyz");
  EXPECT_EQ(response.status(), 503);
  EXPECT_EQ(Body(response), R"({"status":"fail","data":{"ready":false,"reason":"draining"}})");
}

TEST_F(Probes, GiveTheStoresReasonBeforeTheHosts) {
  ServeFaulty();
  faults_.probe = absl::UnavailableError("the disk is full");
  CheckReadinessBy([] { return absl::UnavailableError("draining"); });
  EXPECT_EQ(Body(Get("/readyz")),
            R"({"status":"fail","data":{"ready":false,"reason":"the disk is full"}})");
}

TEST_F(Probes, StayJsonWhateverTheHostSays) {
  CheckReadinessBy([] { return absl::UnavailableError("\xff"); });
  EXPECT_EQ(Body(Get("/readyz")),
            R"({"status":"fail","data":{"ready":false,"reason":"not ready"}})");
  CheckReadinessBy([] { return absl::UnavailableError("a\nb\x01"); });
  EXPECT_EQ(Body(Get("/readyz")),
            R"({"status":"fail","data":{"ready":false,"reason":"a\nb\u0001"}})");
}

}  // namespace
}  // namespace muster
