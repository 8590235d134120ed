// A server of one's own with a route of its own, and Muster beside it:
//   h2o STORE_DIR PORT
//   curl -i http://127.0.0.1:PORT/v1/hosts      (also with --http2-prior-knowledge)
//   curl -i http://127.0.0.1:PORT/v1/sandboxes -d '{"shape":"s-1vcpu-1gb"}'
#include <arpa/inet.h>
#include <csignal>
#include <iostream>

#include "muster_h2o.h"

const muster::Handler* muster_handler;

int OnRequest(h2o_handler_t*, h2o_req_t* request) {
  h2o_add_header_by_str(&request->pool, &request->res.headers, H2O_STRLIT("x-served-by"), 0,
                        "X-Served-By", H2O_STRLIT("example"));
  if (muster::h2o::Handle(*muster_handler, request)) return 0;
  const bool ours = muster::h2o::View(request->method) == "POST" &&
                    muster::h2o::View(request->path) == "/v1/sandboxes";
  request->res.status = ours ? 201 : 404;
  request->res.reason = ours ? "Created" : "Not Found";
  std::string body = "created from " + std::to_string(request->entity.len) + " bytes\n";
  if (!ours) body = "the program's own 404\n";
  request->res.content_length = body.size();
  h2o_send_inline(request, body.data(), body.size());
  return 0;
}

void OnConnection(h2o_socket_t* listener, const char*) {
  h2o_socket_t* socket = h2o_evloop_socket_accept(listener);
  if (socket) muster::h2o::Accept(static_cast<h2o_accept_ctx_t*>(listener->data), socket);
}

int main(int argc, char** argv) {
  auto catalog = muster::Catalog::Open(argc > 2 ? argv[1] : "var/db");
  if (!catalog.ok()) return std::cerr << catalog.status() << "\n", 1;
  auto handler = muster::Handler::Create(catalog->get());
  if (!handler.ok()) return std::cerr << handler.status() << "\n", 1;
  muster_handler = &*handler;
  std::signal(SIGPIPE, SIG_IGN);
  h2o_globalconf_t config;
  h2o_config_init(&config);
  config.http1.upgrade_to_http2 = 0;  // see Accept()
  auto* host = h2o_config_register_host(&config, h2o_iovec_init("default", 7), 80);
  auto* path = h2o_config_register_path(host, "/", 0);
  h2o_create_handler(path, sizeof(h2o_handler_t))->on_req = OnRequest;
  h2o_context_t context;
  h2o_context_init(&context, h2o_evloop_create(), &config);
  h2o_accept_ctx_t accept = {&context, config.hosts, nullptr, 0, nullptr};
  const int port = std::stoi(argc > 2 ? argv[2] : "8080");
  const sockaddr_in at = {AF_INET, htons(port), {htonl(INADDR_LOOPBACK)}, {}};
  const int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  const bool bound = bind(fd, reinterpret_cast<const sockaddr*>(&at), sizeof(at)) == 0;
  if (!bound || listen(fd, 1024) != 0) return std::perror("cannot listen"), 1;
  auto* listener = h2o_evloop_socket_create(context.loop, fd, H2O_SOCKET_FLAG_DONT_READ);
  listener->data = &accept;
  h2o_socket_read_start(listener, OnConnection);
  std::cout << "listening on http://127.0.0.1:" << port << std::endl;
  for (;;) h2o_evloop_run(context.loop, INT32_MAX);  // not 0 where a signal came between
}
