#include "store/lmdb/process_lock.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "model/text.h"
#include "store/lmdb/lmdb_status.h"
#include "store/lmdb/read_fully.h"
#include "store/lmdb/unique_fd.h"

namespace muster::store {
namespace {

using absl::StatusCode;

constexpr char kMagic[8] = {'m', 'u', 's', 't', 'e', 'r', 'l', 'k'};
constexpr uint32_t kFormat = 1;
constexpr size_t kPageBytes = 4096;
constexpr size_t kMarkCount = 128;

// Bytes of the file that stand for something when locked; none of them is ever
// there.
constexpr off_t kFirstProcessByte = off_t{1} << 32;
constexpr off_t kProcessByteCount = off_t{1} << 32;
constexpr off_t kGateByte = off_t{1} << 34;
constexpr off_t kFirstWriterByte = off_t{1} << 35;
constexpr off_t kFirstRoleByte = off_t{1} << 36;

constexpr char kForked[] =
    "the store was opened before a fork: open it in the child, after the fork";

off_t ByteOf(Role role) { return kFirstRoleByte + static_cast<off_t>(role); }

int SetLock(int fd, int command, short type, off_t start, off_t length) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = start;
  lock.l_len = length;
  int result;
  do {
    result = fcntl(fd, command, &lock);
  } while (result != 0 && errno == EINTR);
  if (result != 0) return errno;
  if (command == F_OFD_GETLK && lock.l_type != F_UNLCK) return EAGAIN;
  return 0;
}

uint64_t PidNamespace() {
  struct stat info;
  return stat("/proc/self/ns/pid", &info) == 0 ? static_cast<uint64_t>(info.st_ino) : 0;
}

}  // namespace

std::string BootId() {
  const UniqueFd fd(open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC));
  char text[64];
  size_t size = fd.valid() ? ReadFully(fd.get(), 0, text, sizeof(text)) : 0;
  while (size > 0 && text[size - 1] == '\n') --size;
  return std::string(text, size);
}

// The mapped page. Text and numbers are written while the gate is held; the
// marks at any time, by any process.
//
// There is one mark for each incarnation, because a store may be put back more
// than once: the mark of an incarnation that is no longer in use still has to
// tell when that one comes back. Marks of earlier boots are dropped; if ever all
// places are taken within one boot, the oldest one goes.
struct ProcessLock::Page {
  struct Mark {
    std::atomic<uint64_t> incarnation;  // 0: free
    std::atomic<uint64_t> version;
  };

  char magic[sizeof(kMagic)];
  uint32_t format;
  uint32_t reserved;
  uint64_t pid_namespace;
  uint64_t device;  // of the data file
  uint64_t inode;
  char boot_id[64];
  std::atomic<uint64_t> next_victim;
  Mark marks[kMarkCount];
  int64_t closed_seconds;
  int64_t closed_nanoseconds;
  CommitBell bell;

  bool IsOfThisFormat() const {
    return std::memcmp(magic, kMagic, sizeof(kMagic)) == 0 && format == kFormat;
  }

  void Reset() {
    std::memset(static_cast<void*>(this), 0, kPageBytes);
    std::memcpy(magic, kMagic, sizeof(kMagic));
    format = kFormat;
  }

  void DropMarksOfEarlierBoots(const std::string& boot) {
    const size_t size = std::min(boot.size(), sizeof(boot_id) - 1);
    if (std::string_view(boot_id, strnlen(boot_id, sizeof(boot_id))) == boot.substr(0, size)) {
      return;
    }
    std::memset(boot_id, 0, sizeof(boot_id));
    std::memcpy(boot_id, boot.data(), size);
    DropMarks();
  }

  void DropMarks() {
    for (Mark& mark : marks) {
      mark.incarnation.store(0, std::memory_order_relaxed);
      mark.version.store(0, std::memory_order_relaxed);
    }
  }

