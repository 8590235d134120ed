// What LMDB's and the system's error numbers mean to a caller: in one place.
//
// Any thread. Messages carry no path; whoever opens adds it.
#ifndef MUSTER_STORE_LMDB_LMDB_STATUS_H_
#define MUSTER_STORE_LMDB_LMDB_STATUS_H_

#include <string_view>

#include "absl/status/status.h"

namespace muster::store {

// OK for 0 (MDB_SUCCESS), else the status for an error number of LMDB's
// (negative) or of the system's (errno). MDB_NOTFOUND and MDB_MAP_RESIZED are
// for the caller to handle and come out as DataLoss and Unavailable.
absl::Status LmdbStatus(int error);

// The same for an error while a store is being opened: one line that names
// `place` (a path; made printable here) and what to do. What is ResourceExhausted
// later is Unavailable then, as Catalog::Open() says.
absl::Status OpenStatus(std::string_view place, int error);

// The code that an error has while a store is being opened.
absl::StatusCode OpenCode(absl::StatusCode code);

// A line about a place: "PLACE SENTENCE", `place` made printable.
absl::Status PlaceError(absl::StatusCode code, std::string_view place,
                        std::string_view sentence);

}  // namespace muster::store

#endif  // MUSTER_STORE_LMDB_LMDB_STATUS_H_
