#include "store/lmdb/lmdb_status.h"

#include <lmdb.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "model/rules.h"
#include "model/text.h"

namespace muster::store {
namespace {

using absl::StatusCode;

struct Meaning {
  StatusCode code;
  std::string_view sentence;
};

// The errors that a caller can do something about in particular.
Meaning MeaningOf(int error) {
  switch (error) {
    case MDB_MAP_FULL:
      return {StatusCode::kResourceExhausted, "the store is full: raise max_map_size_bytes"};
    case MDB_TXN_FULL:
      return {StatusCode::kResourceExhausted,
              "the transaction changes too much at once: use smaller batches"};
    case MDB_READERS_FULL:
      return {StatusCode::kResourceExhausted,
              "too many read transactions are open: end some of them"};
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return {StatusCode::kResourceExhausted, "the disk is full: make room on it"};
    case ENOMEM:
      return {StatusCode::kResourceExhausted,
              "the system gives no memory: lower map_size_bytes or raise the limit"};
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
    case MDB_NOTFOUND:
    case MDB_INCOMPATIBLE:
      return {StatusCode::kDataLoss, "the store is damaged: restore it from a backup"};
    case MDB_BAD_VALSIZE:
      return {StatusCode::kInvalidArgument,
              "a key must have 1 to 511 bytes, a value less than 4 GiB"};
    case MDB_VERSION_MISMATCH:
      return {StatusCode::kFailedPrecondition,
              "the store was written by another version of LMDB: use that one"};
    case MDB_PANIC:
      return {StatusCode::kUnavailable,
              "the store failed while it was being written: close it and open it again"};
    case EACCES:
    case EPERM:
    case EROFS:
      return {StatusCode::kPermissionDenied,
              "the store may not be read and written: change its owner or its mode"};
    default:
      return {StatusCode::kUnavailable, {}};
  }
}

std::string Describe(int error) {
  if (error < 0) return mdb_strerror(error);
  return std::system_category().message(error);
}

}  // namespace

absl::Status LmdbStatus(int error) {
  if (error == MDB_SUCCESS) return absl::OkStatus();
  const Meaning meaning = MeaningOf(error);
  if (!meaning.sentence.empty())
    return absl::Status(meaning.code, std::string(meaning.sentence));
  return absl::Status(meaning.code, model::Concat("the store cannot be used: ", Describe(error),
                                                  ": look at the disk and try again"));
}

absl::Status OpenStatus(std::string_view place, int error) {
  const absl::Status status = LmdbStatus(error);
  return absl::Status(OpenCode(status.code()),
                      model::Concat(model::Printable(place), ": ", model::Message(status)));
}

StatusCode OpenCode(StatusCode code) {
  return code == StatusCode::kResourceExhausted ? StatusCode::kUnavailable : code;
}

absl::Status PlaceError(StatusCode code, std::string_view place, std::string_view sentence) {
  return absl::Status(code, model::Concat(model::Printable(place), " ", sentence));
}

}  // namespace muster::store
