// Opening, filling and closing a catalog through the C interface.
#define _DEFAULT_SOURCE
#include <pthread.h>
#include <sys/wait.h>

#include "fixture.h"

static void opening_makes_a_store_that_opens_again(void** state) {
  Fixture* fixture = *state;
  const muster_open_options options = {.struct_size = sizeof(options), .must_exist = 1};
  Reopen(fixture, NULL, NULL);
  Apply(fixture, kDocument);
  Reopen(fixture, &options, NULL);
  const muster_request request = Get("/v1/shapes");
  const muster_response* response = Answer(fixture, &request);
  assert_non_null(strstr(Body(response), "s-1vcpu-1gb"));
  muster_response_release(response);
}

static void a_store_that_must_exist_is_not_made(void** state) {
  Fixture* fixture = *state;
  const muster_open_options options = {.struct_size = sizeof(options), .must_exist = 1};
  assert_int_equal(muster_open(fixture->store, &options, &fixture->catalog), MUSTER_NOT_FOUND);
  assert_null(fixture->catalog);
  assert_non_null(strstr(muster_last_error(), fixture->store));
  assert_int_not_equal(access(fixture->store, F_OK), 0);
}

static void a_store_is_opened_once_in_a_process(void** state) {
  Fixture* fixture = *state;
  muster_catalog* second = fixture->catalog;
  assert_int_equal(muster_open(fixture->store, NULL, &second), MUSTER_FAILED_PRECONDITION);
  assert_null(second);
}

static void options_of_the_engine_are_passed_on(void** state) {
  Fixture* fixture = *state;
  muster_open_options options = {.struct_size = sizeof(options)};
  options.map_size_bytes = 1;
  assert_int_equal(muster_open(fixture->store, &options, &fixture->catalog),
                   MUSTER_INVALID_ARGUMENT);
  options.map_size_bytes = 0;
  options.host_timeout_ms = -1;
  assert_int_equal(muster_open(fixture->store, &options, &fixture->catalog),
                   MUSTER_INVALID_ARGUMENT);
}

static void users_are_found_without_memory_for_them(void** state) {
  Fixture* fixture = *state;
  const muster_open_options options = {.struct_size = sizeof(options),
                                       .identity_cache_bytes = MUSTER_NO_BYTES};
  muster_request request = Get("/v1/whoami");
  const muster_header header = {Text("X-Api-Key"), Text(kApiKey)};
  request.headers = &header;
  request.header_count = 1;
  Reopen(fixture, &options, NULL);
  assert_int_equal(StatusOf(fixture, &request), 200);
}

static void null_arguments_are_errors_that_name_them(void** state) {
  Fixture* fixture = *state;
  assert_int_equal(muster_open(NULL, NULL, &fixture->catalog), MUSTER_INVALID_ARGUMENT);
  assert_string_equal(muster_last_error(), "path: must not be NULL");
  assert_int_equal(muster_open(fixture->store, NULL, NULL), MUSTER_INVALID_ARGUMENT);
  assert_int_equal(muster_catch_up(NULL), MUSTER_INVALID_ARGUMENT);
  assert_int_equal(muster_check_ready(NULL), MUSTER_INVALID_ARGUMENT);
  assert_int_equal(muster_apply_document(NULL, "{}", 2, NULL, NULL), MUSTER_INVALID_ARGUMENT);
  assert_int_equal(muster_handler_create(NULL, NULL, &fixture->handler),
                   MUSTER_INVALID_ARGUMENT);
  assert_string_equal(muster_last_error(), "catalog: must not be NULL");
}

static void closing_and_freeing_nothing_is_ok(void** state) {
  (void)state;
  assert_int_equal(muster_close(NULL), MUSTER_OK);
  muster_handler_destroy(NULL);
  muster_response_release(NULL);
}

static void a_document_is_served_once_it_was_applied(void** state) {
  Fixture* fixture = *state;
  const char document[] = "{\"rootfs\":[{\"name\":\"node\"}]}";
  const muster_request request = Get("/v1/rootfs");
  Apply(fixture, document);
  const muster_response* response = Answer(fixture, &request);
  assert_string_equal(Body(response),
                      "{\"status\":\"success\",\"data\":{\"rootfs\":[\"node\"],"
                      "\"default\":\"node\"}}");
  muster_response_release(response);
}

static void applying_tells_the_version_that_has_the_document(void** state) {
  Fixture* fixture = *state;
  const char document[] = "{\"rootfs\":[{\"name\":\"node\"}]}";
  const uint64_t before = muster_catalog_version(fixture->catalog);
  uint64_t version = 0;
  assert_ok(
      muster_apply_document(fixture->catalog, document, strlen(document), NULL, &version));
  assert_true(version > before);
  assert_true(muster_catalog_version(fixture->catalog) == version);
}

static void a_faulty_document_names_its_place_and_changes_nothing(void** state) {
  Fixture* fixture = *state;
  const char document[] =
      "{\"shapes\":[],\"hosts\":[{\"id\":\"h\",\"status\":\"active\",\"free_mib\":-1,"
      "\"vm_count\":0}]}";
  const muster_apply_options options = {.struct_size = sizeof(options), .replace = 1};
  const uint64_t before = muster_catalog_version(fixture->catalog);
  uint64_t version = 77;
  assert_int_equal(
      muster_apply_document(fixture->catalog, document, strlen(document), &options, &version),
      MUSTER_INVALID_ARGUMENT);
  assert_string_equal(muster_last_error(),
                      "/hosts/0/free_mib: must be an integer from 0 to 2147483647");
  assert_true(version == 77);
  assert_true(muster_catalog_version(fixture->catalog) == before);
}

