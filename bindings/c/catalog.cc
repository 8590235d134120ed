// Opening, filling and closing a catalog.
#include "catalog.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "error.h"
#include "muster.h"
#include "muster/document.h"
#include "muster/version.h"
#include "sized_struct.h"

namespace {

using muster::c::CopySized;
using muster::c::Guarded;
using muster::c::Missing;

// A later field must not lie in what is padding today.
static_assert(sizeof(muster_open_options) ==
              offsetof(muster_open_options, max_map_size_bytes) + sizeof(size_t));
static_assert(sizeof(muster_apply_options) ==
              offsetof(muster_apply_options, with_sandboxes) + sizeof(int32_t));

muster::Options ToOptions(const muster_open_options& given) {
  muster::Options options;
  options.create_if_missing = given.must_exist == 0;
  options.allow_network_file_system = given.allow_network_file_system != 0;
  options.host_timeout_ms = given.host_timeout_ms;
  options.tombstone_retention_ms = given.tombstone_retention_ms;
  if (given.identity_cache_bytes == MUSTER_NO_BYTES) {
    options.identity_cache_bytes = 0;
  } else if (given.identity_cache_bytes != 0) {
    options.identity_cache_bytes = given.identity_cache_bytes;
  }
  if (given.map_size_bytes != 0) options.map_size_bytes = given.map_size_bytes;
  if (given.max_map_size_bytes != 0) options.max_map_size_bytes = given.max_map_size_bytes;
  return options;
}

absl::Status Open(const char* path, const muster_open_options* options,
                  muster_catalog** catalog) {
  if (path == nullptr) return Missing("path");
  muster_open_options own;
  if (absl::Status copied = CopySized(options, "options", &own); !copied.ok()) return copied;
  // The handle first: without memory for it nothing should have been opened.
  auto handle = std::make_unique<muster_catalog>();
  auto opened = muster::Catalog::Open(path, ToOptions(own));
  if (!opened.ok()) return opened.status();
  handle->catalog = *std::move(opened);
  *catalog = handle.release();
  return absl::OkStatus();
}

absl::Status Apply(muster::Catalog& catalog, std::string_view document,
                   const muster_apply_options* options, uint64_t* version) {
  muster_apply_options own;
  if (absl::Status copied = CopySized(options, "options", &own); !copied.ok()) return copied;
  muster::ImportOptions import;
  import.replace = own.replace != 0;
  if (own.with_sandboxes != 0) import.sandboxes = muster::OwnedSandboxes::kDelete;
  muster::WriteBatch batch;
  absl::Status read = muster::ReadDocument(document, import, &batch);
  if (!read.ok()) return read;
  muster::ApplyReport report;
  absl::Status applied = catalog.Apply(batch, &report);
  if (applied.ok() && version != nullptr) *version = report.version;
  return applied;
}

}  // namespace

const char* muster_version(void) { return muster::Version(); }

muster_code muster_open(const char* path, const muster_open_options* options,
                        muster_catalog** catalog) {
  if (catalog != nullptr) *catalog = nullptr;
  return Guarded([&]() -> absl::Status {
    return catalog == nullptr ? Missing("catalog") : Open(path, options, catalog);
  });
}

muster_code muster_close(muster_catalog* catalog) {
  const std::unique_ptr<muster_catalog> owned(catalog);
  return Guarded([&] { return owned ? owned->catalog->Close() : absl::OkStatus(); });
}

muster_code muster_apply_document(muster_catalog* catalog, const char* document, size_t size,
                                  const muster_apply_options* options, uint64_t* version) {
  return Guarded([&]() -> absl::Status {
    if (catalog == nullptr) return Missing("catalog");
    if (document == nullptr) return Missing("document");
    return Apply(*catalog->catalog, {document, size}, options, version);
  });
}

uint64_t muster_catalog_version(muster_catalog* catalog) {
  return catalog == nullptr ? 0 : catalog->catalog->snapshot().version();
}

muster_code muster_catch_up(muster_catalog* catalog) {
  return Guarded([&] { return catalog ? catalog->catalog->CatchUp() : Missing("catalog"); });
}

muster_code muster_check_ready(muster_catalog* catalog) {
  return Guarded([&] { return catalog ? catalog->catalog->CheckReady() : Missing("catalog"); });
}
