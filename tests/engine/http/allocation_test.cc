// What an answer costs in memory: nothing, for a list.
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "counting_new.h"
#include "muster/catalog.h"
#include "muster/http.h"
#include "muster/write_batch.h"

namespace muster {
namespace {

// A field, once or twice, that is there already.
class BorrowedFields : public HeaderFields {
 public:
  BorrowedFields(std::string_view name, std::string_view first, std::string_view second = {})
      : name_(name), first_(first), second_(second) {}
  void ForEach(std::string_view name,
               const std::function<void(std::string_view)>& visit) const override {
    if (name != name_) return;
    visit(first_);
    if (!second_.empty()) visit(second_);
  }

 private:
  std::string_view name_;
  std::string_view first_;
  std::string_view second_;
};

class Allocations : public testing::Test {
 protected:
  static constexpr char kKey[] = "sk_0123456789012345678901234567890123456789abc";

  Allocations()
      : catalog_(*Catalog::OpenInMemory()), handler_(*Handler::Create(catalog_.get())) {
    WriteBatch batch;
    for (int i = 0; i < 2000; ++i) {
      batch.PutShape({"s-" + std::to_string(i), 1 + i % 64, 1024, 10240});
      batch.PutHost({std::to_string(10000 + i), HostStatus::kActive, 8192, i, {"node"}});
    }
    batch.PutRootfs({"node"});
    // After the others: runs of hosts that clients see between those they do not.
    for (int i = 0; i < 8000; ++i) {
      batch.PutHost(
          {"h" + std::to_string(10000 + i), HostStatus::kDraining, 1, i, {}, i % 8 != 0});
    }
    User user;
    user.id = "usr_01KABCDEFGHIJ";
    user.stats = UserStats{3, 1, 0, 47};
    user.api_keys = {kKey};
    batch.PutUser(user);
    EXPECT_TRUE(catalog_->Apply(batch).ok());
  }

  // How many allocations ten answers take, once one has been given. Each answer
  // is held, moved and read, as an adapter would.
  int64_t Count(const Request& request, int expected_status) const {
    int64_t allocations = 0;
    for (int round = 0; round < 11; ++round) {
      const int64_t before = AllocationsOfThisThread();
      bool as_expected = false;
      {
        std::optional<Response> response = handler_.Handle(request);
        const Response moved = *std::move(response);
        size_t bytes = 0;
        for (std::string_view span : moved.body()) bytes += span.size();
        as_expected = moved.status() == expected_status && bytes == moved.body().byte_count();
      }
      if (round > 0) allocations += AllocationsOfThisThread() - before;
      EXPECT_TRUE(as_expected);
    }
    return allocations;
  }

  std::string ETag(std::string_view target) const {
    return std::string(handler_.Handle({"GET", target, nullptr})->header("ETag"));
  }

  std::unique_ptr<Catalog> catalog_;
  Handler handler_;
};

TEST_F(Allocations, AreCountedHere) {
  const int64_t before = AllocationsOfThisThread();
  const std::string text(1000, 'x');
  EXPECT_EQ(AllocationsOfThisThread() - before, 1);
  EXPECT_EQ(text.size(), 1000u);
}

TEST_F(Allocations, AreNotMadeForAPage) {
  EXPECT_EQ(Count({"GET", "/v1/hosts", nullptr}, 200), 0);
  EXPECT_EQ(Count({"GET", "/v1/shapes?limit=500&offset=777", nullptr}, 200), 0);
  EXPECT_EQ(
      Count({"GET", "http://localhost/v1/hosts?%6cimit=%35&x=%&offset=9999", nullptr}, 200), 0);
}

TEST_F(Allocations, AreNotMadeForPagesAmongHiddenHosts) {
  EXPECT_EQ(Count({"GET", "/v1/hosts?limit=500&offset=2000", nullptr}, 200), 0);
  EXPECT_EQ(Count({"GET", "/v1/hosts?limit=500&offset=1700", nullptr}, 200), 0);
  EXPECT_EQ(Count({"GET", "/v1/hosts?limit=1&offset=2999", nullptr}, 200), 0);
}

TEST_F(Allocations, AreNotMadeForAQueryOfAnyKind) {
  EXPECT_EQ(Count({"GET", "/v1/hosts?limit=500&offset=00000000000000000007", nullptr}, 200), 0);
  EXPECT_EQ(
      Count({"GET", "/v1/shapes?offset=%31%30&&other=a+b&limit=99999999999", nullptr}, 200), 0);
  EXPECT_EQ(Count({"GET", "/v1/hosts?offset=1&offset=1", nullptr}, 400), 0);
}

TEST_F(Allocations, AreNotMadeWhileOthersChangeTheLists) {
  for (int i = 0; i < 5; ++i) {
    WriteBatch batch;
    batch.PutHost({"10000", HostStatus::kDead, i, i});
    ASSERT_TRUE(catalog_->Apply(batch).ok());
    EXPECT_EQ(Count({"GET", "/v1/hosts?limit=500", nullptr}, 200), 0);
  }
}

TEST_F(Allocations, AreNotMadeForTheRootfsList) {
  EXPECT_EQ(Count({"GET", "/v1/rootfs", nullptr}, 200), 0);
}

TEST_F(Allocations, AreNotMadeForHead) {
  const BorrowedFields fields("if-none-match", "\"x\"", "\"y\"");
  EXPECT_EQ(Count({"HEAD", "/v1/hosts?limit=500", &fields}, 200), 0);
  EXPECT_EQ(Count({"HEAD", "/v1/rootfs", &fields}, 200), 0);
  EXPECT_EQ(Count({"HEAD", "/healthz", &fields}, 200), 0);
}

TEST_F(Allocations, AreNotMadeForWhatIsNotModified) {
  const std::string etag = ETag("/v1/hosts");
  const BorrowedFields fields("if-none-match",
                              "\"a tag that is much longer than a short string\"", etag);
  EXPECT_EQ(Count({"GET", "/v1/hosts", &fields}, 304), 0);
  EXPECT_EQ(Count({"HEAD", "/v1/hosts?limit=500", &fields}, 304), 0);
}

TEST_F(Allocations, AreNotMadeForAnswersThatNeverChange) {
  EXPECT_EQ(Count({"GET", "/healthz", nullptr}, 200), 0);
  EXPECT_EQ(Count({"GET", "/v1/hosts?limit=x", nullptr}, 400), 0);
  EXPECT_EQ(Count({"POST", "/v1/hosts", nullptr}, 405), 0);
  EXPECT_EQ(Count({"GET", "/v1/whoami", nullptr}, 401), 0);
}

// One: the id, which is longer than a short string.
TEST_F(Allocations, AreOneForWhoami) {
  const BorrowedFields fields("x-api-key", kKey);
  EXPECT_EQ(Count({"GET", "/v1/whoami", &fields}, 200), 10);
}

TEST_F(Allocations, AreAtMostOneForAnAnswerThatIsMadeAnew) {
  const BorrowedFields unknown("x-api-key", "sk_0123456789012345678901234567890123456789abd");
  EXPECT_LE(Count({"GET", "/v1/whoami", &unknown}, 401), 20);
}

}  // namespace
}  // namespace muster
