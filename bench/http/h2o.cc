// libh2o: one loop on one thread.
#include <arpa/inet.h>

#include "muster_h2o.h"
#include "site.h"

using muster_bench::Site;

// The host's handler as h2o has it, and what it answers from.
struct PageHandler {
  h2o_handler_t base;
  const Site* site;
};

void SendConstant(h2o_req_t* request, const Site& site) {
  static h2o_generator_t generator = {nullptr, nullptr};
  h2o_iovec_t body = h2o_iovec_init(site.page().data(), site.page().size());
  h2o_headers_t* headers = &request->res.headers;
  request->res.status = 200;
  request->res.reason = "OK";
  request->res.content_length = body.len;
  h2o_add_header(&request->pool, headers, H2O_TOKEN_CONTENT_TYPE, nullptr,
                 H2O_STRLIT(muster_bench::kContentType));
  h2o_add_header(&request->pool, headers, H2O_TOKEN_CACHE_CONTROL, nullptr,
                 H2O_STRLIT(muster_bench::kCacheControl));
  h2o_add_header(&request->pool, headers, H2O_TOKEN_ETAG, nullptr,
                 H2O_STRLIT(muster_bench::kETag));
  h2o_start_response(request, &generator);
  h2o_send(request, &body, 1, H2O_SEND_STATE_FINAL);
}

int OnRequest(h2o_handler_t* self, h2o_req_t* request) {
  const Site& site = *reinterpret_cast<PageHandler*>(self)->site;
  if (site.handler() != nullptr) return muster::h2o::Handle(*site.handler(), request) ? 0 : -1;
  SendConstant(request, site);
  return 0;
}

void OnConnection(h2o_socket_t* listener, const char*) {
  h2o_socket_t* socket = h2o_evloop_socket_accept(listener);
  if (socket != nullptr) h2o_accept(static_cast<h2o_accept_ctx_t*>(listener->data), socket);
}

int main(int argc, char** argv) {
  const Site site(argc, argv);
  h2o_globalconf_t config;
  h2o_config_init(&config);
  auto* host = h2o_config_register_host(&config, h2o_iovec_init("default", 7), 65535);
  auto* path = h2o_config_register_path(host, "/", 0);
  h2o_handler_t* handler = h2o_create_handler(path, sizeof(PageHandler));
  handler->on_req = OnRequest;
  reinterpret_cast<PageHandler*>(handler)->site = &site;

  h2o_context_t context;
  h2o_context_init(&context, h2o_evloop_create(), &config);
  h2o_accept_ctx_t accept = {&context, config.hosts, nullptr, 0, nullptr};
  const sockaddr_in at = {AF_INET, htons(site.port()), {htonl(INADDR_LOOPBACK)}, {}};
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&at), sizeof(at)) != 0 ||
      listen(fd, 1024) != 0) {
    Site::Fail("cannot listen");
  }
  auto* listener = h2o_evloop_socket_create(context.loop, fd, H2O_SOCKET_FLAG_DONT_READ);
  listener->data = &accept;
  h2o_socket_read_start(listener, OnConnection);
  site.SayListening();
  while (h2o_evloop_run(context.loop, INT32_MAX) == 0) continue;
}
