// Muster in a server of a master and workers, as nginx is one: the master listens
// and forks, and each worker opens the catalog for itself, after the fork. HTTP is
// libevent's; the program has a route and a header of its own.
//
//   c STORE_DIR PORT
//   curl -i http://127.0.0.1:PORT/v1/hosts
//   curl -i http://127.0.0.1:PORT/v1/sandboxes -d '{"shape":"s-1vcpu-1gb"}'
#define _DEFAULT_SOURCE
#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "muster.h"

enum { kWorkers = 2 };

// Muster looks at the request's header fields where libevent keeps them.
static void FindHeader(const void* fields, const char* name, size_t name_size,
                       muster_visit_value visit, void* visitor) {
  const struct evkeyval* field = ((const struct evkeyvalq*)fields)->tqh_first;
  (void)name_size;
  for (; field != NULL; field = field->next.tqe_next) {
    if (evutil_ascii_strcasecmp(field->key, name) != 0) continue;
    visit(visitor, field->value, strlen(field->value));
  }
}

static void Release(const void* data, size_t size, void* response) {
  (void)data, (void)size;
  muster_response_release(response);
}

static void AddLength(struct evhttp_request* request, uint64_t length) {
  char text[24];
  snprintf(text, sizeof(text), "%llu", (unsigned long long)length);
  evhttp_add_header(evhttp_request_get_output_headers(request), "Content-Length", text);
}

// The body leaves from the catalog's own memory. The last span takes the response with
// it, when it is sent or when the client goes away.
static void SendMusters(struct evhttp_request* request, const muster_response* response) {
  struct evkeyvalq* headers = evhttp_request_get_output_headers(request);
  struct evbuffer* body = evhttp_request_get_output_buffer(request);
  const size_t count = response->span_count;
  size_t i;
  for (i = 0; i < response->header_count; ++i) {
    evhttp_add_header(headers, response->headers[i].name.data, response->headers[i].value.data);
  }
  if (response->has_content_length) AddLength(request, response->content_length);
  for (i = 0; i < count; ++i) {
    const muster_span span = response->spans[i];
    if (evbuffer_add_reference(body, span.data, span.size, i + 1 == count ? Release : NULL,
                               (void*)response) == 0) {
      continue;
    }
    evbuffer_drain(body, evbuffer_get_length(body));  // there is no memory
    muster_response_release(response);
    evhttp_send_error(request, HTTP_SERVUNAVAIL, NULL);
    return;
  }
  evhttp_send_reply(request, response->status, response->reason, NULL);
  if (count == 0) muster_response_release(response);
}

// The program's own answers. To HEAD libevent would send a body, if it had one.
static void SendText(struct evhttp_request* request, int status, const char* text) {
  AddLength(request, strlen(text));
  if (evhttp_request_get_command(request) != EVHTTP_REQ_HEAD) {
    evbuffer_add(evhttp_request_get_output_buffer(request), text, strlen(text));
  }
  evhttp_send_reply(request, status, NULL, NULL);
}

static void SendOwn(struct evhttp_request* request) {
  char text[64];
  if (evhttp_request_get_command(request) != EVHTTP_REQ_POST ||
      strcmp(evhttp_request_get_uri(request), "/v1/sandboxes") != 0) {
    SendText(request, 404, "the program's own 404\n");
    return;
  }
  snprintf(text, sizeof(text), "created from %zu bytes\n",
           evbuffer_get_length(evhttp_request_get_input_buffer(request)));
  SendText(request, 201, text);
}

// Whether libevent may have left a part of the body unread, which must not become the
// next request: it has the first of several lengths, and reads no body of HEAD.
static int LeavesBody(enum evhttp_cmd_type method, const struct evkeyvalq* fields) {
  const struct evkeyval* field = fields->tqh_first;
  int lengths = method == EVHTTP_REQ_HEAD ? 1 : 0;
  for (; field != NULL; field = field->next.tqe_next) {
    const char* value = field->value;
    if (evutil_ascii_strcasecmp(field->key, "Content-Length") == 0) {
      if (*value == 0 || value[strspn(value, "0123456789")] != 0 || ++lengths > 1) return 1;
    } else if (evutil_ascii_strcasecmp(field->key, "Transfer-Encoding") == 0) {
      if (evutil_ascii_strcasecmp(value, "chunked") != 0 || ++lengths > 1) return 1;
    }
  }
  return 0;
}

