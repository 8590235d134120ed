// What an answer consists of, and how long it stays.
#define _DEFAULT_SOURCE
#include <pthread.h>
#include <sys/uio.h>

#include "fixture.h"

static const char kShapes[] =
    "{\"status\":\"success\",\"data\":{\"data\":[{\"id\":\"s-1vcpu-1gb\",\"vcpu\":1,"
    "\"mem_mib\":1024,\"default_disk_mib\":10240}],"
    "\"pagination\":{\"total\":1,\"limit\":50,\"offset\":0,\"count\":1}}}";

static void status_reason_and_length_come_with_the_body(void** state) {
  const muster_request request = Get("/v1/shapes");
  const muster_response* response = Answer(*state, &request);
  assert_int_equal(response->status, 200);
  assert_string_equal(response->reason, "OK");
  assert_true(response->has_content_length);
  assert_int_equal(response->content_length, strlen(kShapes));
  assert_string_equal(Body(response), kShapes);
  muster_response_release(response);
}

static void names_and_values_of_headers_end_with_a_zero_byte(void** state) {
  const muster_request request = Get("/v1/shapes");
  const muster_response* response = Answer(*state, &request);
  size_t i;
  assert_int_equal(response->header_count, 3);
  for (i = 0; i < response->header_count; ++i) {
    assert_int_equal(strlen(response->headers[i].name.data), response->headers[i].name.size);
    assert_int_equal(strlen(response->headers[i].value.data), response->headers[i].value.size);
  }
  assert_string_equal(HeaderOf(response, "Content-Type"), "application/json");
  assert_string_equal(HeaderOf(response, "Cache-Control"), "no-cache");
  assert_non_null(HeaderOf(response, "ETag"));
  muster_response_release(response);
}

static void spans_can_be_written_as_iovecs(void** state) {
  const muster_request request = Get("/v1/shapes");
  const muster_response* response = Answer(*state, &request);
  char received[sizeof(kShapes)] = "";
  int ends[2];
  assert_int_equal(pipe(ends), 0);
  assert_int_equal(
      writev(ends[1], (const struct iovec*)response->spans, (int)response->span_count),
      response->content_length);
  assert_int_equal(read(ends[0], received, sizeof(received)), strlen(kShapes));
  assert_string_equal(received, kShapes);
  close(ends[0]);
  close(ends[1]);
  muster_response_release(response);
}

static void bytes_of_a_list_are_the_catalogs_own(void** state) {
  const muster_request request = Get("/v1/shapes");
  const muster_response *first = Answer(*state, &request), *second = Answer(*state, &request);
  size_t i, shared = 0;
  for (i = 0; i < first->span_count; ++i) {
    if (first->spans[i].data == second->spans[i].data) ++shared;
  }
  assert_true(shared + 1 >= first->span_count);  // the pagination is made for each
  assert_true(shared > 0);
  muster_response_release(first);
  muster_response_release(second);
}

static void the_answer_to_head_has_the_length_and_no_body(void** state) {
  muster_request request = Get("/v1/shapes");
  request.method = Text("HEAD");
  const muster_response* response = Answer(*state, &request);
  assert_int_equal(response->content_length, strlen(kShapes));
  assert_int_equal(response->span_count, 0);
  muster_response_release(response);
}

static void a_304_has_no_length_and_no_body(void** state) {
  muster_request request = Get("/v1/shapes");
  const muster_header header = {Text("If-None-Match"), Text("*")};
  request.headers = &header;
  request.header_count = 1;
  const muster_response* response = Answer(*state, &request);
  assert_int_equal(response->status, 304);
  assert_string_equal(response->reason, "Not Modified");
  assert_false(response->has_content_length);
  assert_int_equal(response->span_count, 0);
  muster_response_release(response);
}

static void an_answer_stays_as_it_is_when_the_catalog_changes(void** state) {
  const muster_request request = Get("/v1/shapes");
  const muster_response* response = Answer(*state, &request);
  Apply(*state,
        "{\"shapes\":[{\"id\":\"s-1vcpu-1gb\",\"vcpu\":2,\"mem_mib\":2048,"
        "\"default_disk_mib\":0}]}");
  assert_string_equal(Body(response), kShapes);
  muster_response_release(response);
}

static void an_answer_outlasts_handler_and_catalog(void** state) {
  Fixture* fixture = *state;
  const muster_request request = Get("/v1/shapes");
  const muster_response* response = Answer(fixture, &request);
  assert_ok(muster_close(fixture->catalog));
  muster_handler_destroy(fixture->handler);
  fixture->catalog = NULL;
  fixture->handler = NULL;
  assert_string_equal(Body(response), kShapes);
  assert_non_null(HeaderOf(response, "ETag"));
  muster_response_release(response);
}

static void a_handler_of_a_closed_catalog_answers_what_it_had_last(void** state) {
  Fixture* fixture = *state;
  const muster_request shapes = Get("/v1/shapes"), ready = Get("/readyz");
  assert_ok(muster_close(fixture->catalog));
  fixture->catalog = NULL;
  assert_int_equal(StatusOf(fixture, &shapes), 200);
  assert_int_equal(StatusOf(fixture, &ready), 503);
}

static void* Release(void* response) {
  muster_response_release(response);
  return NULL;
}

static void an_answer_is_released_by_any_thread(void** state) {
  const muster_request request = Get("/v1/shapes");
  const muster_response* response = Answer(*state, &request);
  pthread_t thread;
  assert_int_equal(pthread_create(&thread, NULL, Release, (void*)response), 0);
  assert_int_equal(pthread_join(thread, NULL), 0);
}

static void a_page_of_many_spans_is_whole(void** state) {
  Fixture* fixture = *state;
  static char document[200000];
  char* end = document + sprintf(document, "{\"hosts\":[");
  const muster_request request = Get("/v1/hosts?limit=500&offset=100");
  size_t size = 0, i;
  for (i = 0; i < 1500; ++i) {
    end += sprintf(end,
                   "%s{\"id\":\"host-%04zu\",\"status\":\"active\",\"free_mib\":%zu,"
                   "\"vm_count\":0}",
                   i == 0 ? "" : ",", i, i);
  }
  strcpy(end, "]}");
  Apply(fixture, document);
  const muster_response* response = Answer(fixture, &request);
  for (i = 0; i < response->span_count; ++i) size += response->spans[i].size;
  assert_true(size == response->content_length);
  assert_non_null(
      strstr(Body(response), "\"host-0598\",\"status\":\"active\",\"free_mib\":598"));
  muster_response_release(response);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      WITH_CATALOG(status_reason_and_length_come_with_the_body),
      WITH_CATALOG(names_and_values_of_headers_end_with_a_zero_byte),
      WITH_CATALOG(spans_can_be_written_as_iovecs),
      WITH_CATALOG(bytes_of_a_list_are_the_catalogs_own),
      WITH_CATALOG(the_answer_to_head_has_the_length_and_no_body),
      WITH_CATALOG(a_304_has_no_length_and_no_body),
      WITH_CATALOG(an_answer_stays_as_it_is_when_the_catalog_changes),
      WITH_CATALOG(an_answer_outlasts_handler_and_catalog),
      WITH_CATALOG(a_handler_of_a_closed_catalog_answers_what_it_had_last),
      WITH_CATALOG(an_answer_is_released_by_any_thread),
      WITH_CATALOG(a_page_of_many_spans_is_whole),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