static void a_document_ends_where_its_size_says(void** state) {
  Fixture* fixture = *state;
  assert_ok(muster_apply_document(fixture->catalog, "{}, and more", 2, NULL, NULL));
  assert_int_equal(muster_apply_document(fixture->catalog, "{}\0", 3, NULL, NULL),
                   MUSTER_INVALID_ARGUMENT);
}

static void replacing_makes_a_list_equal_to_the_documents(void** state) {
  Fixture* fixture = *state;
  const muster_apply_options options = {.struct_size = sizeof(options), .replace = 1};
  const muster_request shapes = Get("/v1/shapes"), hosts = Get("/v1/hosts");
  assert_ok(muster_apply_document(fixture->catalog, "{\"shapes\":[]}", 13, &options, NULL));
  const muster_response* response = Answer(fixture, &shapes);
  assert_non_null(strstr(Body(response), "\"total\":0"));
  muster_response_release(response);
  response = Answer(fixture, &hosts);
  assert_non_null(strstr(Body(response), "\"total\":1"));
  muster_response_release(response);
}

static void the_ready_check_is_ok_for_a_store_that_works(void** state) {
  assert_ok(muster_check_ready(((Fixture*)*state)->catalog));
}

static void* LastErrorOfNewThread(void* unused) {
  (void)unused;
  return strdup(muster_last_error());
}

static void the_last_error_is_each_threads_own(void** state) {
  pthread_t thread;
  void* told = NULL;
  (void)state;
  assert_int_equal(muster_catch_up(NULL), MUSTER_INVALID_ARGUMENT);
  assert_int_equal(pthread_create(&thread, NULL, LastErrorOfNewThread, NULL), 0);
  pthread_join(thread, &told);
  assert_string_equal(told, "");
  free(told);
}

static void the_last_error_outlasts_calls_that_succeed(void** state) {
  Fixture* fixture = *state;
  assert_int_equal(muster_catch_up(NULL), MUSTER_INVALID_ARGUMENT);
  assert_ok(muster_catch_up(fixture->catalog));
  assert_string_equal(muster_last_error(), "catalog: must not be NULL");
}

static void the_version_is_the_packages(void** state) {
  (void)state;
  assert_string_equal(muster_version(), MUSTER_TEST_VERSION);
}

// Runs what a child does, and gives what it exits with.
static int InChild(int (*run)(const Fixture*), const Fixture* fixture) {
  int status = -1;
  const pid_t child = fork();
  if (child == 0) _exit(run(fixture));
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int ApplyWithOwnCatalog(const Fixture* fixture) {
  const char document[] = "{\"rootfs\":[{\"name\":\"of-a-worker\"}]}";
  muster_catalog* own = NULL;
  if (muster_open(fixture->store, NULL, &own) != MUSTER_OK) return 1;
  if (muster_apply_document(own, document, strlen(document), NULL, NULL) != MUSTER_OK) return 2;
  return muster_close(own) == MUSTER_OK ? 0 : 3;
}

static void catching_up_takes_in_what_another_process_has_committed(void** state) {
  Fixture* fixture = *state;
  const muster_request request = Get("/v1/rootfs");
  assert_int_equal(InChild(ApplyWithOwnCatalog, fixture), 0);
  assert_ok(muster_catch_up(fixture->catalog));
  const muster_response* response = Answer(fixture, &request);
  assert_non_null(strstr(Body(response), "of-a-worker"));
  muster_response_release(response);
}

static int CodeOfTheParentsCatalog(const Fixture* fixture) {
  return (int)muster_catch_up(fixture->catalog);
}

static void a_catalog_that_the_parent_has_opened_says_so_in_a_child(void** state) {
  assert_int_equal(InChild(CodeOfTheParentsCatalog, *state), MUSTER_FAILED_PRECONDITION);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      WITH_DIRECTORY(opening_makes_a_store_that_opens_again),
      WITH_DIRECTORY(a_store_that_must_exist_is_not_made),
      WITH_CATALOG(a_store_is_opened_once_in_a_process),
      WITH_DIRECTORY(options_of_the_engine_are_passed_on),
      WITH_CATALOG(users_are_found_without_memory_for_them),
      WITH_DIRECTORY(null_arguments_are_errors_that_name_them),
      cmocka_unit_test(closing_and_freeing_nothing_is_ok),
      WITH_CATALOG(a_document_is_served_once_it_was_applied),
      WITH_CATALOG(applying_tells_the_version_that_has_the_document),
      WITH_CATALOG(a_faulty_document_names_its_place_and_changes_nothing),
      WITH_CATALOG(a_document_ends_where_its_size_says),
      WITH_CATALOG(replacing_makes_a_list_equal_to_the_documents),
      WITH_CATALOG(the_ready_check_is_ok_for_a_store_that_works),
      cmocka_unit_test(the_last_error_is_each_threads_own),
      WITH_CATALOG(the_last_error_outlasts_calls_that_succeed),
      cmocka_unit_test(the_version_is_the_packages),
      WITH_CATALOG(catching_up_takes_in_what_another_process_has_committed),
      WITH_CATALOG(a_catalog_that_the_parent_has_opened_says_so_in_a_child),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
