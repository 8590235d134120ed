// A server of one's own with a route of its own, and Muster beside it:
//
//   civetweb STORE_DIR PORT
//   curl -i http://127.0.0.1:PORT/v1/hosts
//   curl -i http://127.0.0.1:PORT/v1/sandboxes -d '{"shape":"s-1vcpu-1gb"}'
#include <civetweb.h>
#include <unistd.h>

#include <iostream>
#include <string>

#include "muster_civetweb.h"

// Comes before all routes. The program's own header is on Muster's answers too.
int Begin(mg_connection* connection) {
  const auto* handler = static_cast<muster::Handler*>(mg_get_user_context_data(connection));
  return muster::civetweb::Handle(*handler, connection, "X-Served-By: example\r\n");
}

int Send(mg_connection* connection, int status, const std::string& body) {
  mg_response_header_start(connection, status);
  mg_response_header_add(connection, "X-Served-By", "example", -1);
  mg_response_header_add(connection, "Content-Length", std::to_string(body.size()).c_str(), -1);
  mg_response_header_send(connection);
  const std::string method = mg_get_request_info(connection)->request_method;
  if (method != "HEAD") mg_write(connection, body.data(), body.size());
  return status;
}

int Others(mg_connection* client, void*) {
  return Send(client, 404, "the program's own 404\n");
}

int CreateSandbox(mg_connection* connection, void*) {
  const std::string method = mg_get_request_info(connection)->request_method;
  if (method != "POST") return Others(connection, nullptr);
  std::string body(1 << 20, '\0');
  const int size = mg_read(connection, body.data(), body.size());
  return Send(connection, 201, "created from " + std::to_string(size) + " bytes\n");
}

int main(int argc, char** argv) {
  auto catalog = muster::Catalog::Open(argc > 2 ? argv[1] : "var/db");
  if (!catalog.ok()) return std::cerr << catalog.status() << "\n", 1;
  auto handler = muster::Handler::Create(catalog->get());
  if (!handler.ok()) return std::cerr << handler.status() << "\n", 1;
  const std::string address = std::string("127.0.0.1:") + (argc > 2 ? argv[2] : "8080");
  // clang-format off
  const char* options[] = {
      "listening_ports", address.c_str(), "enable_auth_domain_check", "no", "tcp_nodelay", "1",
      "enable_keep_alive", "yes", "keep_alive_timeout_ms", "60000", "decode_url", "no", nullptr};
  // clang-format on
  const mg_callbacks callbacks = {Begin};
  mg_context* server = mg_start(&callbacks, &*handler, options);
  if (server == nullptr) return 1;
  mg_set_request_handler(server, "/v1/sandboxes$", CreateSandbox, nullptr);
  mg_set_request_handler(server, "/", Others, nullptr);
  std::cout << "listening on http://" << address << std::endl;
  for (;;) pause();
}
