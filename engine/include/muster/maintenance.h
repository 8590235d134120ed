// Looking after a store in a directory: how large it is, a copy of it, making it
// small, whether it is sound.
//
//   muster::BackupStore("var/db", "/backup/monday");
//
// These open the store themselves, beside other processes that have it open, and
// only its records: they load no view. In a process that has the store open they
// are FailedPrecondition; there, Catalog::Backup() and Catalog::GetStatus() do the
// same. A store is opened as Catalog::Open() would open an existing one, with the
// same errors; NotFound where there is none. Any thread.
#ifndef MUSTER_MAINTENANCE_H_
#define MUSTER_MAINTENANCE_H_

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "muster/catalog.h"
#include "muster/export.h"
#include "muster/model.h"
#include "muster/store.h"

namespace muster {

MUSTER_EXPORT absl::StatusOr<StoreStatus> GetStoreStatus(const std::string& path,
                                                         const Options& options = {});

// Writes a copy of the newest commit to a directory, which is made or must be
// empty: it is then a store like any other, with an incarnation of its own once it
// is opened. Returns OK when all of it is on the disk; what a failure leaves behind
// is no store. Errors: FailedPrecondition (the directory holds something),
// ResourceExhausted (the disk is full), those of Store::Backup().
MUSTER_EXPORT absl::Status BackupStore(const std::string& path, const std::string& directory,
                                       const Options& options = {});

// The same to an open file or pipe: the bytes of the copy's data.mdb. Synced where
// that can be.
MUSTER_EXPORT absl::Status BackupStore(const std::string& path, int fd,
                                       const Options& options = {});

struct CompactReport {
  uint64_t bytes_before = 0;
  uint64_t bytes_after = 0;
};

// Replaces the store's file by a copy without free pages, which takes as much room
// beside it until then. FailedPrecondition while another process has the store
// open; whoever opens it meanwhile waits. At every moment the directory holds
// either the old file or the whole new one, whatever is killed or fails. Tags and
// feed cursors that were given before are not valid afterwards.
MUSTER_EXPORT absl::StatusOr<CompactReport> CompactStore(const std::string& path,
                                                         const Options& options = {});

// Is told what CheckStore() does. The calls come from its thread.
struct CheckObserver {
  // One line, without a line break, about something that is not as it should be.
  std::function<void(const std::string& finding)> finding;
  // What is looked at now: "hosts", say, and how many records were read so far.
  // Comes at least every few thousand records.
  std::function<void(std::string_view stage, uint64_t records)> progress;
};

// Reads everything: the pages, every record with its checksum, counts and digests,
// the change log, the references between records, and the view that is made of
// them. Changes nothing. OK when it got to the end, whatever it found; otherwise
// the errors of opening and of reading, which are findings, too.
//
// Damage to LMDB's page headers can kill the process that walks them or keep it
// for ever. `muster check` has a child process do this, and a program should too.
MUSTER_EXPORT absl::Status CheckStore(const std::string& path, const CheckObserver& observer,
                                      const Options& options = {});

}  // namespace muster

#endif  // MUSTER_MAINTENANCE_H_