  // The mark of an incarnation; a free place is taken for one that has none.
  // Two processes that look for the same one find the same place, as both try
  // the places in order.
  Mark* Find(uint64_t incarnation, bool take) {
    for (Mark& mark : marks) {
      uint64_t found = mark.incarnation.load(std::memory_order_acquire);
      if (found == 0) {
        if (!take) return nullptr;
        if (mark.incarnation.compare_exchange_strong(found, incarnation)) return &mark;
      }
      if (found == incarnation) return &mark;
    }
    if (!take) return nullptr;
    Mark& victim = marks[next_victim.fetch_add(1, std::memory_order_relaxed) % kMarkCount];
    victim.version.store(0);
    victim.incarnation.store(incarnation);
    return &victim;
  }
};

absl::StatusOr<std::unique_ptr<ProcessLock>> ProcessLock::Acquire(
    const std::string& directory) {
  static_assert(sizeof(Page) <= kPageBytes);
  static_assert(std::atomic<uint64_t>::is_always_lock_free);
  const std::string place = model::Concat(directory, "/", kLockFileName);
  UniqueFd fd(open(place.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  struct stat info;
  if (!fd.valid() || fstat(fd.get(), &info) != 0) return OpenStatus(place, errno);
  if (!S_ISREG(info.st_mode)) {
    return PlaceError(StatusCode::kFailedPrecondition, place, "is not a file: remove it");
  }
  int error = SetLock(fd.get(), F_OFD_SETLKW, F_WRLCK, kGateByte, 1);
  if (error != 0) return OpenStatus(place, error);

  // Measured anew: another process may just have made the file.
  if (fstat(fd.get(), &info) != 0) return OpenStatus(place, errno);
  if (info.st_size < static_cast<off_t>(kPageBytes) && ftruncate(fd.get(), kPageBytes) != 0) {
    return OpenStatus(place, errno);
  }
  // Mapped through another open file: a forked child keeps the map, and with it the
  // file, and the locks must not be that one's.
  const UniqueFd map_fd(open(place.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
  struct stat map_info;
  if (!map_fd.valid() || fstat(map_fd.get(), &map_info) != 0) return OpenStatus(place, errno);
  if (map_info.st_dev != info.st_dev || map_info.st_ino != info.st_ino) {
    return PlaceError(StatusCode::kUnavailable, place, "was replaced just now: try again");
  }
  void* map = mmap(nullptr, kPageBytes, PROT_READ | PROT_WRITE, MAP_SHARED, map_fd.get(), 0);
  if (map == MAP_FAILED) return OpenStatus(place, errno);
  Page* const page = static_cast<Page*>(map);
  absl::Status status = Join(fd.get(), page, directory);
  if (!status.ok()) {
    munmap(map, kPageBytes);
    return status;
  }
  CloseInForkedChildren(fd.get());
  return std::unique_ptr<ProcessLock>(new ProcessLock(fd.Release(), page, getpid()));
}

// Called with the gate held.
absl::Status ProcessLock::Join(int fd, Page* page, const std::string& directory) {
  const bool others =
      SetLock(fd, F_OFD_GETLK, F_WRLCK, kFirstProcessByte, kProcessByteCount) == EAGAIN;
  const uint64_t pid_namespace = PidNamespace();
  if (!page->IsOfThisFormat()) page->Reset();
  if (others && page->pid_namespace != 0 && page->pid_namespace != pid_namespace) {
    return PlaceError(StatusCode::kFailedPrecondition, directory,
                      "is in use in another PID namespace: stop what uses it there, or run "
                      "both in one");
  }
  const int error = SetLock(fd, F_OFD_SETLK, F_WRLCK, kFirstProcessByte + getpid(), 1);
  if (error == EAGAIN || error == EACCES) {
    return PlaceError(StatusCode::kFailedPrecondition, directory,
                      "is already open in this process: use what has it open, or close it");
  }
  if (error != 0) return OpenStatus(directory, error);
  if (!others) page->bell.waiters = 0;  // those that are counted were killed
  page->pid_namespace = pid_namespace;
  page->DropMarksOfEarlierBoots(BootId());
  return absl::OkStatus();
}

ProcessLock::~ProcessLock() {
  munmap(page_, kPageBytes);
  if (mark_.InForkedChild()) return;
  KeepInForkedChildren(fd_);
  // The lock belongs to the open file, which a child may share that is being
  // forked just now. Closing it would not end the lock then.
  SetLock(fd_, F_OFD_SETLK, F_UNLCK, 0, 0);
  close(fd_);
}

void ProcessLock::OpenGate() {
  if (mark_.InForkedChild()) return;
  SetLock(fd_, F_OFD_SETLK, F_UNLCK, kGateByte, 1);
}

absl::Status ProcessLock::CloseGate() {
  if (mark_.InForkedChild()) return absl::FailedPreconditionError(kForked);
  return LmdbStatus(SetLock(fd_, F_OFD_SETLKW, F_WRLCK, kGateByte, 1));
}

bool ProcessLock::HeldByOthers() const {
  return !mark_.InForkedChild() &&
         SetLock(fd_, F_OFD_GETLK, F_WRLCK, kFirstProcessByte, kProcessByteCount) == EAGAIN;
}

bool ProcessLock::IsFile(dev_t device, ino_t inode) const {
  return page_->device == device && page_->inode == inode;
}

void ProcessLock::RecordFile(dev_t device, ino_t inode) {
  page_->device = device;
  page_->inode = inode;
}

void ProcessLock::RecordClose(const struct timespec& changed) {
  if (mark_.InForkedChild()) return;  // it closes nothing
  page_->closed_seconds = changed.tv_sec;
  page_->closed_nanoseconds = changed.tv_nsec;
}

bool ProcessLock::WasClosedAt(const struct timespec& changed) const {
  return page_->closed_seconds == changed.tv_sec &&
         page_->closed_nanoseconds == changed.tv_nsec;
}

void ProcessLock::BeginWriting() {
  if (mark_.InForkedChild()) return;  // the mutex, too, may be the parent's
  std::lock_guard<std::mutex> lock(writers_mutex_);
  if (writers_++ == 0) SetLock(fd_, F_OFD_SETLK, F_WRLCK, kFirstWriterByte + pid_, 1);
}

void ProcessLock::EndWriting() {
  if (mark_.InForkedChild()) return;
  std::lock_guard<std::mutex> lock(writers_mutex_);
  if (--writers_ == 0) SetLock(fd_, F_OFD_SETLK, F_UNLCK, kFirstWriterByte + pid_, 1);
}

bool ProcessLock::SomebodyWrites() {
  if (mark_.InForkedChild()) return false;
  std::lock_guard<std::mutex> lock(writers_mutex_);
  return writers_ > 0 ||
         SetLock(fd_, F_OFD_GETLK, F_WRLCK, kFirstWriterByte, kProcessByteCount) == EAGAIN;
}

absl::StatusOr<bool> ProcessLock::TryTakeRole(Role role) {
  if (mark_.InForkedChild()) return absl::FailedPreconditionError(kForked);
  const int error = SetLock(fd_, F_OFD_SETLK, F_WRLCK, ByteOf(role), 1);
  if (error == 0) return true;
  if (error == EAGAIN || error == EACCES) return false;
  return LmdbStatus(error);
}

void ProcessLock::GiveUpRole(Role role) {
  if (mark_.InForkedChild()) return;
  SetLock(fd_, F_OFD_SETLK, F_UNLCK, ByteOf(role), 1);
}

bool ProcessLock::RoleTakenByOthers(Role role) const {
  return !mark_.InForkedChild() &&
         SetLock(fd_, F_OFD_GETLK, F_WRLCK, ByteOf(role), 1) == EAGAIN;
}

CommitBell& ProcessLock::bell() const noexcept { return page_->bell; }

void ProcessLock::ForgetVersions() { page_->DropMarks(); }

std::optional<uint64_t> ProcessLock::HighWaterVersion(uint64_t incarnation) const noexcept {
  const Page::Mark* mark = incarnation == 0 ? nullptr : page_->Find(incarnation, false);
  if (mark == nullptr) return std::nullopt;
  return mark->version.load(std::memory_order_acquire);
}

void ProcessLock::RaiseHighWaterVersion(uint64_t incarnation, uint64_t version) noexcept {
  if (incarnation == 0) return;
  std::atomic<uint64_t>& mark = page_->Find(incarnation, true)->version;
  uint64_t found = mark.load(std::memory_order_relaxed);
  while (found < version && !mark.compare_exchange_weak(found, version)) {
  }
}

}  // namespace muster::store