static void Serve(struct evhttp_request* evhttp, void* handler) {
  const enum evhttp_cmd_type method = evhttp_request_get_command(evhttp);
  const struct evkeyvalq* fields = evhttp_request_get_input_headers(evhttp);
  struct evkeyvalq* headers = evhttp_request_get_output_headers(evhttp);
  const int is_head = method == EVHTTP_REQ_HEAD;
  const muster_response* response = NULL;
  muster_request request = {.struct_size = sizeof(request)};
  // libevent keeps no method's name, and Muster refuses all but these two alike.
  request.method.data = is_head ? "HEAD" : method == EVHTTP_REQ_GET ? "GET" : "other";
  request.method.size = strlen(request.method.data);
  request.target.data = evhttp_request_get_uri(evhttp);
  request.target.size = strlen(request.target.data);
  request.find_header = FindHeader;
  request.headers_context = fields;

  evhttp_add_header(headers, "X-Served-By", "example");  // on each answer
  if (LeavesBody(method, fields)) evhttp_add_header(headers, "Connection", "close");
  if (muster_handle(handler, &request, &response) != MUSTER_OK) {
    SendText(evhttp, 500, "the program's own 500\n");
  } else if (response != NULL) {
    SendMusters(evhttp, response);
  } else {
    SendOwn(evhttp);
  }
}

static void Stop(evutil_socket_t signal_number, short what, void* base) {
  (void)signal_number, (void)what;
  event_base_loopexit(base, NULL);
}

static int RunWorker(int listening, const char* directory) {
  struct event_base* base = event_base_new();
  struct evhttp* http = evhttp_new(base);
  struct event* stop = evsignal_new(base, SIGTERM, Stop, base);
  const muster_open_options options = {.struct_size = sizeof(options), .must_exist = 1};
  muster_catalog* catalog = NULL;
  muster_handler* handler = NULL;
  const int opened = muster_open(directory, &options, &catalog) == MUSTER_OK &&
                     muster_handler_create(catalog, NULL, &handler) == MUSTER_OK;
  if (opened && event_add(stop, NULL) == 0 && evhttp_accept_socket(http, listening) == 0) {
    // Others get libevent's 501: it would leave their bodies unread.
    evhttp_set_allowed_methods(http, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD | EVHTTP_REQ_POST |
                                         EVHTTP_REQ_PUT | EVHTTP_REQ_DELETE |
                                         EVHTTP_REQ_OPTIONS | EVHTTP_REQ_PATCH);
    evhttp_set_gencb(http, Serve, handler);
    event_base_dispatch(base);
  }
  if (!opened) fprintf(stderr, "%s\n", muster_last_error());
  evhttp_free(http);
  event_free(stop);
  event_base_free(base);
  muster_handler_destroy(handler);
  muster_close(catalog);
  return opened ? 0 : 1;
}

static int Listen(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  const int listening = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (bind(listening, (struct sockaddr*)&address, sizeof(address)) != 0 ||
      listen(listening, SOMAXCONN) != 0 || evutil_make_socket_nonblocking(listening) != 0) {
    perror("cannot listen");
    exit(1);
  }
  return listening;
}

// Ends its workers on SIGTERM; they end by themselves when it is killed.
int main(int argc, char** argv) {
  const char* directory = argc > 2 ? argv[1] : "var/db";
  const int port = argc > 2 ? atoi(argv[2]) : 8080, listening = Listen(port);
  const pid_t master = getpid();
  muster_catalog* catalog;
  pid_t workers[kWorkers];
  sigset_t signals, before;
  int signal_number, i, running, stopping = 0;
  // Makes the store where there is none; closed before the workers are forked.
  if (muster_open(directory, NULL, &catalog) != MUSTER_OK ||
      muster_close(catalog) != MUSTER_OK) {
    fprintf(stderr, "%s\n", muster_last_error());
    return 1;
  }
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGCHLD);
  sigprocmask(SIG_BLOCK, &signals, &before);
  signal(SIGPIPE, SIG_IGN);
  for (running = 0; running < kWorkers; ++running) {
    workers[running] = fork();
    if (workers[running] < 0) break;
    if (workers[running] > 0) continue;
    sigprocmask(SIG_SETMASK, &before, NULL);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    return getppid() == master ? RunWorker(listening, directory) : 1;
  }
  if (running < kWorkers) {
    perror("cannot fork");
    return 1;  // with which the others end
  }
  printf("listening on http://127.0.0.1:%d\n", port);
  fflush(stdout);
  while (running > 0) {
    sigwait(&signals, &signal_number);
    stopping |= signal_number == SIGTERM;
    for (i = 0; i < kWorkers; ++i) {
      if (workers[i] > 0 && signal_number == SIGTERM) kill(workers[i], SIGTERM);
      if (workers[i] == 0 || waitpid(workers[i], NULL, WNOHANG) == 0) continue;
      workers[i] = 0;
      --running;
    }
  }
  return stopping ? 0 : 1;
}
