// Opens a store, fills it, and writes what /v1/shapes answers.
#include <muster.h>
#include <stdio.h>
#include <string.h>

static int Write(const muster_response* response) {
  size_t i;
  if (response == NULL || response->status != 200) return 1;
  for (i = 0; i < response->span_count; ++i) {
    fwrite(response->spans[i].data, 1, response->spans[i].size, stdout);
  }
  muster_response_release(response);
  return puts("") < 0;
}

int main(void) {
  static const char document[] =
      "{\"shapes\":[{\"id\":\"s-1vcpu-1gb\",\"vcpu\":1,\"mem_mib\":1024,"
      "\"default_disk_mib\":10240}]}";
  const muster_request request = {
      .struct_size = sizeof(request), .method = {"GET", 3}, .target = {"/v1/shapes", 10}};
  const muster_response* response = NULL;
  muster_catalog* catalog = NULL;
  muster_handler* handler = NULL;
  int failed = 1;
  if (muster_open("store", NULL, &catalog) == MUSTER_OK &&
      muster_apply_document(catalog, document, strlen(document), NULL, NULL) == MUSTER_OK &&
      muster_handler_create(catalog, NULL, &handler) == MUSTER_OK &&
      muster_handle(handler, &request, &response) == MUSTER_OK) {
    failed = Write(response);
  } else {
    fprintf(stderr, "%s\n", muster_last_error());
  }
  muster_handler_destroy(handler);
  return muster_close(catalog) == MUSTER_OK ? failed : 1;
}
