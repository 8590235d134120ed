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

// Two fields that are there already.
class BorrowedFields : public HeaderFields {
 public:
  BorrowedFields() = default;
  BorrowedFields(std::string_view first, std::string_view second)
      : first_(first), second_(second) {}
  void ForEach(std::string_view name,
               const std::function<void(std::string_view)>& visit) const override {
    if (name != "if-none-match") return;
    visit(first_);
    visit(second_);
  }

 private:
  std::string_view first_;
  std::string_view second_;
};

class Allocations : public testing::Test {
 protected:
  Allocations()
      : catalog_(*Catalog::OpenInMemory()), handler_(*Handler::Create(catalog_.get())) {
    WriteBatch batch;
    for (int i = 0; i < 2000; ++i) {
      batch.PutShape({"s-" + std::to_string(i), 1 + i % 64, 1024, 10240});
      batch.PutHost({std::to_string(10000 + i), HostStatus::kActive, 8192, i, {"node"}});
    }
    batch.PutRootfs({"node"});
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

TEST_F(Allocations, AreNotMadeForTheRootfsList) {
  EXPECT_EQ(Count({"GET", "/v1/rootfs", nullptr}, 200), 0);
}

TEST_F(Allocations, AreNotMadeForHead) {
  const BorrowedFields fields("\"x\"", "\"y\"");
  EXPECT_EQ(Count({"HEAD", "/v1/hosts?limit=500", &fields}, 200), 0);
}

TEST_F(Allocations, AreNotMadeForWhatIsNotModified) {
  const std::string etag = ETag("/v1/hosts");
  const BorrowedFields fields("\"a tag that is much longer than a short string\"", etag);
  EXPECT_EQ(Count({"GET", "/v1/hosts", &fields}, 304), 0);
  EXPECT_EQ(Count({"HEAD", "/v1/hosts?limit=500", &fields}, 304), 0);
}

TEST_F(Allocations, AreNotMadeForAnswersThatNeverChange) {
  EXPECT_EQ(Count({"GET", "/healthz", nullptr}, 200), 0);
  EXPECT_EQ(Count({"GET", "/v1/hosts?limit=x", nullptr}, 400), 0);
  EXPECT_EQ(Count({"POST", "/v1/hosts", nullptr}, 405), 0);
}

}  // namespace
}  // namespace muster
