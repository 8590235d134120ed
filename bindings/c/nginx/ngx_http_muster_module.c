// Muster within nginx: the workers answer the six endpoints from their memory, and
// every other path goes on to the location that it would have gone to.
//
//   load_module modules/ngx_http_muster_module.so;
//   http {
//     muster_store /var/lib/muster;    # a store that is there; each worker opens it
//     muster_mount_prefix /api;        # put before every path; none without it
//     muster_hosts_require_key on;     # /v1/hosts asks for an API key
//     server {
//       muster on;                     # also within a location
//       muster_not_found on;           # Muster's 404 for all other paths
//       location / { proxy_pass http://127.0.0.1:9000; }
//     }
//   }
//
// The body is sent from the catalog's own memory; the request's pool releases it. A worker
// whose store does not open answers 503 and tries again, once a second. A location that
// answers in an earlier phase ("return 200") comes before Muster, and subrequests
// (auth_request) do not come to it.
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "muster.h"

typedef struct {
  ngx_str_t store;
  ngx_str_t mount_prefix;
  ngx_flag_t hosts_require_key;
} MainConf;

typedef struct {
  ngx_flag_t enabled;
  ngx_flag_t not_found;
} LocationConf;

extern ngx_module_t ngx_http_muster_module;

enum { kRetryMs = 1000 };

// Of this worker.
static muster_catalog* catalog;  // NULL: the store has not been opened yet
static muster_handler* handler;
static ngx_event_t retry;

static void FindHeader(const void* context, const char* name, size_t name_size,
                       muster_visit_value visit, void* visitor) {
  const ngx_http_request_t* request = context;
  const ngx_list_part_t* part = &request->headers_in.headers.part;
  ngx_uint_t i;
  for (; part != NULL; part = part->next) {
    const ngx_table_elt_t* fields = part->elts;
    for (i = 0; i < part->nelts; ++i) {
      if (fields[i].key.len != name_size) continue;
      if (ngx_memcmp(fields[i].lowcase_key, name, name_size) != 0) continue;
      visit(visitor, (const char*)fields[i].value.data, fields[i].value.len);
    }
  }
}

static void Release(void* response) { muster_response_release(response); }

static ngx_int_t AddHeader(ngx_http_request_t* r, const muster_header* header) {
  static const char content_type[] = "Content-Type";
  const ngx_str_t value = {header->value.size, (u_char*)header->value.data};
  ngx_table_elt_t* field;
  if (header->name.size == sizeof(content_type) - 1 &&
      ngx_strncasecmp((u_char*)header->name.data, (u_char*)content_type, header->name.size) ==
          0) {
    r->headers_out.content_type = value;
    r->headers_out.content_type_len = value.len;
    return NGX_OK;
  }
  field = ngx_list_push(&r->headers_out.headers);
  if (field == NULL) return NGX_ERROR;
  ngx_memzero(field, sizeof(*field));
  field->hash = 1;
  field->key.data = (u_char*)header->name.data;
  field->key.len = header->name.size;
  field->value = value;
  // Where nginx changes the bytes (gzip) it makes the tag that it finds here weak.
  if (header->name.size == 4 && ngx_strncmp(header->name.data, "ETag", 4) == 0) {
    r->headers_out.etag = field;
  }
  return NGX_OK;
}

// A chain with a buffer for each span; NULL where there is no memory.
static ngx_chain_t* BodyOf(ngx_http_request_t* r, const muster_response* response) {
  ngx_chain_t* chain = ngx_pcalloc(r->pool, response->span_count * sizeof(*chain));
  ngx_buf_t* buffers = ngx_pcalloc(r->pool, response->span_count * sizeof(*buffers));
  size_t i;
  if (chain == NULL || buffers == NULL) return NULL;
  for (i = 0; i < response->span_count; ++i) {
    const int is_last = i + 1 == response->span_count;
    buffers[i].pos = (u_char*)response->spans[i].data;
    buffers[i].last = buffers[i].pos + response->spans[i].size;
    buffers[i].memory = 1;  // not to be written to
    buffers[i].last_buf = is_last;
    buffers[i].last_in_chain = is_last;
    chain[i].buf = &buffers[i];
    chain[i].next = is_last ? NULL : &chain[i + 1];
  }
  return chain;
}

