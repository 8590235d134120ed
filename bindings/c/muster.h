// Muster for programs in C, and for everything that can call C: nginx, Go, Rust.
//
//   muster_catalog* catalog;
//   muster_handler* handler;
//   if (muster_open("var/db", NULL, &catalog) != MUSTER_OK ||
//       muster_handler_create(catalog, NULL, &handler) != MUSTER_OK) {
//     fprintf(stderr, "%s\n", muster_last_error());
//   }
//   …for each request:
//   const muster_response* response;
//   if (muster_handle(handler, &request, &response) == MUSTER_OK && response != NULL) {
//     …send response->status, its headers, its spans…
//     muster_response_release(response);
//   }
//
// Threads: every call from any thread, several at once, but muster_close() and
// muster_handler_destroy() only when no other call on that object is under way.
// Processes: a catalog does not survive fork(). Open it in the worker, after the
// fork; in a child leave alone what the parent has opened.
//
// No exception leaves this interface. A lack of memory is an error like others in the
// calls that answer requests; while a store is opened or written, or what another
// process wrote is taken in, it can end the process. Nothing is printed. Texts are
// UTF-8. Where a text has a size it may hold any bytes and need not end with a zero byte.
//
// Structs that the caller fills in begin with their size, which tells the library
// the version of this header that the program was compiled with. Set all of one to
// zero first: zero is every field's default.
//
//   muster_request request = {.struct_size = sizeof(request)};
//
// A struct from an older header is shorter: the fields it has not are as zero. In
// one from a newer header, what this library does not know must be zero: it is
// MUSTER_INVALID_ARGUMENT otherwise, so that no option is passed over in silence.
// Structs that the library fills in may grow at their ends.
#ifndef MUSTER_C_H_
#define MUSTER_C_H_

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define MUSTER_API __attribute__((visibility("default")))
#else
#define MUSTER_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

// What calls return. Others may be added; the numbers stay (they are those of
// Abseil's and gRPC's status codes).
typedef enum muster_code {
  MUSTER_OK = 0,
  MUSTER_INVALID_ARGUMENT = 3,     // the call, the path or the document is at fault
  MUSTER_NOT_FOUND = 5,            // there is no such store, or no such thing in it
  MUSTER_ALREADY_EXISTS = 6,       // the API key is another user's
  MUSTER_PERMISSION_DENIED = 7,    // the files may not be read and written
  MUSTER_RESOURCE_EXHAUSTED = 8,   // no memory; the store or its queue is full
  MUSTER_FAILED_PRECONDITION = 9,  // open already, closed, forked; see the text
  MUSTER_INTERNAL = 13,            // an error of the library's own
  MUSTER_UNAVAILABLE = 14,         // the store cannot be read or written now
  MUSTER_DATA_LOSS = 15            // the store is damaged
} muster_code;

// Why the last call of this thread that failed did so: one line with the place, the
// rule and what to do, without secrets. "" where none has failed. Valid until the
// next call of this thread that fails.
MUSTER_API const char* muster_last_error(void);

// The library's version, "major.minor.patch"; static.
MUSTER_API const char* muster_version(void);

// --- The catalog ---

typedef struct muster_catalog muster_catalog;

// In place of a number of bytes: none at all, where 0 is the default.
#define MUSTER_NO_BYTES SIZE_MAX

typedef struct muster_open_options {
  size_t struct_size;

  // Not zero: MUSTER_NOT_FOUND where there is no store, which is made otherwise
  // (directory with mode 0700, files 0600).
  int32_t must_exist;

  // Not zero: the store may be on a network file system, which is refused otherwise.
  // Never for processes of more than one machine.
  int32_t allow_network_file_system;

  // Shows a host as dead that has sent no heartbeat for so long, in ms; 0: never.
  // Give all processes of a store the same.
  int64_t host_timeout_ms;

  // How long what is kept of an ended sandbox is kept, in ms; 0: for ever.
  int64_t tombstone_retention_ms;

  // The memory for users and API keys, in bytes; 0: 128 MiB. MUSTER_NO_BYTES: none.
  size_t identity_cache_bytes;

  // The address space that the store's file is mapped into to begin with, and how
  // far it may grow, in bytes; 0: 16 GiB and 64 TiB. From 1 MiB to 64 TiB.
  size_t map_size_bytes;
  size_t max_map_size_bytes;
} muster_open_options;

