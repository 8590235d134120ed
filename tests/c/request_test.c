// What a request may be made of, and what a handler's options do.
#include "fixture.h"

static muster_request GetWith(const char* target, const muster_header* headers, size_t count) {
  muster_request request = Get(target);
  request.headers = headers;
  request.header_count = count;
  return request;
}

static void a_path_of_muster_is_answered(void** state) {
  const muster_request request = Get("/v1/shapes");
  assert_int_equal(StatusOf(*state, &request), 200);
}

static void another_path_is_the_programs_own(void** state) {
  Fixture* fixture = *state;
  const muster_request request = Get("/v1/sandboxes");
  const muster_response* response = (const muster_response*)fixture;
  assert_ok(muster_handle(fixture->handler, &request, &response));
  assert_null(response);
}

static void texts_end_where_their_sizes_say(void** state) {
  muster_request request = Get("/v1/shapes?limit=1&more");
  request.method = Text("GETTER");
  request.method.size = 3;
  request.target.size = strlen("/v1/shapes");
  assert_int_equal(StatusOf(*state, &request), 200);
}

static void other_methods_are_refused(void** state) {
  muster_request request = Get("/v1/shapes");
  request.method = Text("POST");
  assert_int_equal(StatusOf(*state, &request), 405);
}

static void header_fields_in_an_array_are_found_in_any_case(void** state) {
  const muster_header headers[] = {{Text("Accept"), Text("*/*")},
                                   {Text("x-aPI-key"), Text(kApiKey)}};
  const muster_request request = GetWith("/v1/whoami", headers, 2);
  assert_int_equal(StatusOf(*state, &request), 200);
}

static void repeated_header_fields_count_as_one(void** state) {
  const muster_request request = Get("/v1/shapes");
  const muster_response* response = Answer(*state, &request);
  const muster_header headers[] = {{Text("If-None-Match"), Text("\"other\"")},
                                   {Text("If-None-Match"), Text(HeaderOf(response, "ETag"))}};
  const muster_request conditional = GetWith("/v1/shapes", headers, 2);
  assert_int_equal(StatusOf(*state, &conditional), 304);
  muster_response_release(response);
}

static void a_header_field_without_a_value_is_empty(void** state) {
  const muster_header headers[] = {{Text("X-Auth-Token"), {NULL, 5}},
                                   {Text("X-Api-Key"), Text(kApiKey)}};
  const muster_request request = GetWith("/v1/whoami", headers, 2);
  assert_int_equal(StatusOf(*state, &request), 200);
}

// Gives the key that is its context to whoever asks for X-Api-Key.
static void FindHeader(const void* context, const char* name, size_t name_size,
                       muster_visit_value visit, void* visitor) {
  assert_int_equal(strlen(name), name_size);
  if (strcmp(name, "x-api-key") == 0) visit(visitor, context, strlen(context));
}

static void header_fields_are_found_by_a_function(void** state) {
  muster_request request = Get("/v1/whoami");
  request.find_header = FindHeader;
  request.headers_context = kApiKey;
  assert_int_equal(StatusOf(*state, &request), 200);
}

static void the_function_goes_before_the_array(void** state) {
  const muster_header header = {Text("X-Api-Key"), Text(kApiKey)};
  muster_request request = GetWith("/v1/whoami", &header, 1);
  request.find_header = FindHeader;
  request.headers_context = "sk_of_nobody_at_all";
  assert_int_equal(StatusOf(*state, &request), 401);
}

static void a_user_whom_the_program_names_is_answered_without_a_key(void** state) {
  muster_request request = Get("/v1/whoami");
  const muster_span user_id = Text("usr_01K");
  request.user_id = &user_id;
  const muster_response* response = Answer(*state, &request);
  assert_non_null(strstr(Body(response), "\"user_id\":\"usr_01K\",\"stats\":{\"running\":3"));
  muster_response_release(response);
}

static void nobody_named_by_the_program_is_refused_with_a_key_too(void** state) {
  const muster_header header = {Text("X-Api-Key"), Text(kApiKey)};
  muster_request request = GetWith("/v1/whoami", &header, 1);
  const muster_span nobody = {NULL, 0};
  request.user_id = &nobody;
  assert_int_equal(StatusOf(*state, &request), 401);
}

static void a_mount_prefix_is_put_before_every_path(void** state) {
  const muster_handler_options options = {.struct_size = sizeof(options),
                                          .mount_prefix = "/api"};
  const muster_request bare = Get("/v1/shapes"), mounted = Get("/api/v1/shapes");
  Reopen(*state, NULL, &options);
  assert_int_equal(StatusOf(*state, &mounted), 200);
  assert_int_equal(StatusOf(*state, &bare), 0);
}

static void a_mount_prefix_that_cannot_be_is_refused(void** state) {
  Fixture* fixture = *state;
  const muster_handler_options options = {.struct_size = sizeof(options),
                                          .mount_prefix = "api/"};
  muster_handler* handler = fixture->handler;
  assert_int_equal(muster_handler_create(fixture->catalog, &options, &handler),
                   MUSTER_INVALID_ARGUMENT);
  assert_null(handler);
}

static void hosts_may_require_a_credential(void** state) {
  const muster_handler_options options = {.struct_size = sizeof(options),
                                          .hosts_require_credential = 1};
  const muster_header header = {Text("X-Api-Key"), Text(kApiKey)};
  const muster_request without = Get("/v1/hosts");
  const muster_request with = GetWith("/v1/hosts", &header, 1);
  Reopen(*state, NULL, &options);
  assert_int_equal(StatusOf(*state, &without), 401);
  assert_int_equal(StatusOf(*state, &with), 200);
}

