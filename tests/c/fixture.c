#define _GNU_SOURCE  // nftw()
#include "fixture.h"

#include <ftw.h>

const char kApiKey[] = "sk_test_0123456789";
const char kDocument[] =
    "{\"shapes\":[{\"id\":\"s-1vcpu-1gb\",\"vcpu\":1,\"mem_mib\":1024,\"default_disk_mib\":"
    "10240}],"
    "\"hosts\":[{\"id\":\"192.0.2.1\",\"status\":\"active\",\"free_mib\":8192,\"vm_count\":0}],"
    "\"users\":[{\"id\":\"usr_01K\",\"api_keys\":[\"sk_test_0123456789\"],"
    "\"stats\":{\"running\":3,\"total\":47}}]}";

int MakeDirectory(void** state) {
  Fixture* fixture = calloc(1, sizeof(*fixture));
  strcpy(fixture->directory, "/tmp/muster-c-XXXXXX");
  if (mkdtemp(fixture->directory) == NULL) return -1;
  snprintf(fixture->store, sizeof(fixture->store), "%s/db", fixture->directory);
  *state = fixture;
  return 0;
}

int MakeCatalog(void** state) {
  if (MakeDirectory(state) != 0) return -1;
  Reopen(*state, NULL, NULL);
  Apply(*state, kDocument);
  return 0;
}

static int Remove(const char* path, const struct stat* info, int kind, struct FTW* place) {
  (void)info, (void)kind, (void)place;
  return remove(path);
}

int RemoveAll(void** state) {
  Fixture* fixture = *state;
  muster_handler_destroy(fixture->handler);
  muster_close(fixture->catalog);
  nftw(fixture->directory, Remove, 8, FTW_DEPTH | FTW_PHYS);
  free(fixture);
  return 0;
}

void Reopen(Fixture* fixture, const muster_open_options* open_options,
            const muster_handler_options* handler_options) {
  muster_handler_destroy(fixture->handler);
  fixture->handler = NULL;
  assert_ok(muster_close(fixture->catalog));
  assert_ok(muster_open(fixture->store, open_options, &fixture->catalog));
  assert_ok(muster_handler_create(fixture->catalog, handler_options, &fixture->handler));
}

muster_span Text(const char* text) {
  const muster_span span = {text, strlen(text)};
  return span;
}

muster_request Get(const char* target) {
  muster_request request = {.struct_size = sizeof(request)};
  request.method = Text("GET");
  request.target = Text(target);
  return request;
}

const muster_response* Answer(const Fixture* fixture, const muster_request* request) {
  const muster_response* response = NULL;
  assert_ok(muster_handle(fixture->handler, request, &response));
  assert_non_null(response);
  return response;
}

int StatusOf(const Fixture* fixture, const muster_request* request) {
  const muster_response* response = NULL;
  int status;
  assert_ok(muster_handle(fixture->handler, request, &response));
  status = response == NULL ? 0 : response->status;
  muster_response_release(response);
  return status;
}

const char* Body(const muster_response* response) {
  static char text[1 << 16];
  size_t size = 0, i;
  for (i = 0; i < response->span_count; ++i) {
    assert_true(size + response->spans[i].size < sizeof(text));
    memcpy(text + size, response->spans[i].data, response->spans[i].size);
    size += response->spans[i].size;
  }
  text[size] = '\0';
  return text;
}

const char* HeaderOf(const muster_response* response, const char* name) {
  size_t i;
  for (i = 0; i < response->header_count; ++i) {
    if (strcmp(response->headers[i].name.data, name) == 0) {
      return response->headers[i].value.data;
    }
  }
  return NULL;
}

void Apply(Fixture* fixture, const char* document) {
  assert_ok(muster_apply_document(fixture->catalog, document, strlen(document), NULL, NULL));
}
