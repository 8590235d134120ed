// Handle() from many threads while the catalog changes under it.
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <mutex>
#include <thread>

#include "handler_fixture.h"

namespace muster {
namespace {

class Concurrency : public HandlerTest {
 protected:
  // Applies `count` batches that each change a shape and a host.
  void Change(int count) {
    for (int i = 0; i < count; ++i) {
      WriteBatch batch;
      batch.PutShape({"s-" + std::to_string(i % 20), 1 + i % 7, 512, 10240});
      batch.PutHost({"h-" + std::to_string(i % 90), HostStatus::kActive, i, i, {"node"}});
      Apply(batch);
    }
  }
};

TEST_F(Concurrency, NeverGivesOneETagToTwoBodies) {
  std::mutex mutex;
  std::map<std::pair<std::string, std::string>, std::string> bodies;  // by target and ETag
  std::atomic<bool> done = false;
  const auto read = [&](std::string_view target) {
    while (!done) {
      const Response response = Get(target);
      const std::string body = Body(response);
      ASSERT_EQ(response.content_length(), body.size());
      const std::lock_guard<std::mutex> lock(mutex);
      const auto key =
          std::make_pair(std::string(target), std::string(response.header("ETag")));
      const auto [known, added] = bodies.emplace(key, body);
      ASSERT_EQ(known->second, body);
    }
  };
  std::vector<std::thread> readers;
  for (const char* target : {"/v1/shapes", "/v1/hosts", "/v1/hosts?limit=7&offset=3"}) {
    readers.emplace_back(read, target);
  }
  Change(150);
  done = true;
  for (std::thread& reader : readers) reader.join();
}

TEST_F(Concurrency, NeverSaysNotModifiedForAListThatHasChanged) {
  for (int i = 0; i < 20; ++i) {
    const Fields old{{"If-None-Match", ETag("/v1/hosts")}};
    std::thread writer([&] { Change(1 + i); });
    writer.join();
    EXPECT_EQ(Get("/v1/hosts", old).status(), 200);
  }
}

}  // namespace
}  // namespace muster
