// A server of one's own with a route of its own, and Muster beside it:
//
//   microhttpd STORE_DIR PORT
//   curl -i http://127.0.0.1:PORT/v1/hosts
//   curl -i http://127.0.0.1:PORT/v1/sandboxes -d '{"shape":"s-1vcpu-1gb"}'
#include <arpa/inet.h>
#include <microhttpd.h>
#include <unistd.h>

#include <iostream>
#include <string>

#include "muster_microhttpd.h"

namespace mhd = muster::microhttpd;

// What the program keeps of a request, beside what Muster does.
struct Upload : mhd::Exchange {
  size_t size = 0;
};

// The program's own routes, called like Serve() but for its first call.
mhd::Answer Own(std::string_view method, size_t* size, Upload* upload) {
  upload->size += *size;
  if (std::exchange(*size, 0) != 0) return {};  // there may be more of it
  const bool ours = method == "POST" && upload->target == "/v1/sandboxes";
  std::string text = ours ? "created from " + std::to_string(upload->size) + " bytes\n"
                          : "the program's own 404\n";
  return {ours ? 201u : 404u,
          MHD_create_response_from_buffer(text.size(), text.data(), MHD_RESPMEM_MUST_COPY)};
}

MHD_Result Serve(void* handler, MHD_Connection* connection, const char*, const char* method,
                 const char*, const char*, size_t* size, void** state) {
  auto answer =
      mhd::Handle(*static_cast<muster::Handler*>(handler), connection, method, size, state);
  if (!answer) {
    answer = Own(method, size, static_cast<Upload*>(&mhd::Exchange::Of(state)));
  }
  // The program's own header, on each answer.
  if (answer->response) MHD_add_response_header(answer->response, "X-Served-By", "example");
  return mhd::Queue(connection, *answer);
}

int main(int argc, char** argv) {
  auto catalog = muster::Catalog::Open(argc > 2 ? argv[1] : "var/db");
  if (!catalog.ok()) return std::cerr << catalog.status() << "\n", 1;
  auto handler = muster::Handler::Create(catalog->get());
  if (!handler.ok()) return std::cerr << handler.status() << "\n", 1;
  const auto port = static_cast<uint16_t>(std::atoi(argc > 2 ? argv[2] : "8080"));
  const sockaddr_in address{AF_INET, htons(port), {htonl(INADDR_LOOPBACK)}, {}};
  if (!MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, port, nullptr, nullptr, Serve, &*handler,
                        MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_URI_LOG_CALLBACK,
                        mhd::Begin<Upload>, nullptr, MHD_OPTION_NOTIFY_COMPLETED, mhd::End,
                        nullptr, MHD_OPTION_END)) {
    return 1;
  }
  std::cout << "listening on http://127.0.0.1:" << port << std::endl;
  for (;;) pause();
}
