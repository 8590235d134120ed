// Response as an object: its bytes stay valid wherever it goes.
#include <gmock/gmock.h>

#include <algorithm>
#include <thread>

#include "handler_fixture.h"

namespace muster {
namespace {

class Responses : public HandlerTest {
 protected:
  // One of each kind of memory that an answer can point to.
  std::vector<Response> OneOfEach() const {
    std::vector<Response> responses;
    responses.push_back(Get("/v1/shapes"));
    responses.push_back(Get("/v1/rootfs"));
    responses.push_back(Get("/v1/whoami", {{"X-Api-Key", kApiKey}}));
    responses.push_back(Get("/healthz"));
    responses.push_back(Get("/v1/hosts?limit=x"));
    responses.push_back(Get("/v1/hosts", {{"If-None-Match", "*"}}));
    responses.push_back(Ask("HEAD", "/v1/shapes"));
    return responses;
  }
};

// Writes over the memory of an object that has been destroyed.
struct Storage {
  alignas(Response) std::array<unsigned char, sizeof(Response)> bytes;
  Response* Put(Response response) { return new (bytes.data()) Response(std::move(response)); }
  void Spoil(Response* response) {
    response->~Response();
    std::fill(bytes.begin(), bytes.end(), 0xee);
  }
};

TEST_F(Responses, AreWholeAfterAMove) {
  for (Response& response : OneOfEach()) {
    const Seen before = See(response);
    Storage storage;
    Response* original = storage.Put(std::move(response));
    Response moved(std::move(*original));
    storage.Spoil(original);
    EXPECT_EQ(See(moved), before);
  }
}

TEST_F(Responses, AreWholeAfterAMoveAssignment) {
  std::vector<Response> targets = OneOfEach();
  for (Response& target : targets) {
    for (Response& response : OneOfEach()) {
      const Seen before = See(response);
      Storage storage;
      Response* original = storage.Put(std::move(response));
      target = std::move(*original);
      storage.Spoil(original);
      EXPECT_EQ(See(target), before);
    }
  }
}

TEST_F(Responses, AreWholeInAnOptional) {
  for (Response& response : OneOfEach()) {
    const Seen before = See(response);
    std::optional<Response> outer;
    {
      std::optional<Response> inner(std::move(response));
      outer = std::move(inner);
    }
    EXPECT_EQ(See(*outer), before);
  }
}

TEST_F(Responses, AreWholeInAVectorThatGrows) {
  std::vector<Seen> before;
  std::vector<Response> responses;
  for (int round = 0; round < 10; ++round) {
    for (Response& response : OneOfEach()) {
      before.push_back(See(response));
      responses.push_back(std::move(response));
    }
  }
  std::rotate(responses.begin(), responses.begin() + 1, responses.end());
  std::rotate(before.begin(), before.begin() + 1, before.end());
  for (size_t i = 0; i < responses.size(); ++i) EXPECT_EQ(See(responses[i]), before[i]);
}

TEST_F(Responses, AreWholeAfterBeingMovedToThemselves) {
  Response response = Get("/v1/shapes");
  const Seen before = See(response);
  Response& same = response;
  response = std::move(same);
  EXPECT_EQ(See(response), before);
}

TEST_F(Responses, AreEmptyAfterTheyHaveMovedAway) {
  for (Response& response : OneOfEach()) {
    const Response moved(std::move(response));
    EXPECT_EQ(See(response), See(Response()));
  }
}

TEST_F(Responses, MayBeReadByAnotherThread) {
  Response response = Get("/v1/shapes");
  const Seen before = See(response);
  Seen there;
  std::thread([&there, moved = std::move(response)] { there = See(moved); }).join();
  EXPECT_EQ(there, before);
}

TEST_F(Responses, AreWholeWithMoreSpansThanHaveRoomInside) {
  // Hidden hosts between the others make a page of many short runs.
  WriteBatch batch;
  for (int i = 0; i < 30000; ++i) {
    batch.PutHost({std::to_string(100000 + i), HostStatus::kActive, 1, 1, {}, i % 100 != 0});
  }
  Apply(batch);
  Response response = Get("/v1/hosts?limit=500");
  const Seen before = See(response);
  EXPECT_EQ(before.content_length, before.body.size());
  Storage storage;
  Response* original = storage.Put(std::move(response));
  Response moved(std::move(*original));
  storage.Spoil(original);
  EXPECT_EQ(See(moved), before);
  EXPECT_THAT(before.body, testing::HasSubstr(R"("limit":500,"offset":0,"count":301}}})"));
}

TEST_F(Responses, GiveAHeaderByItsName) {
  const Response response = Get("/healthz");
  EXPECT_EQ(response.header("Content-Type"), "application/json");
  EXPECT_EQ(response.header("content-type"), "");
  EXPECT_EQ(response.header("ETag"), "");
  EXPECT_EQ(Response().header("ETag"), "");
}

TEST_F(Responses, EndEachHeaderWithAZeroByte) {
  for (const Response& response : OneOfEach()) {
    for (auto header = response.begin_headers(); header != response.end_headers(); ++header) {
      EXPECT_EQ(header->name.data()[header->name.size()], '\0') << header->name;
      EXPECT_EQ(header->value.data()[header->value.size()], '\0') << header->name;
    }
  }
}

TEST_F(Responses, HaveTheWordsOfTheirStatus) {
  EXPECT_EQ(Get("/healthz").reason(), "OK");
  EXPECT_EQ(Get("/v1/hosts?limit=x").reason(), "Bad Request");
  EXPECT_EQ(Get("/v1/whoami").reason(), "Unauthorized");
  EXPECT_EQ(Response().reason(), "Internal Server Error");
}

}  // namespace
}  // namespace muster
