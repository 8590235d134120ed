// What valgrind counts the instructions of: one kind of call, made over and over
// with collection on, in a program that is otherwise not counted.
//
//   measured NAME ROUNDS
//
// Everything is fixed and was done before, so that the same build gives the same
// count; the test divides it by ROUNDS.
#include <valgrind/callgrind.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "muster/catalog.h"
#include "muster/http.h"
#include "muster/write_batch.h"

namespace {

constexpr int kHosts = 20000;
constexpr char kKey[] = "sk_0123456789012345678901234567890123456789abc";

class OneField : public muster::HeaderFields {
 public:
  OneField(std::string_view name, std::string value) : name_(name), value_(std::move(value)) {}
  void ForEach(std::string_view name,
               const std::function<void(std::string_view)>& visit) const override {
    if (name == name_) visit(value_);
  }

 private:
  std::string_view name_;
  std::string value_;
};

[[noreturn]] void Fail(const char* what) {
  std::fprintf(stderr, "measured: %s\n", what);
  std::exit(1);
}

std::unique_ptr<muster::Catalog> MakeCatalog() {
  absl::StatusOr<std::unique_ptr<muster::Catalog>> catalog = muster::Catalog::OpenInMemory();
  if (!catalog.ok()) Fail("no catalog");
  muster::WriteBatch batch;
  for (int i = 0; i < kHosts; ++i) {
    muster::Host host;
    host.id = std::to_string(100000 + i);
    host.free_mib = 512 * (i % 97);
    host.vm_count = i % 41;
    host.rootfses = {"devbox:1", "node"};
    batch.PutHost(host);
  }
  muster::User user;
  user.id = "usr_01K";
  user.stats = muster::UserStats{3, 1, 0, 47};
  user.api_keys = {kKey};
  batch.PutUser(user);
  if (!(*catalog)->Apply(batch).ok()) Fail("the batch cannot be applied");
  return *std::move(catalog);
}

// Offsets all over the list, the same each time.
std::string Target(int limit, int i) {
  return "/v1/hosts?limit=" + std::to_string(limit) +
         "&offset=" + std::to_string(100 + i * 7919 % (kHosts - 1000));
}

class Calls {
 public:
  Calls() : catalog_(MakeCatalog()) {
    absl::StatusOr<muster::Handler> handler = muster::Handler::Create(catalog_.get());
    if (!handler.ok()) Fail("no handler");
    handler_.emplace(*std::move(handler));
    tag_.emplace("if-none-match", std::string(catalog_->snapshot().etag(muster::List::kHosts)));
  }

  // The number of the call is also that of its offset.
  std::function<void(int)> Named(const std::string& name) {
    if (name == "page50") return Page(50, 200, nullptr);
    if (name == "page500") return Page(500, 200, nullptr);
    if (name == "etag_304") return Page(50, 304, &*tag_);
    if (name == "whoami") {
      return [this](int) { Ask("/v1/whoami", 200, &key_); };
    }
    if (name == "snapshot") {
      return [this](int) {
        if (!catalog_->snapshot().valid()) Fail("no snapshot");
      };
    }
    Fail("no call of that name");
  }

 private:
  static constexpr int kOffsets = 50;

  std::function<void(int)> Page(int limit, int status, const muster::HeaderFields* headers) {
    for (int i = 0; i < kOffsets; ++i) targets_.push_back(Target(limit, i));
    return [this, status, headers](int i) {
      Ask(targets_[static_cast<size_t>(i % kOffsets)], status, headers);
    };
  }

  void Ask(std::string_view target, int status, const muster::HeaderFields* headers) const {
    const std::optional<muster::Response> response = handler_->Handle({"GET", target, headers});
    if (!response || response->status() != status) Fail("another answer than expected");
  }

  std::unique_ptr<muster::Catalog> catalog_;
  std::optional<muster::Handler> handler_;
  std::optional<OneField> tag_;
  OneField key_{"x-api-key", kKey};
  std::vector<std::string> targets_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) Fail("usage: measured NAME ROUNDS");
  Calls calls;
  const std::function<void(int)> call = calls.Named(argv[1]);
  const int rounds = std::atoi(argv[2]);
  // The first ones fill caches and bind symbols.
  for (int i = 0; i < 100; ++i) call(i);
  CALLGRIND_START_INSTRUMENTATION;
  CALLGRIND_TOGGLE_COLLECT;
  for (int i = 0; i < rounds; ++i) call(i);
  CALLGRIND_TOGGLE_COLLECT;
  CALLGRIND_STOP_INSTRUMENTATION;
  return 0;
}
