// CivetWeb: a thread for each connection.
#include <civetweb.h>
#include <unistd.h>

#include "muster_civetweb.h"
#include "site.h"

using muster_bench::Site;

int AnswerConstant(mg_connection* connection, void* site) {
  const std::string& page = static_cast<const Site*>(site)->page();
  mg_printf(connection,
            "HTTP/1.1 200 OK\r\n"
            "Content-Type: %s\r\nCache-Control: %s\r\nETag: %s\r\nContent-Length: %zu\r\n\r\n",
            muster_bench::kContentType, muster_bench::kCacheControl, muster_bench::kETag,
            page.size());
  mg_write(connection, page.data(), page.size());
  return 200;
}

int AnswerThroughMuster(mg_connection* connection, void* site) {
  return muster::civetweb::Handle(*static_cast<const Site*>(site)->handler(), connection, "");
}

int main(int argc, char** argv) {
  Site site(argc, argv);
  const std::string address = "127.0.0.1:" + std::to_string(site.port());
  const std::string threads = std::to_string(muster_bench::kConnections);
  const char* options[] = {"listening_ports",
                           address.c_str(),
                           "num_threads",
                           threads.c_str(),
                           "enable_keep_alive",
                           "yes",
                           "keep_alive_timeout_ms",
                           "60000",
                           "tcp_nodelay",
                           "1",
                           "enable_auth_domain_check",
                           "no",
                           "decode_url",
                           "no",
                           nullptr};
  const mg_callbacks callbacks = {};
  mg_context* server = mg_start(&callbacks, &site, options);
  if (server == nullptr) Site::Fail("cannot listen");
  mg_set_request_handler(server, "/v1/hosts",
                         site.handler() != nullptr ? AnswerThroughMuster : AnswerConstant,
                         &site);
  site.SayListening();
  for (;;) pause();
}
