// ProcessLock: one process has a store open once.
//
// LMDB must not have one file open twice in a process: closing one of the two
// drops the locks of the other without a word. A registry in memory would not
// see a second copy of this library (the program's and a Python module's, say),
// so the kernel keeps it: an open-file-description lock on the byte
// 2^32 + process id of muster.lock. Other processes lock other bytes.
//
// LMDB tells its readers apart by process id, which means something in one PID
// namespace only. The first page of muster.lock names the namespace; a process
// of another one is refused for as long as anybody has the store open.
//
// The same page, mapped into each process, keeps the high-water marks of
// Store::HighWaterVersion(). It is never made durable: after a crash of the
// machine the store's fingerprint is another one anyhow.
//
// A lock on the byte 2^35 + process id says that the process is writing, one on
// the byte 2^36 + role that it has that role. The page holds the bell, too.
//
// After a fork the child is without the file, and every call does nothing there.
//
// One object for each open store; the marks and the writers' signs may be used from
// any thread, the rest by the thread that opens or closes.
#ifndef MUSTER_STORE_LMDB_PROCESS_LOCK_H_
#define MUSTER_STORE_LMDB_PROCESS_LOCK_H_

#include <sys/types.h>

#include <cstdint>
#include <ctime>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "muster/store.h"
#include "store/commit_bell.h"
#include "store/fork_mark.h"

namespace muster::store {

inline constexpr char kLockFileName[] = "muster.lock";

class ProcessLock {
 public:
  // Locks the store in `directory`, whose muster.lock is made where there is
  // none or mended where it is damaged. Waits for another process that is just
  // opening it. Also takes the gate (below). FailedPrecondition where the store
  // is open in this process, or in another PID namespace; PermissionDenied,
  // Unavailable.
  static absl::StatusOr<std::unique_ptr<ProcessLock>> Acquire(const std::string& directory);

  // Lets go of the lock; in a forked child of nothing, since it is the parent's.
  ~ProcessLock();
  ProcessLock(const ProcessLock&) = delete;
  ProcessLock& operator=(const ProcessLock&) = delete;

  // Between Acquire() and this call no other process can be opening the store,
  // so that only one creates it. CloseGate() waits for the others, and for a
  // later OpenGate().
  void OpenGate();
  absl::Status CloseGate();

  // Whether another process has the store open, and whether the data file that
  // was recorded last, by whoever opened it last, is this one. Exact while the
  // gate is held.
  bool HeldByOthers() const;
  bool IsFile(dev_t device, ino_t inode) const;
  void RecordFile(dev_t device, ino_t inode);

  // The data file's time of change as it was when the store was closed last by a
  // process that could say so. Another one means that the file was put back, or
  // that its last writer was killed: then ForgetVersions(), since the marks below
  // may have been put back with it.
  void RecordClose(const struct timespec& changed);
  bool WasClosedAt(const struct timespec& changed) const;
  void ForgetVersions();

  // A thread of this process says that it is writing, or about to, until it is not
  // any more. Nobody is kept from writing by it: that is LMDB's business.
  void BeginWriting();
  void EndWriting();
  // Whether some thread has said so, in whatever process that is alive, or
  // suspended.
  bool SomebodyWrites();

  // Store::TryTakeRole() and so on, but that nobody is waited for.
  absl::StatusOr<bool> TryTakeRole(Role role);
  void GiveUpRole(Role role);
  bool RoleTakenByOthers(Role role) const;

  // Shared by all processes.
  CommitBell& bell() const noexcept;

  // Store::HighWaterVersion() and RaiseHighWaterVersion().
  std::optional<uint64_t> HighWaterVersion(uint64_t incarnation) const noexcept;
  void RaiseHighWaterVersion(uint64_t incarnation, uint64_t version) noexcept;

 private:
  struct Page;

  ProcessLock(int fd, Page* page, pid_t pid) : fd_(fd), page_(page), pid_(pid) {}

  static absl::Status Join(int fd, Page* page, const std::string& directory);

  const int fd_;
  Page* const page_;  // shared with every process that has the store open
  const pid_t pid_;
  const ForkMark mark_;

  std::mutex writers_mutex_;
  int writers_ = 0;  // of this process
};

// The text of /proc/sys/kernel/random/boot_id; "" where there is none.
std::string BootId();

}  // namespace muster::store

#endif  // MUSTER_STORE_LMDB_PROCESS_LOCK_H_
