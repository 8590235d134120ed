// The recorder: preloaded into a program, it records each write and sync of its store's
// data file, and lets calls fail on command.
//
// It knows the calls that LMDB makes, and takes down any other that changes the file as
// unknown, so that nothing is missed in silence. A write is recorded once it is done, the
// beginning of a sync before and its end after: a recording never says that more is on
// the disk than is.
#include "durability/recorder.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "durability/recording.h"

namespace {

using muster::durability::Entry;
using muster::durability::EntryKind;
using muster::durability::FaultCall;

// The C library's own.
template <typename Function>
Function* Real(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

enum Watched : uint8_t { kOther = 0, kData, kSyncedData, kDirectory };
constexpr int kMaxDescriptors = 4096;
std::atomic<uint8_t> watched[kMaxDescriptors];

Watched Of(int fd) {
  return fd >= 0 && fd < kMaxDescriptors ? static_cast<Watched>(watched[fd].load()) : kOther;
}
bool IsData(int fd) { return Of(fd) == kData || Of(fd) == kSyncedData; }

// What is to be recorded, and where.
struct Settings {
  std::string directory;
  int file = -1;
  int acks = -1;
};

ssize_t RealWritev(int fd, const iovec* parts, int count) {
  static const auto real = Real<ssize_t(int, const iovec*, int)>("writev");
  return real(fd, parts, count);
}

int RealOpen(const char* path, int flags, mode_t mode) {
  static const auto real = Real<int(const char*, int, ...)>("open");
  return real(path, flags, mode);
}

Settings& TheSettings() {
  static Settings* const settings = [] {
    auto* made = new Settings;
    if (const char* directory = getenv(muster::durability::kWatchedDirectory)) {
      made->directory = directory;
    }
    if (const char* acks = getenv(muster::durability::kAckDescriptor)) made->acks = atoi(acks);
    if (const char* file = getenv(muster::durability::kRecordingFile)) {
      made->file = RealOpen(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    }
    return made;
  }();
  return *settings;
}

void Record(EntryKind kind, uint64_t offset, const iovec* parts, int count, size_t size) {
  const int file = TheSettings().file;
  if (file < 0) return;
  const int error = errno;
  Entry entry{kind, static_cast<uint32_t>(size), offset};
  std::vector<iovec> all{{&entry, sizeof(entry)}};
  for (int i = 0; i < count && size > 0; ++i) {
    const size_t part = std::min(size, parts[i].iov_len);
    all.push_back({parts[i].iov_base, part});
    size -= part;
  }
  // Half a recording is none.
  ssize_t whole = 0;
  for (const iovec& part : all) whole += static_cast<ssize_t>(part.iov_len);
  if (RealWritev(file, all.data(), static_cast<int>(all.size())) != whole) abort();
  errno = error;
}

void Record(EntryKind kind, uint64_t offset = 0, std::string_view data = {}) {
  const iovec part{const_cast<char*>(data.data()), data.size()};
  Record(kind, offset, &part, 1, data.size());
}

void NoteWrite(int fd, uint64_t offset, const iovec* parts, int count, ssize_t done) {
  if (done <= 0) return;
  const EntryKind kind = Of(fd) == kSyncedData ? EntryKind::kSyncedWrite : EntryKind::kWrite;
  Record(kind, offset, parts, count, static_cast<size_t>(done));
}

void NoteUnknown(int fd, const char* call) {
  if (IsData(fd)) Record(EntryKind::kUnknown, 0, call);
}

// The file that was opened, whatever it was called.
int Watch(int fd, int flags) {
  const std::string& directory = TheSettings().directory;
  if (fd < 0 || fd >= kMaxDescriptors) return fd;
  watched[fd] = kOther;
  if (directory.empty()) return fd;
  const int error = errno;
  struct stat opened, here;
  if (fstat(fd, &opened) == 0) {
    const auto is = [&](const std::string& path) {
      return stat(path.c_str(), &here) == 0 && here.st_dev == opened.st_dev &&
             here.st_ino == opened.st_ino;
    };
    if (S_ISDIR(opened.st_mode) && is(directory)) watched[fd] = kDirectory;
    if (S_ISREG(opened.st_mode) && is(directory + "/data.mdb")) {
      watched[fd] = (flags & O_DSYNC) != 0 ? kSyncedData : kData;
    }
  }
  errno = error;
  return fd;
}

// The faults that were asked for.
struct Fault {
  std::atomic<int> calls_left{0};  // until it comes; 0: never
  std::atomic<int> times{0};
  std::atomic<int> error{0};
};
Fault faults[static_cast<int>(FaultCall::kCount)];
std::atomic<uint64_t> faults_met{0};

std::atomic<bool> acknowledged{false};

// Faults that nobody asks for one by one.
bool FailsAtRandom() {
  static const char* const seed = getenv(muster::durability::kRandomFaults);
  static std::atomic<uint64_t> calls{0};
  if (seed == nullptr || !acknowledged) return false;
  uint64_t x = strtoull(seed, nullptr, 10) + 0x9E3779B97F4A7C15u * ++calls;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  if ((x >> 33) % 30 != 0) return false;
  errno = EIO;
  return true;
}

// Whether this call fails; errno is then set.
bool Fails(FaultCall call) {
  if (FailsAtRandom()) return true;
  Fault& fault = faults[static_cast<int>(call)];
  if (fault.times.load() <= 0 || --fault.calls_left > 0) return false;
  --fault.times;
  ++faults_met;
  errno = fault.error;
  return true;
}

bool WriteFails(int fd) {
  if (!IsData(fd)) return false;
  return Fails(Of(fd) == kSyncedData ? FaultCall::kMetaWrite : FaultCall::kWrite);
}

// A write that syncs fails after it has reached the page cache, as the system has it.
ssize_t FailedWrite(int fd, uint64_t offset, const iovec* parts, int count) {
  if (Of(fd) != kSyncedData) return -1;
  static const auto real = Real<ssize_t(int, const iovec*, int, off_t)>("pwritev");
  const int error = errno;
  const ssize_t done = real(fd, parts, count, static_cast<off_t>(offset));
  if (done > 0) {
    Record(EntryKind::kFailedWrite, offset, parts, count, static_cast<size_t>(done));
  }
  errno = error;
  return -1;
}

int Sync(int fd, int (*real)(int)) {
  if (Of(fd) == kDirectory) {
    const int result = real(fd);
    if (result == 0) Record(EntryKind::kDirectorySync);
    return result;
  }
  if (!IsData(fd)) return real(fd);
  static std::atomic<uint32_t> syncs{0};
  const uint64_t number = (static_cast<uint64_t>(getpid()) << 32) | ++syncs;
  Record(EntryKind::kSyncBegin, number);
  const int result = Fails(FaultCall::kSync) ? -1 : real(fd);
  Record(result == 0 ? EntryKind::kSyncEnd : EntryKind::kSyncFailed, number);
  return result;
}

off_t WriteAt(int fd) { return lseek(fd, 0, SEEK_CUR); }

}  // namespace

namespace muster::durability {

void WatchDirectory(const std::string& directory) { TheSettings().directory = directory; }

void FailCalls(FaultCall call, int nth, int times, int error) {
  Fault& fault = faults[static_cast<int>(call)];
  fault.calls_left = nth;
  fault.error = error;
  fault.times = times;
}

void FailNothing() {
  for (Fault& fault : faults) fault.times = 0;
}

uint64_t FaultsMet() { return faults_met; }

}  // namespace muster::durability

extern "C" {

int open(const char* path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(list, mode_t) : 0;
  va_end(list);
  return Watch(RealOpen(path, flags, mode), flags);
}

int open64(const char* path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(list, mode_t) : 0;
  va_end(list);
  return Watch(RealOpen(path, flags, mode), flags);
}

int openat(int at, const char* path, int flags, ...) {
  static const auto real = Real<int(int, const char*, int, ...)>("openat");
  va_list list;
  va_start(list, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(list, mode_t) : 0;
  va_end(list);
  return Watch(real(at, path, flags, mode), flags);
}

int close(int fd) {
  static const auto real = Real<int(int)>("close");
  if (fd >= 0 && fd < kMaxDescriptors) watched[fd] = kOther;
  return real(fd);
}

ssize_t pwrite(int fd, const void* data, size_t size, off_t offset) {
  static const auto real = Real<ssize_t(int, const void*, size_t, off_t)>("pwrite");
  const iovec part{const_cast<void*>(data), size};
  if (WriteFails(fd)) return FailedWrite(fd, static_cast<uint64_t>(offset), &part, 1);
  const ssize_t done = real(fd, data, size, offset);
  if (IsData(fd)) NoteWrite(fd, static_cast<uint64_t>(offset), &part, 1, done);
  return done;
}

ssize_t pwrite64(int fd, const void* data, size_t size, off_t offset) {
  return pwrite(fd, data, size, offset);
}

ssize_t pwritev(int fd, const iovec* parts, int count, off_t offset) {
  static const auto real = Real<ssize_t(int, const iovec*, int, off_t)>("pwritev");
  if (WriteFails(fd)) return FailedWrite(fd, static_cast<uint64_t>(offset), parts, count);
  const ssize_t done = real(fd, parts, count, offset);
  if (IsData(fd)) NoteWrite(fd, static_cast<uint64_t>(offset), parts, count, done);
  return done;
}

ssize_t writev(int fd, const iovec* parts, int count) {
  const off_t offset = IsData(fd) ? WriteAt(fd) : 0;
  if (WriteFails(fd)) return FailedWrite(fd, static_cast<uint64_t>(offset), parts, count);
  const ssize_t done = RealWritev(fd, parts, count);
  if (IsData(fd)) NoteWrite(fd, static_cast<uint64_t>(offset), parts, count, done);
  return done;
}

ssize_t write(int fd, const void* data, size_t size) {
  static const auto real = Real<ssize_t(int, const void*, size_t)>("write");
  const iovec part{const_cast<void*>(data), size};
  if (fd >= 0 && fd == TheSettings().acks) {
    Record(EntryKind::kAck, 0, &part, 1, size);
    acknowledged = true;
  }
  const off_t offset = IsData(fd) ? WriteAt(fd) : 0;
  if (WriteFails(fd)) return FailedWrite(fd, static_cast<uint64_t>(offset), &part, 1);
  const ssize_t done = real(fd, data, size);
  if (IsData(fd)) NoteWrite(fd, static_cast<uint64_t>(offset), &part, 1, done);
  return done;
}

int ftruncate(int fd, off_t size) noexcept {
  static const auto real = Real<int(int, off_t)>("ftruncate");
  const int result = real(fd, size);
  if (IsData(fd) && result == 0) Record(EntryKind::kTruncate, static_cast<uint64_t>(size));
  return result;
}

int ftruncate64(int fd, off_t size) noexcept { return ftruncate(fd, size); }

int fdatasync(int fd) {
  static const auto real = Real<int(int)>("fdatasync");
  return Sync(fd, real);
}

int fsync(int fd) {
  static const auto real = Real<int(int)>("fsync");
  return Sync(fd, real);
}

// What LMDB as Muster opens it does not do.

int fallocate(int fd, int mode, off_t offset, off_t size) {
  static const auto real = Real<int(int, int, off_t, off_t)>("fallocate");
  NoteUnknown(fd, "fallocate");
  return real(fd, mode, offset, size);
}

int sync_file_range(int fd, off64_t offset, off64_t size, unsigned flags) {
  static const auto real = Real<int(int, off64_t, off64_t, unsigned)>("sync_file_range");
  NoteUnknown(fd, "sync_file_range");
  return real(fd, offset, size, flags);
}

void* mmap(void* at, size_t size, int protection, int flags, int fd, off_t offset) noexcept {
  static const auto real = Real<void*(void*, size_t, int, int, int, off_t)>("mmap");
  const bool writes = (protection & PROT_WRITE) != 0 && (flags & MAP_SHARED) != 0;
  if (writes && fd >= 0) NoteUnknown(fd, "mmap to write");
  return real(at, size, protection, flags, fd, offset);
}

// LMDB's; MDB_NOSYNC is 0x10000.
int mdb_env_open(void* env, const char* path, unsigned flags, mode_t mode) {
  static const auto real = Real<int(void*, const char*, unsigned, mode_t)>("mdb_env_open");
  if (getenv(muster::durability::kNoSync) != nullptr) flags |= 0x10000u;
  return real(env, path, flags, mode);
}

}  // extern "C"
