#include "site.h"

#include <string_view>
#include <utility>

#include "connection.h"
#include "muster_h2o.h"

namespace muster::cli {
namespace {

struct Route {
  h2o_handler_t super;
  const Handler* handler;
};

struct Filter {
  h2o_filter_t super;
  const std::atomic<bool>* is_ending;
};

bool BeginsWith(std::string_view text, std::string_view beginning) {
  return text.substr(0, beginning.size()) == beginning;
}

// Whether two readers could take the body of a request for different bytes, and
// so see different next requests (RFC 9112, section 6.3). h2o goes by one of the
// fields and drops them all, so they are counted where it has read them from.
bool HasBodyOfUnclearLength(h2o_req_t* request) {
  if (request->entity.base == nullptr || request->version >= 0x200) return false;
  const h2o_socket_t* socket = request->conn->callbacks->get_socket(request->conn);
  std::string_view rest(socket->input->bytes, socket->input->size);
  // h2o skips an empty line before a request, which is not the end of the head.
  for (const std::string_view line_end : {"\r\n", "\n"}) {
    if (!BeginsWith(rest, line_end)) continue;
    rest.remove_prefix(line_end.size());
    break;
  }
  int lengths = 0;
  for (size_t end; (end = rest.find('\n')) != rest.npos; rest.remove_prefix(end + 1)) {
    const std::string_view line = rest.substr(0, end);
    if (line.empty() || line == "\r") break;
    // Goes on with the value above it to some readers, and is nothing to h2o.
    if (line.front() == ' ' || line.front() == '\t') return true;
    // h2o has brought the names to lower case where they are.
    const bool is_chunked = BeginsWith(line, "transfer-encoding:");
    if (is_chunked || BeginsWith(line, "content-length:")) ++lengths;
    if (is_chunked && request->version < 0x101) return true;
  }
  return lengths > 1;
}

int OnRequest(h2o_handler_t* self, h2o_req_t* request) {
  if (HasBodyOfUnclearLength(request)) {
    request->http1_is_persistent = 0;
    h2o_send_error_400(request, "Bad Request", "the length of the body is not clear",
                       H2O_SEND_ERROR_HTTP1_CLOSE_CONNECTION);
    return 0;
  }
  const Handler& handler = *reinterpret_cast<Route*>(self)->handler;
  if (h2o::Handle(handler, request)) return 0;
  const h2o::Fields fields(request->headers);
  h2o::Send(request, Handler::NotFound(h2o::ToRequest(*request, fields)));
  return 0;
}

// Called before each answer, those that h2o gives by itself included.
void OnAnswer(h2o_filter_t* self, h2o_req_t* request, h2o_ostream_t** slot) {
  // h2o's own flag is set for each thread, some time after the first that ends.
  if (reinterpret_cast<Filter*>(self)->is_ending->load(std::memory_order_relaxed)) {
    request->http1_is_persistent = 0;
  }
  Connection::Of(request).OnAnswer(*request);
  h2o_setup_next_ostream(request, slot);
}

}  // namespace

Site::Site(const SiteOptions& options) {
  h2o_config_init(&config_);
  config_.server_name = {};
  config_.max_request_entity_size = options.max_body_bytes;
  config_.http1.req_timeout = options.idle_timeout_ms;
  config_.http1.upgrade_to_http2 = 0;  // see h2o::Accept()
  config_.http2.idle_timeout = options.idle_timeout_ms;

  h2o_hostconf_t* host = h2o_config_register_host(&config_, h2o_iovec_init("default", 7), 80);
  h2o_pathconf_t* path = h2o_config_register_path(host, "/", 0);
  auto* route = reinterpret_cast<Route*>(h2o_create_handler(path, sizeof(Route)));
  route->super.on_req = OnRequest;
  route->handler = options.handler;
  for (h2o_pathconf_t* conf : {path, &host->fallback_path}) {
    auto* filter = reinterpret_cast<Filter*>(h2o_create_filter(conf, sizeof(Filter)));
    filter->super.on_setup_ostream = OnAnswer;
    filter->is_ending = options.is_ending;
  }
}

Site::~Site() { h2o_config_dispose(&config_); }

}  // namespace muster::cli
