// libevent's evhttp: one event base on one thread.
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>

#include "muster_evhttp.h"
#include "site.h"

using muster_bench::Site;

void AnswerConstant(evhttp_request* request, void* site) {
  const std::string& page = static_cast<const Site*>(site)->page();
  evkeyvalq* headers = evhttp_request_get_output_headers(request);
  evhttp_add_header(headers, "Content-Type", muster_bench::kContentType);
  evhttp_add_header(headers, "Cache-Control", muster_bench::kCacheControl);
  evhttp_add_header(headers, "ETag", muster_bench::kETag);
  evbuffer_add_reference(evhttp_request_get_output_buffer(request), page.data(), page.size(),
                         nullptr, nullptr);
  evhttp_send_reply(request, HTTP_OK, "OK", nullptr);
}

void AnswerThroughMuster(evhttp_request* request, void* site) {
  if (muster::evhttp::Handle(*static_cast<const Site*>(site)->handler(), request)) return;
  evhttp_send_error(request, HTTP_NOTFOUND, nullptr);
}

int main(int argc, char** argv) {
  Site site(argc, argv);
  event_base* base = event_base_new();
  evhttp* http = evhttp_new(base);
  evhttp_set_gencb(http, site.handler() != nullptr ? AnswerThroughMuster : AnswerConstant,
                   &site);
  if (evhttp_bind_socket(http, "127.0.0.1", site.port()) != 0) Site::Fail("cannot listen");
  site.SayListening();
  return event_base_dispatch(base);
}
