// What the servers of this folder have in common: their arguments, and the answer
// that is a constant.
//
//   bench_http_NAME STORE PORT        answers through Muster's adapter
//   bench_http_NAME STORE PORT FILE   answers the bytes of that file
//
// All else is the same in both: sockets, limits, the open catalog and its threads (a
// process with several pays more for locks, in malloc() and elsewhere). A constant is written
// as users of the framework write it, by its documentation, without a copy of the body where
// that has a way.
#ifndef MUSTER_BENCH_HTTP_SITE_H_
#define MUSTER_BENCH_HTTP_SITE_H_

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "muster/catalog.h"
#include "muster/http.h"

namespace muster_bench {

// The header fields that Muster's page has; httplib, libevent and others want
// zero-terminated text.
constexpr const char kContentType[] = "application/json";
constexpr const char kCacheControl[] = "no-cache";
constexpr const char kETag[] = "\"h0123456789abcdef-0123456789abcdef-1-1\"";

// How many clients there are at a time, for frameworks that need a thread for each.
constexpr int kConnections = 64;

class Site {
 public:
  // Ends the program, with a line that says why, where it cannot serve.
  Site(int argc, char** argv) {
    if (argc != 3 && argc != 4) Fail("arguments: STORE PORT [FILE]");
    port_ = static_cast<uint16_t>(std::atoi(argv[2]));
    std::signal(SIGPIPE, SIG_IGN);
    Open(argv[1]);
    if (argc == 4) ReadPage(argv[3]);
  }

  uint16_t port() const { return port_; }

  // Null where the answer is a constant.
  const muster::Handler* handler() const { return page_.empty() ? &*handler_ : nullptr; }

  // The constant; empty where Muster answers.
  const std::string& page() const { return page_; }

  void SayListening() const {
    std::cout << "listening on http://127.0.0.1:" << port_ << std::endl;
  }

  [[noreturn]] static void Fail(const std::string& why) {
    std::cerr << why << "\n";
    std::exit(1);
  }

 private:
  void Open(const std::string& store) {
    auto catalog = muster::Catalog::Open(store);
    if (!catalog.ok()) Fail(catalog.status().ToString());
    catalog_ = std::move(*catalog);
    auto handler = muster::Handler::Create(catalog_.get());
    if (!handler.ok()) Fail(handler.status().ToString());
    handler_.emplace(std::move(*handler));
  }

  void ReadPage(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    page_.assign(std::istreambuf_iterator<char>(file), {});
    if (page_.empty()) Fail("there is nothing in " + path);
  }

  uint16_t port_ = 0;
  std::unique_ptr<muster::Catalog> catalog_;
  std::optional<muster::Handler> handler_;
  std::string page_;
};

}  // namespace muster_bench

#endif  // MUSTER_BENCH_HTTP_SITE_H_