// Opens the store in a directory. `options` may be NULL. On an error *catalog is
// NULL: MUSTER_NOT_FOUND, MUSTER_INVALID_ARGUMENT, MUSTER_PERMISSION_DENIED,
// MUSTER_FAILED_PRECONDITION (something else is there, the store is of a newer format,
// or this process has it open), MUSTER_DATA_LOSS, MUSTER_UNAVAILABLE.
MUSTER_API muster_code muster_open(const char* path, const muster_open_options* options,
                                   muster_catalog** catalog);

// Closes the store and frees the catalog, also where it returns an error. NULL is
// OK. Its handlers may be destroyed before or after, but are not to be called
// meanwhile. Responses stay valid.
MUSTER_API muster_code muster_close(muster_catalog* catalog);

typedef struct muster_apply_options {
  size_t struct_size;

  // Not zero: makes each list that the document has equal to it. A list that it has
  // not is left alone, an empty one is emptied.
  int32_t replace;

  // Not zero: users whom that removes go with their sandboxes. Otherwise users who
  // own some are MUSTER_FAILED_PRECONDITION.
  int32_t with_sandboxes;
} muster_apply_options;

// Applies a catalog document (JSON, docs/catalog-document.md): all of it, durably, or
// nothing. `options` may be NULL, and so may `version`, which is set to the catalog's
// version that has it. Errors: MUSTER_INVALID_ARGUMENT, with the place in the document
// ("/hosts/3/free_mib: must be …"); MUSTER_ALREADY_EXISTS, MUSTER_NOT_FOUND,
// MUSTER_FAILED_PRECONDITION where it does not agree with what is in the store;
// MUSTER_UNAVAILABLE, MUSTER_RESOURCE_EXHAUSTED, MUSTER_DATA_LOSS.
MUSTER_API muster_code muster_apply_document(muster_catalog* catalog, const char* document,
                                             size_t size, const muster_apply_options* options,
                                             uint64_t* version);

// The newest version that this process sees. It grows with each change of the lists.
// 0 for an empty catalog, and for NULL.
MUSTER_API uint64_t muster_catalog_version(muster_catalog* catalog);

// Returns when answers hold all that any process had committed before the call.
// MUSTER_UNAVAILABLE, MUSTER_DATA_LOSS, MUSTER_FAILED_PRECONDITION.
MUSTER_API muster_code muster_catch_up(muster_catalog* catalog);

// MUSTER_OK where the store can be read and written now: what /readyz looks at.
// Otherwise MUSTER_UNAVAILABLE, and the reason has no paths.
MUSTER_API muster_code muster_check_ready(muster_catalog* catalog);

// --- Requests ---

typedef struct muster_handler muster_handler;

// Endpoints, to be added up.
#define MUSTER_ENDPOINT_SHAPES 0x01u
#define MUSTER_ENDPOINT_ROOTFS 0x02u
#define MUSTER_ENDPOINT_HOSTS 0x04u
#define MUSTER_ENDPOINT_WHOAMI 0x08u
#define MUSTER_ENDPOINT_HEALTHZ 0x10u
#define MUSTER_ENDPOINT_READYZ 0x20u

typedef struct muster_handler_options {
  size_t struct_size;

  // Put before every path: NULL, "" or like "/api"; copied. It begins with a slash,
  // does not end with one, and has no "?", "#", space or control character.
  const char* mount_prefix;

  // Not zero: asks for a credential on /v1/hosts.
  int32_t hosts_require_credential;

  // MUSTER_ENDPOINT_…: those that are not Muster's here.
  uint32_t disabled_endpoints;
} muster_handler_options;