static void each_endpoint_can_be_disabled_alone(void** state) {
  static const struct {
    uint32_t bit;
    const char* path;
  } endpoints[] = {
      {MUSTER_ENDPOINT_SHAPES, "/v1/shapes"}, {MUSTER_ENDPOINT_ROOTFS, "/v1/rootfs"},
      {MUSTER_ENDPOINT_HOSTS, "/v1/hosts"},   {MUSTER_ENDPOINT_WHOAMI, "/v1/whoami"},
      {MUSTER_ENDPOINT_HEALTHZ, "/healthz"},  {MUSTER_ENDPOINT_READYZ, "/readyz"},
  };
  const size_t count = sizeof(endpoints) / sizeof(endpoints[0]);
  size_t disabled, asked;
  for (disabled = 0; disabled < count; ++disabled) {
    muster_handler_options options = {.struct_size = sizeof(options)};
    options.disabled_endpoints = endpoints[disabled].bit;
    Reopen(*state, NULL, &options);
    for (asked = 0; asked < count; ++asked) {
      const muster_request request = Get(endpoints[asked].path);
      assert_int_equal(StatusOf(*state, &request) == 0, asked == disabled);
    }
  }
}

static void endpoints_that_there_are_not_cannot_be_disabled(void** state) {
  Fixture* fixture = *state;
  const muster_handler_options options = {.struct_size = sizeof(options),
                                          .disabled_endpoints = 0x40};
  muster_handler* handler = NULL;
  assert_int_equal(muster_handler_create(fixture->catalog, &options, &handler),
                   MUSTER_INVALID_ARGUMENT);
}

static void the_404_for_a_path_that_nobody_serves_can_be_had(void** state) {
  const muster_request request = Get("/nobody");
  const muster_response* response = NULL;
  (void)state;
  assert_ok(muster_not_found(&request, &response));
  assert_int_equal(response->status, 404);
  assert_string_equal(Body(response),
                      "{\"status\":\"fail\",\"data\":{\"code\":\"not_found\","
                      "\"path\":\"no such endpoint\"}}");
  muster_response_release(response);
}

static void without_a_catalog_what_needs_one_is_503(void** state) {
  const muster_handler_options options = {.struct_size = sizeof(options),
                                          .mount_prefix = "/api"};
  Fixture fixture = {.handler = NULL};
  const muster_request shapes = Get("/api/v1/shapes"), healthz = Get("/api/healthz");
  const muster_request readyz = Get("/api/readyz"), unmounted = Get("/v1/shapes");
  const muster_response* response;
  (void)state;
  assert_ok(muster_handler_create_without_catalog("not yet", &options, &fixture.handler));
  assert_int_equal(StatusOf(&fixture, &shapes), 503);
  assert_int_equal(StatusOf(&fixture, &healthz), 200);
  assert_int_equal(StatusOf(&fixture, &unmounted), 0);
  response = Answer(&fixture, &readyz);
  assert_string_equal(
      Body(response),
      "{\"status\":\"fail\",\"data\":{\"ready\":false,\"reason\":\"not yet\"}}");
  muster_response_release(response);
  muster_handler_destroy(fixture.handler);
}

static void without_a_catalog_a_reason_is_needed(void** state) {
  muster_handler* handler = (muster_handler*)state;
  assert_int_equal(muster_handler_create_without_catalog(NULL, NULL, &handler),
                   MUSTER_INVALID_ARGUMENT);
  assert_string_equal(muster_last_error(), "reason: must not be NULL");
  assert_null(handler);
}

static void a_call_without_a_request_is_an_error(void** state) {
  Fixture* fixture = *state;
  const muster_request request = Get("/v1/shapes");
  const muster_response* response = NULL;
  assert_int_equal(muster_handle(fixture->handler, NULL, &response), MUSTER_INVALID_ARGUMENT);
  assert_string_equal(muster_last_error(), "request: must not be NULL");
  assert_int_equal(muster_handle(NULL, &request, &response), MUSTER_INVALID_ARGUMENT);
  assert_int_equal(muster_handle(fixture->handler, &request, NULL), MUSTER_INVALID_ARGUMENT);
  assert_int_equal(muster_not_found(&request, NULL), MUSTER_INVALID_ARGUMENT);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      WITH_CATALOG(a_path_of_muster_is_answered),
      WITH_CATALOG(another_path_is_the_programs_own),
      WITH_CATALOG(texts_end_where_their_sizes_say),
      WITH_CATALOG(other_methods_are_refused),
      WITH_CATALOG(header_fields_in_an_array_are_found_in_any_case),
      WITH_CATALOG(repeated_header_fields_count_as_one),
      WITH_CATALOG(a_header_field_without_a_value_is_empty),
      WITH_CATALOG(header_fields_are_found_by_a_function),
      WITH_CATALOG(the_function_goes_before_the_array),
      WITH_CATALOG(a_user_whom_the_program_names_is_answered_without_a_key),
      WITH_CATALOG(nobody_named_by_the_program_is_refused_with_a_key_too),
      WITH_CATALOG(a_mount_prefix_is_put_before_every_path),
      WITH_CATALOG(a_mount_prefix_that_cannot_be_is_refused),
      WITH_CATALOG(hosts_may_require_a_credential),
      WITH_CATALOG(each_endpoint_can_be_disabled_alone),
      WITH_CATALOG(endpoints_that_there_are_not_cannot_be_disabled),
      cmocka_unit_test(the_404_for_a_path_that_nobody_serves_can_be_had),
      cmocka_unit_test(without_a_catalog_what_needs_one_is_503),
      cmocka_unit_test(without_a_catalog_a_reason_is_needed),
      WITH_CATALOG(a_call_without_a_request_is_an_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
