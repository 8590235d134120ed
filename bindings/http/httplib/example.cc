// A server of one's own with a route of its own, and Muster beside it:
//
//   httplib STORE_DIR PORT
//   curl -i http://127.0.0.1:PORT/v1/hosts
//   curl -i http://127.0.0.1:PORT/v1/sandboxes -d '{"shape":"s-1vcpu-1gb"}'
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>

#include "muster_httplib.h"

using httplib::Request;
using httplib::Response;

// The program's own routes and headers.
void AddOwn(httplib::Server& server) {
  server.set_default_headers({{"X-Served-By", "example"}});
  server.Post("/v1/sandboxes", [](const Request& request, Response& response) {
    response.status = 201;
    response.set_content("created from " + std::to_string(request.body.size()) + " bytes\n",
                         "text/plain");
  });
  server.set_error_handler([](const Request&, Response& response) {
    if (response.status == 404) {  // never one of Muster's
      response.set_content("the program's own 404\n", "text/plain");
    }
  });
}

int main(int argc, char** argv) {
  auto catalog = muster::Catalog::Open(argc > 2 ? argv[1] : "var/db");
  if (!catalog.ok()) return std::cerr << catalog.status() << "\n", 1;
  auto handler = muster::Handler::Create(catalog->get());
  if (!handler.ok()) return std::cerr << handler.status() << "\n", 1;

  httplib::Server server;
  AddOwn(server);
  muster::httplib::Mount(server, *handler);

  server.set_keep_alive_max_count(SIZE_MAX);
  server.set_tcp_nodelay(true);
  server.set_write_timeout(std::chrono::minutes(1));
  server.new_task_queue = [] { return new httplib::ThreadPool(128); };  // one a connection
  int listener = -1;
  server.set_socket_options([&](int socket) {
    httplib::default_socket_options(socket);
    listener = socket;
  });
  const int port = std::atoi(argc > 2 ? argv[2] : "8080");
  if (!server.bind_to_port("127.0.0.1", port)) {
    return std::cerr << "port " << port << " is taken: choose another\n", 1;
  }
  listen(listener, SOMAXCONN);  // httplib's own backlog is 5
  std::cout << "listening on http://127.0.0.1:" << port << std::endl;
  return server.listen_after_bind() ? 0 : 1;
}
