// Site: what h2o serves: Muster, and its 404 for every other path.
//
// One for each thread, as h2o's configuration refers to the loop that uses it.
#ifndef MUSTER_CLI_SITE_H_
#define MUSTER_CLI_SITE_H_

#include <h2o.h>

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "muster/http.h"

namespace muster::cli {

struct SiteOptions {
  // Who answers; borrowed.
  const Handler* handler = nullptr;

  // The server ends: answers close their connections. Borrowed.
  const std::atomic<bool>* is_ending = nullptr;

  // The most time that a client may take to send a request, to take some bytes
  // of an answer, or to come back with another request. Over HTTP/2 any frame
  // counts: who pings keeps a stream that has no window, and its snapshot.
  uint64_t idle_timeout_ms = 60000;

  // The longest body that is read; a longer one gets h2o's 413. No endpoint
  // takes one.
  size_t max_body_bytes = 64 * 1024;
};

class Site {
 public:
  explicit Site(const SiteOptions& options);
  ~Site();
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;

  h2o_globalconf_t* config() { return &config_; }

 private:
  h2o_globalconf_t config_;
};

}  // namespace muster::cli

#endif  // MUSTER_CLI_SITE_H_