static ngx_int_t Send(ngx_http_request_t* r, const muster_response* response) {
  ngx_chain_t* body;
  ngx_int_t code = ngx_http_discard_request_body(r);
  size_t i;
  if (code != NGX_OK) return code;
  r->headers_out.status = (ngx_uint_t)response->status;
  r->headers_out.content_length_n =
      response->has_content_length ? (off_t)response->content_length : -1;
  r->disable_not_modified = 1;  // Muster has looked at the preconditions itself
  for (i = 0; i < response->header_count; ++i) {
    if (AddHeader(r, &response->headers[i]) != NGX_OK) return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  code = ngx_http_send_header(r);
  if (code == NGX_ERROR || code > NGX_OK || r->header_only) return code;
  if (response->span_count == 0) return ngx_http_send_special(r, NGX_HTTP_LAST);
  body = BodyOf(r, response);
  return body == NULL ? NGX_ERROR : ngx_http_output_filter(r, body);
}

static ngx_int_t Handle(ngx_http_request_t* r) {
  const LocationConf* conf = ngx_http_get_module_loc_conf(r, ngx_http_muster_module);
  const muster_response* response = NULL;
  ngx_pool_cleanup_t* cleanup;
  muster_request request = {.struct_size = sizeof(request)};
  // What a client has asked for, and no error page or other redirect: the target of
  // those is still the client's.
  if (!conf->enabled || r != r->main || r->internal) return NGX_DECLINED;
  cleanup = ngx_pool_cleanup_add(r->pool, 0);
  if (cleanup == NULL) return NGX_HTTP_INTERNAL_SERVER_ERROR;
  request.method.data = (const char*)r->method_name.data;
  request.method.size = r->method_name.len;
  request.target.data = (const char*)r->unparsed_uri.data;
  request.target.size = r->unparsed_uri.len;
  request.find_header = FindHeader;
  request.headers_context = r;
  if (muster_handle(handler, &request, &response) != MUSTER_OK ||
      (response == NULL && conf->not_found &&
       muster_not_found(&request, &response) != MUSTER_OK)) {
    ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "muster: %s", muster_last_error());
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  if (response == NULL) return NGX_DECLINED;
  cleanup->handler = Release;
  cleanup->data = (void*)response;
  ngx_http_finalize_request(r, Send(r, response));
  return NGX_DONE;
}

// Opens the store and puts a handler on it in the place of the one without.
static int Open(const MainConf* conf, const muster_handler_options* options, ngx_log_t* log) {
  const muster_open_options existing = {.struct_size = sizeof(existing), .must_exist = 1};
  muster_handler* opened = NULL;
  if (muster_open((const char*)conf->store.data, &existing, &catalog) == MUSTER_OK &&
      muster_handler_create(catalog, options, &opened) == MUSTER_OK) {
    muster_handler_destroy(handler);
    handler = opened;
    return 1;
  }
  ngx_log_error(NGX_LOG_EMERG, log, 0, "muster: %s", muster_last_error());
  muster_close(catalog);
  catalog = NULL;
  return 0;
}

static muster_handler_options OptionsOf(const MainConf* conf) {
  const muster_handler_options options = {
      .struct_size = sizeof(options),
      .mount_prefix = (const char*)conf->mount_prefix.data,
      .hosts_require_credential = conf->hosts_require_key == 1};
  return options;
}

static void OpenAgain(ngx_event_t* event) {
  const MainConf* conf = event->data;
  const muster_handler_options options = OptionsOf(conf);
  if (ngx_exiting || Open(conf, &options, event->log)) return;
  ngx_add_timer(event, kRetryMs);
}

// In each worker, after the fork; nginx's helper processes serve nothing. A worker that
// ended here would take the whole of nginx with it.
static ngx_int_t OpenInWorker(ngx_cycle_t* cycle) {
  muster_handler_options options;
  MainConf* conf;
  if (ngx_process != NGX_PROCESS_WORKER && ngx_process != NGX_PROCESS_SINGLE) return NGX_OK;
  if (ngx_get_conf(cycle->conf_ctx, ngx_http_module) == NULL) return NGX_OK;
  conf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_muster_module);
  if (conf->store.len == 0) return NGX_OK;
  options = OptionsOf(conf);
  if (muster_handler_create_without_catalog("the store cannot be opened", &options, &handler) !=
      MUSTER_OK) {
    ngx_log_error(NGX_LOG_EMERG, cycle->log, 0, "muster: %s", muster_last_error());
    return NGX_ERROR;
  }
  if (Open(conf, &options, cycle->log)) return NGX_OK;
  retry.handler = OpenAgain;
  retry.data = conf;
  retry.log = cycle->log;
  retry.cancelable = 1;  // the worker's end does not wait for it
  ngx_add_timer(&retry, kRetryMs);
  return NGX_OK;
}

