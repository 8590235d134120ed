// What happens when memory runs out: no exception comes out of the library, and the
// call can be made again.
//
// The program has the C++ operators new and delete, so that it is asked for each piece
// of memory that the library takes.
#include "fixture.h"

// Throws std::bad_alloc; libstdc++ has it for its own headers.
extern void _ZSt17__throw_bad_allocv(void);

// How many more pieces there are; below 0: as many as one likes. Threads of the
// library are not started by what is tested here.
static long pieces_left = -1;
static int ran_out;

// operator new(std::size_t)
void* _Znwm(size_t size);
void* _Znwm(size_t size) {
  void* memory;
  if (pieces_left == 0) {
    ran_out = 1;
    _ZSt17__throw_bad_allocv();
  }
  if (pieces_left > 0) --pieces_left;
  memory = malloc(size == 0 ? 1 : size);
  if (memory == NULL) _ZSt17__throw_bad_allocv();
  return memory;
}

// operator new[](std::size_t), operator delete(void*), …
void* _Znam(size_t size);
void* _Znam(size_t size) { return _Znwm(size); }
void _ZdlPv(void* memory);
void _ZdlPv(void* memory) { free(memory); }
void _ZdaPv(void* memory);
void _ZdaPv(void* memory) { free(memory); }
void _ZdlPvm(void* memory, size_t size);
void _ZdlPvm(void* memory, size_t size) {
  (void)size;
  free(memory);
}

// Calls with no piece of memory, with one, with two, … until it is enough. The number of
// calls that failed.
static int FailuresUntilEnough(muster_code (*call)(Fixture*), Fixture* fixture) {
  long pieces;
  for (pieces = 0; pieces < 10000; ++pieces) {
    muster_code code;
    ran_out = 0;
    pieces_left = pieces;
    code = call(fixture);
    pieces_left = -1;
    if (!ran_out) {
      assert_int_equal(code, MUSTER_OK);
      return (int)pieces;
    }
    assert_int_equal(code, MUSTER_RESOURCE_EXHAUSTED);
    assert_string_equal(muster_last_error(), "out of memory");
  }
  fail_msg("there was never enough");
  return -1;
}

static muster_code Handle(Fixture* fixture, const muster_request* request) {
  const muster_response* response = NULL;
  const muster_code code = muster_handle(fixture->handler, request, &response);
  assert_int_equal(response != NULL, code == MUSTER_OK);
  muster_response_release(response);
  return code;
}

static muster_code HandleShapes(Fixture* fixture) {
  const muster_request request = Get("/v1/shapes");
  return Handle(fixture, &request);
}

static void a_list_without_memory_is_an_error(void** state) {
  assert_true(FailuresUntilEnough(HandleShapes, *state) > 0);
}

// Values that do not fit where the core joins short ones.
static int finds_begun, finds_ended;
static void FindLongHeader(const void* context, const char* name, size_t name_size,
                           muster_visit_value visit, void* visitor) {
  static char value[4000];
  (void)context, (void)name_size;
  memset(value, 'a', sizeof(value));
  ++finds_begun;
  if (strcmp(name, "x-api-key") == 0) {
    visit(visitor, value, sizeof(value));
    visit(visitor, value, sizeof(value));
  }
  ++finds_ended;
}

static muster_code HandleLongHeaders(Fixture* fixture) {
  muster_request request = Get("/v1/whoami");
  request.find_header = FindLongHeader;
  return Handle(fixture, &request);
}

static void no_exception_passes_through_the_programs_own_function(void** state) {
  assert_true(FailuresUntilEnough(HandleLongHeaders, *state) > 0);
  assert_int_equal(finds_ended, finds_begun);
}

// It reads the store: a transaction that stayed open would keep it from closing.
static void a_lack_of_memory_leaves_no_transaction_open(void** state) {
  Fixture* fixture = *state;
  const muster_open_options no_cache = {.struct_size = sizeof(no_cache),
                                        .identity_cache_bytes = MUSTER_NO_BYTES};
  Reopen(fixture, &no_cache, NULL);
  FailuresUntilEnough(HandleLongHeaders, fixture);
  assert_ok(muster_close(fixture->catalog));
  fixture->catalog = NULL;
}

static muster_code ApplyDocument(Fixture* fixture) {
  return muster_apply_document(fixture->catalog, kDocument, strlen(kDocument), NULL, NULL);
}

static void a_document_without_memory_is_an_error(void** state) {
  Fixture* fixture = *state;
  pieces_left = 0;
  assert_int_equal(ApplyDocument(fixture), MUSTER_RESOURCE_EXHAUSTED);
  pieces_left = -1;
  assert_ok(ApplyDocument(fixture));
}

static muster_code CreateHandler(Fixture* fixture) {
  muster_handler_options options = {.struct_size = sizeof(options)};
  muster_handler* handler = NULL;
  options.mount_prefix = "/a/prefix/that/does/not/fit/within/a/string";
  const muster_code code = muster_handler_create(fixture->catalog, &options, &handler);
  muster_handler_destroy(handler);
  return code;
}

static void a_handler_without_memory_is_an_error(void** state) {
  assert_true(FailuresUntilEnough(CreateHandler, *state) > 0);
}

static muster_code FailToOpen(Fixture* fixture) {
  const muster_open_options options = {.struct_size = sizeof(options), .must_exist = 1};
  muster_catalog* catalog = NULL;
  const muster_code code = muster_open(fixture->store, &options, &catalog);
  assert_null(catalog);
  return code == MUSTER_NOT_FOUND ? MUSTER_OK : code;
}

static void an_error_without_memory_for_its_text_is_another_error(void** state) {
  assert_true(FailuresUntilEnough(FailToOpen, *state) > 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      WITH_CATALOG(a_list_without_memory_is_an_error),
      WITH_CATALOG(no_exception_passes_through_the_programs_own_function),
      WITH_CATALOG(a_lack_of_memory_leaves_no_transaction_open),
      WITH_CATALOG(a_document_without_memory_is_an_error),
      WITH_CATALOG(a_handler_without_memory_is_an_error),
      WITH_DIRECTORY(an_error_without_memory_for_its_text_is_another_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
