// libmicrohttpd: one thread of its own, with epoll.
#include <arpa/inet.h>
#include <microhttpd.h>
#include <unistd.h>

#include "muster_microhttpd.h"
#include "site.h"

namespace mhd = muster::microhttpd;
using muster_bench::Site;

// As MHD's examples are written: nothing is answered at the first call.
MHD_Result AnswerConstant(void* site, MHD_Connection* connection, const char*, const char*,
                          const char*, const char*, size_t*, void** state) {
  static int seen;
  if (*state != &seen) {
    *state = &seen;
    return MHD_YES;
  }
  *state = nullptr;
  const std::string& page = static_cast<const Site*>(site)->page();
  MHD_Response* response = MHD_create_response_from_buffer(
      page.size(), const_cast<char*>(page.data()), MHD_RESPMEM_PERSISTENT);
  MHD_add_response_header(response, "Content-Type", muster_bench::kContentType);
  MHD_add_response_header(response, "Cache-Control", muster_bench::kCacheControl);
  MHD_add_response_header(response, "ETag", muster_bench::kETag);
  const MHD_Result queued = MHD_queue_response(connection, MHD_HTTP_OK, response);
  MHD_destroy_response(response);
  return queued;
}

MHD_Result AnswerThroughMuster(void* site, MHD_Connection* connection, const char*,
                               const char* method, const char*, const char*, size_t* size,
                               void** state) {
  const muster::Handler& handler = *static_cast<const Site*>(site)->handler();
  const auto answer = mhd::Handle(handler, connection, method, size, state);
  return answer ? mhd::Queue(connection, *answer) : MHD_NO;
}

int main(int argc, char** argv) {
  Site site(argc, argv);
  const sockaddr_in address = {AF_INET, htons(site.port()), {htonl(INADDR_LOOPBACK)}, {}};
  const auto start = [&](MHD_AccessHandlerCallback answer, auto... options) {
    return MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, site.port(), nullptr, nullptr,
                            answer, &site, MHD_OPTION_SOCK_ADDR, &address, options...,
                            MHD_OPTION_END);
  };
  const MHD_Daemon* daemon =
      site.handler() == nullptr
          ? start(AnswerConstant)
          : start(AnswerThroughMuster, MHD_OPTION_URI_LOG_CALLBACK, mhd::Begin<>, nullptr,
                  MHD_OPTION_NOTIFY_COMPLETED, mhd::End, nullptr);
  if (daemon == nullptr) Site::Fail("cannot listen");
  site.SayListening();
  for (;;) pause();
}
