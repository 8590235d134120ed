// Several threads at once: readers, and one that changes what they read.
#define _DEFAULT_SOURCE
#include <pthread.h>

#include "fixture.h"

enum { kReaders = 3, kChanges = 100 };

typedef struct Race {
  Fixture* fixture;
  pthread_mutex_t mutex;
  int done;  // under the mutex
} Race;

static int IsDone(Race* race) {
  int done;
  pthread_mutex_lock(&race->mutex);
  done = race->done;
  pthread_mutex_unlock(&race->mutex);
  return done;
}

// The number of answers that were not one whole version. cmocka's asserts are for the
// main thread.
static void* Read(void* argument) {
  Race* race = argument;
  const muster_request request = Get("/v1/shapes");
  size_t wrong = 0, i;
  while (!IsDone(race)) {
    const muster_response* response = NULL;
    uint64_t size = 0;
    if (muster_handle(race->fixture->handler, &request, &response) != MUSTER_OK ||
        response == NULL || response->status != 200) {
      ++wrong;
      continue;
    }
    for (i = 0; i < response->span_count; ++i) size += response->spans[i].size;
    if (size != response->content_length) ++wrong;
    muster_response_release(response);
    if (muster_catch_up(NULL) != MUSTER_INVALID_ARGUMENT || muster_last_error()[0] != 'c') {
      ++wrong;
    }
  }
  return (void*)wrong;
}

static void answers_are_whole_while_the_catalog_changes(void** state) {
  Race race = {*state, PTHREAD_MUTEX_INITIALIZER, 0};
  pthread_t readers[kReaders];
  char document[160];
  int i;
  for (i = 0; i < kReaders; ++i) {
    assert_int_equal(pthread_create(&readers[i], NULL, Read, &race), 0);
  }
  for (i = 0; i < kChanges; ++i) {
    sprintf(document,
            "{\"shapes\":[{\"id\":\"s-%d\",\"vcpu\":%d,\"mem_mib\":256,"
            "\"default_disk_mib\":0}]}",
            i, i + 1);
    Apply(race.fixture, document);
  }
  pthread_mutex_lock(&race.mutex);
  race.done = 1;
  pthread_mutex_unlock(&race.mutex);
  for (i = 0; i < kReaders; ++i) {
    void* wrong = NULL;
    pthread_join(readers[i], &wrong);
    assert_null(wrong);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      WITH_CATALOG(answers_are_whole_while_the_catalog_changes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
