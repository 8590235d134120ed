// A handler over a catalog in memory that holds the examples of the contract.
#ifndef MUSTER_TESTS_ENGINE_HTTP_HANDLER_FIXTURE_H_
#define MUSTER_TESTS_ENGINE_HTTP_HANDLER_FIXTURE_H_

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fields.h"
#include "muster/catalog.h"
#include "muster/http.h"
#include "muster/write_batch.h"

namespace muster {

inline constexpr char kApiKey[] = "sk_live_0123456789";

inline WriteBatch ExampleBatch() {
  WriteBatch batch;
  batch.PutShape({"s-1vcpu-1gb", 1, 1024, 10240});
  batch.PutShape({"s-1vcpu-256mb", 1, 256, 10240});
  batch.PutRootfs({"node"});
  batch.PutRootfs({"devbox:1"});
  batch.SetDefaultRootfs("devbox:1");
  batch.PutHost({"136.243.150.252", HostStatus::kActive, 8192, 12, {"devbox:1", "node"}});
  User user;
  user.id = "usr_01K";
  user.stats = UserStats{3, 1, 0, 47};
  user.api_keys = {kApiKey};
  batch.PutUser(user);
  return batch;
}

// Everything that a client can tell of an answer.
struct Seen {
  int status;
  std::vector<std::pair<std::string, std::string>> headers;
  std::optional<uint64_t> content_length;
  std::string body;

  bool operator==(const Seen&) const = default;
};

// For GoogleTest, where two of them differ.
inline void PrintTo(const Seen& seen, std::ostream* out) {
  *out << seen.status;
  for (const auto& [name, value] : seen.headers) *out << "; " << name << ": " << value;
  if (seen.content_length) *out << "; " << *seen.content_length << " bytes";
  *out << "; " << seen.body;
}

inline Seen See(const Response& response) {
  Seen seen{response.status(), {}, response.content_length(), response.body().ToString()};
  for (const auto* header = response.begin_headers(); header != response.end_headers();
       ++header) {
    seen.headers.emplace_back(header->name, header->value);
  }
  return seen;
}

inline std::string Body(const Response& response) { return response.body().ToString(); }

class HandlerTest : public testing::Test {
 protected:
  HandlerTest() { Serve(Catalog::OpenInMemory()); }

  // Serves another catalog, with the examples in it.
  void Serve(absl::StatusOr<std::unique_ptr<Catalog>> catalog) {
    handler_.reset();
    EXPECT_TRUE(catalog.ok()) << catalog.status();
    catalog_ = *std::move(catalog);
    Apply(ExampleBatch());
    Configure({});
  }

  void Configure(HandlerOptions options) {
    absl::StatusOr<Handler> handler = Handler::Create(catalog_.get(), std::move(options));
    ASSERT_TRUE(handler.ok()) << handler.status();
    handler_.emplace(*std::move(handler));
  }

  void Apply(const WriteBatch& batch) {
    const absl::Status status = catalog_->Apply(batch);
    ASSERT_TRUE(status.ok()) << status;
  }

  std::optional<Response> Handle(std::string_view method, std::string_view target,
                                 const Fields& fields = {}) const {
    return handler_->Handle(Request{method, target, &fields});
  }

  // The answer to a request that is ours.
  Response Ask(std::string_view method, std::string_view target,
               const Fields& fields = {}) const {
    std::optional<Response> response = Handle(method, target, fields);
    EXPECT_TRUE(response.has_value()) << method << " " << target;
    return response ? *std::move(response) : Response();
  }
  Response Get(std::string_view target, const Fields& fields = {}) const {
    return Ask("GET", target, fields);
  }

  std::string ETag(std::string_view target) const {
    return std::string(Get(target).header("ETag"));
  }

  std::unique_ptr<Catalog> catalog_;
  std::optional<Handler> handler_;
};

}  // namespace muster

#endif  // MUSTER_TESTS_ENGINE_HTTP_HANDLER_FIXTURE_H_
