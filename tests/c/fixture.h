// What the tests of the C interface have in common: a catalog in a directory of its
// own, and short ways to ask it.
#ifndef MUSTER_TESTS_C_FIXTURE_H_
#define MUSTER_TESTS_C_FIXTURE_H_

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "muster.h"

typedef struct Fixture {
  char directory[32];
  char store[48];  // not made yet: a path in the directory
  muster_catalog* catalog;
  muster_handler* handler;
} Fixture;

// For cmocka_unit_test_setup_teardown(): a directory and no store.
int MakeDirectory(void** state);
// The same with a catalog that is open, kDocument in it, and a handler.
int MakeCatalog(void** state);
// After either.
int RemoveAll(void** state);

#define WITH_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, MakeDirectory, RemoveAll)
#define WITH_CATALOG(test) cmocka_unit_test_setup_teardown(test, MakeCatalog, RemoveAll)

// One shape, one host, and the user usr_01K with the key kApiKey.
extern const char kDocument[];
extern const char kApiKey[];

// Closes what is open, and opens the store with a handler of these options.
void Reopen(Fixture* fixture, const muster_open_options* open_options,
            const muster_handler_options* handler_options);

muster_span Text(const char* text);
muster_request Get(const char* target);

// The answer to a request; it must be Muster's. To be released.
const muster_response* Answer(const Fixture* fixture, const muster_request* request);

// Only its status; 0 where the path is not Muster's.
int StatusOf(const Fixture* fixture, const muster_request* request);

// The spans as one text, in memory of its own (a thread's only one).
const char* Body(const muster_response* response);

// The value of a header, or NULL.
const char* HeaderOf(const muster_response* response, const char* name);

void Apply(Fixture* fixture, const char* document);

#define assert_ok(call)                                                      \
  do {                                                                       \
    if ((call) != MUSTER_OK) fail_msg("%s: %s", #call, muster_last_error()); \
  } while (0)

#endif  // MUSTER_TESTS_C_FIXTURE_H_
