// GET /v1/whoami: who asks, and what goes wrong when that is looked up.
#include <gmock/gmock.h>

#include <functional>

#include "faulty_store.h"
#include "handler_fixture.h"

namespace muster {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

constexpr char kExample[] =
    R"({"status":"success","data":{"user_id":"usr_01K","stats":{"running":3,"paused":1,"other":0,"total":47}}})";
constexpr char kUnauthorized[] =
    R"({"status":"fail","data":{"code":"unauthorized","message":"missing or invalid API key"}})";

// Says what it is told to, and keeps what it was asked.
class ScriptedAuthenticator : public Authenticator {
 public:
  explicit ScriptedAuthenticator(absl::StatusOr<std::string> answer)
      : answer_(std::move(answer)) {}
  absl::StatusOr<std::string> Authenticate(std::string_view credential) const override {
    asked.emplace_back(credential);
    return answer_;
  }
  mutable std::vector<std::string> asked;

 private:
  absl::StatusOr<std::string> answer_;
};

class Whoami : public HandlerTest {
 protected:
  void AuthenticateBy(const Authenticator* authenticator) {
    HandlerOptions options;
    options.authenticator = authenticator;
    Configure(options);
  }
  Response GetAs(std::string_view user_id, const Fields& fields = {}) const {
    return *handler_->Handle({"GET", "/v1/whoami", &fields}, AuthenticatedUser{user_id});
  }
  static std::string ZerosOf(const std::string& json_id) {
    return R"({"status":"success","data":{"user_id":)" + json_id +
           R"(,"stats":{"running":0,"paused":0,"other":0,"total":0}}})";
  }
};

TEST_F(Whoami, GivesTheUserOfTheExample) {
  const Response response = Get("/v1/whoami", {{"X-Api-Key", kApiKey}});
  EXPECT_EQ(response.status(), 200);
  EXPECT_EQ(Body(response), kExample);
  EXPECT_THAT(See(response).headers, ElementsAre(Pair("Content-Type", "application/json"),
                                                 Pair("Cache-Control", "no-store")));
}

TEST_F(Whoami, TakesAnyOfTheCredentials) {
  EXPECT_EQ(Body(Get("/v1/whoami", {{"X-Auth-Token", kApiKey}})), kExample);
  EXPECT_EQ(Body(Get("/v1/whoami", {{"X-Access-Token", kApiKey}})), kExample);
  EXPECT_EQ(Body(Get("/v1/whoami", {{"Authorization", std::string("bearer ") + kApiKey}})),
            kExample);
}

TEST_F(Whoami, LooksAtTheFirstCredentialOnly) {
  EXPECT_EQ(Get("/v1/whoami", {{"X-Api-Key", kApiKey}, {"X-Auth-Token", "other"}}).status(),
            401);
  EXPECT_EQ(Get("/v1/whoami", {{"X-Api-Key", kApiKey}, {"X-Api-Key", kApiKey}}).status(), 401);
}

TEST_F(Whoami, SaysTheSameToEverybodyUnknown) {
  const Seen missing = See(Get("/v1/whoami"));
  EXPECT_EQ(missing.status, 401);
  EXPECT_EQ(missing.body, kUnauthorized);
  EXPECT_THAT(missing.headers, ElementsAre(Pair("Content-Type", "application/json"),
                                           Pair("Cache-Control", "no-store"),
                                           Pair("WWW-Authenticate", "ApiKey")));

  WriteBatch batch;
  batch.RevokeApiKey(kApiKey);
  Apply(batch);
  for (const std::string& key :
       {std::string(kApiKey), std::string("sk_unknown"), std::string("x"), std::string("\0", 1),
        std::string("a,b"), std::string("\xff\xfe"), std::string(1 << 20, 'k')}) {
    EXPECT_EQ(See(Get("/v1/whoami", {{"X-Api-Key", key}})), missing);
  }
  EXPECT_EQ(See(Get("/v1/whoami", {{"Authorization", "Basic dTpw"}})), missing);
}

TEST_F(Whoami, IgnoresTheQuery) {
  EXPECT_EQ(Body(Get("/v1/whoami?limit=x&offset", {{"X-Api-Key", kApiKey}})), kExample);
}

TEST_F(Whoami, GivesTheNewestCounts) {
  WriteBatch batch;
  batch.SetUserStats("usr_01K", {4, 0, 1, 48});
  Apply(batch);
  EXPECT_THAT(Body(Get("/v1/whoami", {{"X-Api-Key", kApiKey}})),
              HasSubstr(R"("stats":{"running":4,"paused":0,"other":1,"total":48})"));
}

TEST_F(Whoami, GivesZerosToAUserWithoutSandboxes) {
  WriteBatch batch;
  batch.PutUser({"usr_new", std::nullopt, {{"sk_another_key"}}});
  Apply(batch);
  EXPECT_EQ(Body(Get("/v1/whoami", {{"X-Api-Key", "sk_another_key"}})), ZerosOf("\"usr_new\""));
}

TEST_F(Whoami, TakesTheHostsWordForWhoAsks) { EXPECT_EQ(Body(GetAs("usr_01K")), kExample); }

TEST_F(Whoami, DoesNotLookAtTheCredentialWhenTheHostHas) {
  const ScriptedAuthenticator nobody(absl::UnauthenticatedError(""));
  AuthenticateBy(&nobody);
  EXPECT_EQ(Body(GetAs("usr_01K", {{"X-Api-Key", "whatever"}})), kExample);
  EXPECT_THAT(nobody.asked, ElementsAre());
}

TEST_F(Whoami, GivesZerosToAUserThatTheStoreDoesNotKnow) {
  EXPECT_EQ(Body(GetAs("someone@example.com")), ZerosOf("\"someone@example.com\""));
  EXPECT_EQ(Body(GetAs("a\"b\n")), ZerosOf(R"("a\"b\n")"));
  const std::string long_id(10000, 'u');
  EXPECT_EQ(Body(GetAs(long_id)), ZerosOf('"' + long_id + '"'));
}

TEST_F(Whoami, TakesAnEmptyUserForNobody) {
  EXPECT_EQ(See(GetAs("")), See(Get("/v1/whoami")));
  const ScriptedAuthenticator careless{std::string()};
  AuthenticateBy(&careless);
  EXPECT_EQ(Get("/v1/whoami", {{"X-Api-Key", "k"}}).status(), 401);
}

TEST_F(Whoami, CannotNameAUserThatIsNotUtf8) {
  const Response response = GetAs("usr_\xff");
  EXPECT_EQ(response.status(), 500);
  EXPECT_EQ(Body(response), R"({"status":"error","message":"internal error","code":500})");
}

TEST_F(Whoami, AsksTheHostsAuthenticatorOnceWithTheCredentialAsSent) {
  const ScriptedAuthenticator somebody(std::string("usr_01K"));
  AuthenticateBy(&somebody);
  EXPECT_EQ(Body(Get("/v1/whoami", {{"Authorization", "Bearer  eyJ.a b "}})), kExample);
  EXPECT_THAT(somebody.asked, ElementsAre("eyJ.a b"));
}

TEST_F(Whoami, DoesNotAskTheAuthenticatorWithoutACredential) {
  const ScriptedAuthenticator somebody(std::string("usr_01K"));
  AuthenticateBy(&somebody);
  EXPECT_EQ(Get("/v1/whoami", {{"X-Api-Key", ""}}).status(), 401);
  EXPECT_THAT(somebody.asked, ElementsAre());
}

TEST_F(Whoami, SaysUnauthorizedWhenTheAuthenticatorKnowsNobody) {
  for (const absl::Status& status :
       {absl::NotFoundError("secret"), absl::UnauthenticatedError("secret")}) {
    const ScriptedAuthenticator nobody(status);
    AuthenticateBy(&nobody);
    EXPECT_EQ(Body(Get("/v1/whoami", {{"X-Api-Key", "k"}})), kUnauthorized);
  }
}

TEST_F(Whoami, SaysUnavailableWhenTheAuthenticatorFails) {
  for (const absl::Status& status :
       {absl::UnavailableError("/secret/path"), absl::InternalError("/secret/path"),
        absl::PermissionDeniedError("/secret/path"),
        absl::InvalidArgumentError("/secret/path")}) {
    const ScriptedAuthenticator broken(status);
    AuthenticateBy(&broken);
    const Response response = Get("/v1/whoami", {{"X-Api-Key", "k"}});
    EXPECT_EQ(response.status(), 503);
    EXPECT_EQ(response.header("Retry-After"), "1");
    EXPECT_EQ(response.header("Cache-Control"), "no-store");
    EXPECT_EQ(Body(response),
              R"({"status":"error","message":"the credential cannot be checked","code":503})");
  }
}

TEST_F(Whoami, SaysUnavailableWhenTheStoreCannotBeRead) {
  const ScriptedAuthenticator somebody(std::string("usr_01K"));
  for (const absl::Status& status :
       {absl::UnavailableError("/secret/path"), absl::DataLossError("/secret/path")}) {
    Faults faults;
    Serve(Catalog::Open(std::make_unique<FaultyStore>(&faults)));
    AuthenticateBy(&somebody);
    faults.read = status;
    const Response response = Get("/v1/whoami", {{"X-Api-Key", "k"}});
    EXPECT_EQ(response.status(), 503);
    EXPECT_EQ(response.header("Retry-After"), "1");
    EXPECT_EQ(Body(response),
              R"({"status":"error","message":"the store cannot be read","code":503})");
    handler_.reset();
    catalog_.reset();
  }
}

TEST_F(Whoami, SaysInternalErrorForWhatNobodyExpects) {
  Faults faults;
  const ScriptedAuthenticator somebody(std::string("usr_01K"));
  Serve(Catalog::Open(std::make_unique<FaultyStore>(&faults)));
  AuthenticateBy(&somebody);
  faults.read = absl::InternalError("/secret/path");
  const Response response = Get("/v1/whoami", {{"X-Api-Key", "k"}});
  EXPECT_EQ(response.status(), 500);
  EXPECT_EQ(response.header("Retry-After"), "");
  EXPECT_EQ(Body(response), R"({"status":"error","message":"internal error","code":500})");
  handler_.reset();
  catalog_.reset();
}

TEST_F(Whoami, SaysUnavailableOnceTheCatalogIsClosed) {
  ASSERT_TRUE(catalog_->Close().ok());
  const Response response = Get("/v1/whoami", {{"X-Api-Key", kApiKey}});
  EXPECT_EQ(response.status(), 503);
  EXPECT_THAT(Body(response), Not(HasSubstr("/")));
  EXPECT_EQ(Get("/v1/whoami").status(), 401);
}

}  // namespace
}  // namespace muster
