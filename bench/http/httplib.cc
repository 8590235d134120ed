// cpp-httplib: a thread for each connection, from its pool.
#include <cstdint>

#include "muster_httplib.h"
#include "site.h"

using muster_bench::Site;

int main(int argc, char** argv) {
  const Site site(argc, argv);
  httplib::Server server;
  if (site.handler() != nullptr) {
    muster::httplib::Mount(server, *site.handler());
  } else {
    server.Get("/v1/hosts", [&site](const httplib::Request&, httplib::Response& response) {
      response.set_header("Cache-Control", muster_bench::kCacheControl);
      response.set_header("ETag", muster_bench::kETag);
      response.set_content(site.page(), muster_bench::kContentType);
    });
  }
  server.set_keep_alive_max_count(SIZE_MAX);
  server.set_keep_alive_timeout(60);
  server.set_tcp_nodelay(true);
  server.new_task_queue = [] { return new httplib::ThreadPool(muster_bench::kConnections); };
  if (!server.bind_to_port("127.0.0.1", site.port())) Site::Fail("cannot listen");
  site.SayListening();
  return server.listen_after_bind() ? 0 : 1;
}