static void CloseInWorker(ngx_cycle_t* cycle) {
  (void)cycle;
  muster_handler_destroy(handler);
  muster_close(catalog);
  handler = NULL;
  catalog = NULL;
}

static ngx_int_t AddHandler(ngx_conf_t* cf) {
  ngx_http_core_main_conf_t* core =
      ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);
  ngx_http_handler_pt* place =
      ngx_array_push(&core->phases[NGX_HTTP_PRECONTENT_PHASE].handlers);
  if (place == NULL) return NGX_ERROR;
  *place = Handle;
  return NGX_OK;
}

static void* CreateMainConf(ngx_conf_t* cf) {
  MainConf* conf = ngx_pcalloc(cf->pool, sizeof(*conf));
  if (conf != NULL) conf->hosts_require_key = NGX_CONF_UNSET;
  return conf;
}

// Says at nginx -t what is wrong with the prefix.
static char* InitMainConf(ngx_conf_t* cf, void* conf) {
  const muster_handler_options options = OptionsOf(conf);
  muster_handler* tried;
  if (muster_handler_create_without_catalog("", &options, &tried) != MUSTER_OK) {
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "muster: %s", muster_last_error());
    return NGX_CONF_ERROR;
  }
  muster_handler_destroy(tried);
  return NGX_CONF_OK;
}

static void* CreateLocationConf(ngx_conf_t* cf) {
  LocationConf* conf = ngx_pcalloc(cf->pool, sizeof(*conf));
  if (conf == NULL) return NULL;
  conf->enabled = NGX_CONF_UNSET;
  conf->not_found = NGX_CONF_UNSET;
  return conf;
}

static char* MergeLocationConf(ngx_conf_t* cf, void* parent, void* child) {
  const LocationConf* outer = parent;
  LocationConf* inner = child;
  const MainConf* conf = ngx_http_conf_get_module_main_conf(cf, ngx_http_muster_module);
  ngx_conf_merge_value(inner->enabled, outer->enabled, 0);
  ngx_conf_merge_value(inner->not_found, outer->not_found, 0);
  if (!inner->enabled || conf->store.len != 0) return NGX_CONF_OK;
  return "\"muster on\" needs \"muster_store\"";
}

// Where a path is looked for as nginx looks for its own files.
static char* SetStore(ngx_conf_t* cf, ngx_command_t* command, void* conf) {
  char* set = ngx_conf_set_str_slot(cf, command, conf);
  if (set != NGX_CONF_OK) return set;
  return ngx_conf_full_name(cf->cycle, &((MainConf*)conf)->store, 0) == NGX_OK ? NGX_CONF_OK
                                                                               : NGX_CONF_ERROR;
}

#define ANYWHERE (NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_HTTP_LOC_CONF | NGX_CONF_FLAG)

static ngx_command_t commands[] = {
    {ngx_string("muster_store"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1, SetStore,
     NGX_HTTP_MAIN_CONF_OFFSET, offsetof(MainConf, store), NULL},
    {ngx_string("muster_mount_prefix"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1,
     ngx_conf_set_str_slot, NGX_HTTP_MAIN_CONF_OFFSET, offsetof(MainConf, mount_prefix), NULL},
    {ngx_string("muster_hosts_require_key"), NGX_HTTP_MAIN_CONF | NGX_CONF_FLAG,
     ngx_conf_set_flag_slot, NGX_HTTP_MAIN_CONF_OFFSET, offsetof(MainConf, hosts_require_key),
     NULL},
    {ngx_string("muster"), ANYWHERE, ngx_conf_set_flag_slot, NGX_HTTP_LOC_CONF_OFFSET,
     offsetof(LocationConf, enabled), NULL},
    {ngx_string("muster_not_found"), ANYWHERE, ngx_conf_set_flag_slot, NGX_HTTP_LOC_CONF_OFFSET,
     offsetof(LocationConf, not_found), NULL},
    ngx_null_command};

static ngx_http_module_t context = {NULL, AddHandler, CreateMainConf,     InitMainConf,
                                    NULL, NULL,       CreateLocationConf, MergeLocationConf};

ngx_module_t ngx_http_muster_module = {
    NGX_MODULE_V1, &context, commands, NGX_HTTP_MODULE, NULL, NULL,
    OpenInWorker,  NULL,     NULL,     CloseInWorker,   NULL, NGX_MODULE_V1_PADDING};