// Makes what answers requests from a catalog. `options` may be NULL.
// MUSTER_INVALID_ARGUMENT where they are not as said above; *handler is NULL then.
MUSTER_API muster_code muster_handler_create(muster_catalog* catalog,
                                             const muster_handler_options* options,
                                             muster_handler** handler);

// Makes one for a program whose store cannot be opened, or not yet, and which goes on
// meanwhile: the same paths are Muster's, what needs a catalog is answered with 503, and
// /readyz has `reason`. Clients see it, so one sentence without paths or secrets; UTF-8,
// copied. Errors as above.
MUSTER_API muster_code muster_handler_create_without_catalog(
    const char* reason, const muster_handler_options* options, muster_handler** handler);

// NULL is OK. Responses stay valid.
MUSTER_API void muster_handler_destroy(muster_handler* handler);

// A run of bytes, laid out as POSIX's struct iovec: an array of spans may be given to
// writev() as an array of iovecs.
typedef struct muster_span {
  const char* data;
  size_t size;
} muster_span;

typedef struct muster_header {
  muster_span name;
  muster_span value;
} muster_header;

// To be called with the value of a header field.
typedef void (*muster_visit_value)(void* visitor, const char* value, size_t size);

// Calls visit(visitor, …) for each header field of that name, in the order received,
// before it returns. `name` is in lower case and ends with a zero byte; names are
// compared without case.
typedef void (*muster_find_header)(const void* headers_context, const char* name,
                                   size_t name_size, muster_visit_value visit, void* visitor);

// What a request is made of. Borrowed for the duration of the call.
typedef struct muster_request {
  size_t struct_size;

  muster_span method;  // as received: "GET"
  muster_span target;  // as received, undecoded: "/v1/hosts?limit=2"

  // The header fields, in one of two forms. Repeated fields are given as often as
  // they came; names in any case; white space around values may be there or not.
  const muster_header* headers;  // an array in the order received, or NULL
  size_t header_count;
  muster_find_header find_header;  // where this is not NULL it is called instead
  const void* headers_context;

  // Where the program knows who asks, that user's id: the request's own credential is
  // not looked at. Empty: it has found that nobody may. NULL: Muster looks for itself.
  const muster_span* user_id;
} muster_request;

// An answer. All that it points to stays as it is until it is released, whatever
// becomes of catalog, handler and request. It belongs to the caller, who may read
// it from any threads.
typedef struct muster_response {
  int32_t status;
  int32_t has_content_length;  // zero only on a 304, which has none
  uint64_t content_length;     // bytes; for HEAD those of the body that GET would get
  const char* reason;          // "OK"; ends with a zero byte

  // To be sent, and Content-Length where it is said above. Names and values end with
  // a zero byte, which is not counted.
  const muster_header* headers;
  size_t header_count;

  // The body: a few runs of the catalog's own memory, never to be written to. None
  // for HEAD and on a 304.
  const muster_span* spans;
  size_t span_count;
} muster_response;

// Answers a request. *response is NULL where the path is not Muster's, and then the
// program goes on with its own routes. What goes wrong with a request is an answer too:
// errors are MUSTER_INVALID_ARGUMENT (the struct is at fault) and
// MUSTER_RESOURCE_EXHAUSTED (no memory), and *response is NULL then.
MUSTER_API muster_code muster_handle(const muster_handler* handler,
                                     const muster_request* request,
                                     const muster_response** response);

// The 404 for a path that nobody serves, for programs without routes of their own.
// Errors as for muster_handle().
MUSTER_API muster_code muster_not_found(const muster_request* request,
                                        const muster_response** response);

// Frees an answer, when its last byte was sent; from any thread. NULL is OK.
MUSTER_API void muster_response_release(const muster_response* response);

#ifdef __cplusplus
}
#endif

#endif  // MUSTER_C_H_
