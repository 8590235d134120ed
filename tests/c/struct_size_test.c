// Structs from another muster.h than the library's. In each test `Call` is handed the
// same struct with another size, or with more behind it.
#include "fixture.h"

// A struct of the library's, and room for the fields of a newer one.
typedef struct Extended {
  union {
    muster_open_options open;
    muster_apply_options apply;
    muster_handler_options handler;
    muster_request request;
    unsigned char bytes[256];
  } as;
  size_t own_size;  // of the library's
} Extended;

typedef muster_code (*Call)(Fixture* fixture, const Extended* given);

static muster_code CallOpen(Fixture* fixture, const Extended* given) {
  return muster_open(fixture->store, &given->as.open, &fixture->catalog);
}
static muster_code CallApply(Fixture* fixture, const Extended* given) {
  muster_code code = muster_open(fixture->store, NULL, &fixture->catalog);
  if (code != MUSTER_OK) return code;
  return muster_apply_document(fixture->catalog, "{}", 2, &given->as.apply, NULL);
}
static muster_code CallHandlerCreate(Fixture* fixture, const Extended* given) {
  muster_code code = muster_open(fixture->store, NULL, &fixture->catalog);
  if (code != MUSTER_OK) return code;
  return muster_handler_create(fixture->catalog, &given->as.handler, &fixture->handler);
}
static muster_code CallNotFound(Fixture* fixture, const Extended* given) {
  const muster_response* response = NULL;
  const muster_code code = muster_not_found(&given->as.request, &response);
  (void)fixture;
  muster_response_release(response);
  return code;
}

typedef struct Case {
  Call call;
  size_t own_size;
} Case;

static const Case kCases[] = {
    {CallOpen, sizeof(muster_open_options)},
    {CallApply, sizeof(muster_apply_options)},
    {CallHandlerCreate, sizeof(muster_handler_options)},
    {CallNotFound, sizeof(muster_request)},
};
enum { kCaseCount = sizeof(kCases) / sizeof(kCases[0]) };

// What a call says to a struct of zeros, `size` in its first field and a 1 in the byte
// at `at` (0: none). In a directory of its own.
static muster_code CodeOf(const Case* a_case, size_t size, size_t at) {
  void* state = NULL;
  Extended given;
  muster_code code;
  memset(&given, 0, sizeof(given));
  if (at != 0) given.as.bytes[at] = 1;
  memcpy(given.as.bytes, &size, sizeof(size));
  assert_int_equal(MakeDirectory(&state), 0);
  code = a_case->call(state, &given);
  RemoveAll(&state);
  return code;
}

static void the_size_of_this_header_is_taken(void** state) {
  size_t i;
  (void)state;
  for (i = 0; i < kCaseCount; ++i) {
    assert_int_equal(CodeOf(&kCases[i], kCases[i].own_size, 0), MUSTER_OK);
  }
}

static void a_longer_struct_is_taken_while_what_is_new_is_zero(void** state) {
  size_t i;
  (void)state;
  for (i = 0; i < kCaseCount; ++i) {
    assert_int_equal(CodeOf(&kCases[i], kCases[i].own_size + 24, 0), MUSTER_OK);
  }
}

static void a_longer_struct_is_refused_where_what_is_new_is_set(void** state) {
  size_t i;
  (void)state;
  for (i = 0; i < kCaseCount; ++i) {
    const size_t own = kCases[i].own_size;
    assert_int_equal(CodeOf(&kCases[i], own + 24, own), MUSTER_INVALID_ARGUMENT);
    assert_int_equal(CodeOf(&kCases[i], own + 24, own + 23), MUSTER_INVALID_ARGUMENT);
    assert_non_null(strstr(muster_last_error(), "does not know"));
  }
}

static void a_size_that_is_none_is_refused(void** state) {
  size_t i;
  (void)state;
  for (i = 0; i < kCaseCount; ++i) {
    assert_int_equal(CodeOf(&kCases[i], 0, 0), MUSTER_INVALID_ARGUMENT);
    assert_int_equal(CodeOf(&kCases[i], sizeof(size_t), 0), MUSTER_INVALID_ARGUMENT);
    assert_int_equal(CodeOf(&kCases[i], SIZE_MAX, 0), MUSTER_INVALID_ARGUMENT);
    assert_non_null(strstr(muster_last_error(), "->struct_size: must be the size of"));
  }
}

// A program of an older header has fewer fields, and what lies behind its struct is
// something else.
static void options_of_a_shorter_struct_end_with_it(void** state) {
  Fixture* fixture = *state;
  muster_open_options options = {.struct_size = offsetof(muster_open_options, map_size_bytes)};
  options.map_size_bytes = 1;  // would be refused
  assert_ok(muster_open(fixture->store, &options, &fixture->catalog));
}

static void options_within_a_shorter_struct_count(void** state) {
  Fixture* fixture = *state;
  muster_open_options options = {.struct_size = offsetof(muster_open_options, host_timeout_ms)};
  options.must_exist = 1;
  assert_int_equal(muster_open(fixture->store, &options, &fixture->catalog), MUSTER_NOT_FOUND);
}

static void a_shorter_request_is_answered_by_the_fields_it_has(void** state) {
  muster_request request = Get("/v1/whoami");
  const muster_header header = {Text("X-Api-Key"), Text(kApiKey)};
  request.headers = &header;
  request.header_count = 1;
  request.struct_size = offsetof(muster_request, user_id);
  request.user_id = (const muster_span*)1;  // what lies behind it
  assert_int_equal(StatusOf(*state, &request), 200);
}

static void a_longer_request_is_answered(void** state) {
  struct {
    muster_request request;
    void* newer;
  } given = {Get("/v1/shapes"), NULL};
  given.request.struct_size = sizeof(given);
  assert_int_equal(StatusOf(*state, &given.request), 200);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_size_of_this_header_is_taken),
      cmocka_unit_test(a_longer_struct_is_taken_while_what_is_new_is_zero),
      cmocka_unit_test(a_longer_struct_is_refused_where_what_is_new_is_set),
      cmocka_unit_test(a_size_that_is_none_is_refused),
      WITH_DIRECTORY(options_of_a_shorter_struct_end_with_it),
      WITH_DIRECTORY(options_within_a_shorter_struct_count),
      WITH_CATALOG(a_shorter_request_is_answered_by_the_fields_it_has),
      WITH_CATALOG(a_longer_request_is_answered),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
