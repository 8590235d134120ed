// A server of one's own with a route of its own, and Muster beside it:
//
//   evhttp STORE_DIR PORT
//   curl -i http://127.0.0.1:PORT/v1/hosts
//   curl -i http://127.0.0.1:PORT/v1/sandboxes -d '{"shape":"s-1vcpu-1gb"}'
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string>

#include "muster_evhttp.h"

// The program's own answer. To HEAD evhttp would send a body too, if it had one.
void Send(evhttp_request* request, int status, const std::string& body) {
  auto* headers = evhttp_request_get_output_headers(request);
  evhttp_add_header(headers, "X-Served-By", "example");
  evhttp_add_header(headers, "Content-Length", std::to_string(body.size()).c_str());
  if (evhttp_request_get_command(request) != EVHTTP_REQ_HEAD) {
    evbuffer_add(evhttp_request_get_output_buffer(request), body.data(), body.size());
  }
  evhttp_send_reply(request, status, nullptr, nullptr);
}

// Everything that has no callback of its own.
void Others(evhttp_request* request, void* handler) {
  // The program's own header, which Muster's answers keep.
  auto* headers = evhttp_request_get_output_headers(request);
  evhttp_add_header(headers, "X-Served-By", "example");
  if (muster::evhttp::Handle(*static_cast<muster::Handler*>(handler), request)) return;
  evhttp_remove_header(headers, "X-Served-By");
  Send(request, HTTP_NOTFOUND, "the program's own 404\n");
}

void CreateSandbox(evhttp_request* request, void* handler) {
  if (evhttp_request_get_command(request) != EVHTTP_REQ_POST) return Others(request, handler);
  const size_t length = evbuffer_get_length(evhttp_request_get_input_buffer(request));
  Send(request, 201, "created from " + std::to_string(length) + " bytes\n");
}

int main(int argc, char** argv) {
  auto catalog = muster::Catalog::Open(argc > 2 ? argv[1] : "var/db");
  if (!catalog.ok()) return std::cerr << catalog.status() << "\n", 1;
  auto handler = muster::Handler::Create(catalog->get());
  if (!handler.ok()) return std::cerr << handler.status() << "\n", 1;
  std::signal(SIGPIPE, SIG_IGN);  // of clients that go away
  event_base* base = event_base_new();
  evhttp* http = evhttp_new(base);
  muster::evhttp::AllowMethods(http);
  evhttp_set_cb(http, "/v1/sandboxes", CreateSandbox, &*handler);
  evhttp_set_gencb(http, Others, &*handler);
  const int port = std::atoi(argc > 2 ? argv[2] : "8080");
  if (evhttp_bind_socket(http, "127.0.0.1", static_cast<ev_uint16_t>(port)) != 0) return 1;
  std::cout << "listening on http://127.0.0.1:" << port << std::endl;
  return event_base_dispatch(base);
}
