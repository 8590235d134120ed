#include "store/lmdb/lmdb_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <mutex>
#include <utility>

#include "model/rules.h"
#include "model/text.h"
#include "store/lmdb/copy.h"
#include "store/lmdb/data_file.h"
#include "store/lmdb/directory.h"
#include "store/lmdb/environment.h"
#include "store/lmdb/file_identity.h"
#include "store/lmdb/lmdb_status.h"
#include "store/lmdb/probe.h"
#include "store/lmdb/process_lock.h"
#include "store/lmdb/transaction.h"
#include "store/lmdb/unique_fd.h"
#include "store/lmdb/usage.h"

namespace muster::store {
namespace {

using absl::StatusCode;

constexpr size_t kMinMapSize = size_t{1} << 20;

absl::Status Closed() { return absl::FailedPreconditionError("the store is closed"); }

absl::Status NoStore(const std::string& path) {
  return absl::NotFoundError(
      model::Concat("no store at ", model::Printable(path),
                    ": name another directory, or import into it first"));
}

class LmdbStore : public Store {
 public:
  LmdbStore(std::unique_ptr<ProcessLock> lock, std::unique_ptr<Environment> environment,
            std::string data_path, FileIdentity identity, uint64_t max_map_size)
      : lock_(std::move(lock)),
        environment_(std::move(environment)),
        data_path_(std::move(data_path)),
        identity_(identity),
        fingerprint_(FingerprintOf(identity)),
        max_map_size_(max_map_size) {}

  ~LmdbStore() override {
    // With a transaction still open, leaking is the only safe thing to do.
    if (LmdbStore::Close().ok()) return;
    (void)environment_.release();
    (void)lock_.release();
  }

  absl::StatusOr<std::unique_ptr<ReadTransaction>> BeginRead() override {
    if (environment_ == nullptr) return Closed();
    absl::Status status = CheckNotShorter();
    if (!status.ok()) return status;
    return BeginLmdbRead(environment_.get());
  }

  absl::StatusOr<std::unique_ptr<WriteTransaction>> BeginWrite() override {
    if (environment_ == nullptr) return Closed();
    absl::Status status = CheckNotShorter();
    if (!status.ok()) return status;
    return BeginLmdbWrite(environment_.get(), lock_.get());
  }

  absl::StatusOr<std::unique_ptr<WriteTransaction>> TryBeginWrite() override {
    if (environment_ != nullptr && !environment_->InForkedChild() && lock_->SomebodyWrites()) {
      return std::unique_ptr<WriteTransaction>();
    }
    return BeginWrite();
  }

  uint64_t LatestCommit() const noexcept override {
    return environment_ == nullptr ? last_commit_ : environment_->meta_pages().LatestCommit();
  }

  std::string Fingerprint() const override { return fingerprint_; }

  std::optional<uint64_t> HighWaterVersion(uint64_t incarnation) const noexcept override {
    return lock_ == nullptr ? std::nullopt : lock_->HighWaterVersion(incarnation);
  }

  void RaiseHighWaterVersion(uint64_t incarnation, uint64_t version) noexcept override {
    if (lock_ != nullptr) lock_->RaiseHighWaterVersion(incarnation, version);
  }

  absl::StatusOr<bool> TryTakeRole(Role role) override;
  void GiveUpRole(Role role) override {
    if (lock_ != nullptr) lock_->GiveUpRole(role);
  }
  bool RoleTakenByOthers(Role role) const override {
    return lock_ != nullptr && lock_->RoleTakenByOthers(role);
  }

  uint32_t CommitBell() const noexcept override {
    return lock_ == nullptr ? 0 : lock_->bell().count();
  }
  void RingCommitBell() noexcept override {
    if (lock_ != nullptr) lock_->bell().Ring();
  }
  void WaitForCommitBell(uint32_t seen,
                         std::chrono::steady_clock::time_point deadline) override {
    if (lock_ != nullptr) lock_->bell().Wait(seen, deadline);
  }

  absl::Status MakeRoom() override {
    return environment_ == nullptr ? Closed() : environment_->MakeRoom(max_map_size_);
  }
  absl::Status Recover() override;
  absl::StatusOr<StoreUsage> Usage() override;
  absl::Status Backup(int fd) override {
    return environment_ == nullptr ? Closed() : CopyStore(environment_.get(), fd);
  }
  absl::Status Probe() override;
  absl::Status Close() override;

 private:
  // LMDB's file never shrinks, and its map must not be touched past the end.
  absl::Status CheckNotShorter() {
    off_t seen = size_seen_.load(std::memory_order_acquire);  // before it is measured
    struct stat info;
    if (fstat(environment_->fd(), &info) != 0) {
      return absl::UnavailableError("the store's data file cannot be looked at");
    }
    if (info.st_size < seen) {
      return absl::UnavailableError("the store's data file is cut short: restore it");
    }
    while (seen < info.st_size && !size_seen_.compare_exchange_weak(seen, info.st_size)) {
    }
    return absl::OkStatus();
  }

  std::unique_ptr<ProcessLock> lock_;         // null once closed
  std::unique_ptr<Environment> environment_;  // null once closed
  const std::string data_path_;               // absolute
  const FileIdentity identity_;               // of the data file
  const std::string fingerprint_;
  const uint64_t max_map_size_;
  std::mutex recovering_;
  std::atomic<off_t> size_seen_{0};
  uint64_t last_commit_ = 0;  // LatestCommit() when it was closed
};

absl::StatusOr<bool> LmdbStore::TryTakeRole(Role role) {
  if (environment_ == nullptr) return Closed();
  if (environment_->InForkedChild()) return environment_->BeginRead().status();
  absl::StatusOr<bool> taken = lock_->TryTakeRole(role);
  if (role != Role::kOnlyWriter || !taken.ok() || !*taken) return taken;
  // Writers that began before it was taken; those that come later see that it is.
  absl::Status waited = BeginWrite().status();
  if (waited.ok()) return true;
  lock_->GiveUpRole(role);
  return waited;
}

absl::Status LmdbStore::Close() {
  if (environment_ == nullptr) return absl::OkStatus();
  if (environment_->HasTransactions()) {
    return absl::FailedPreconditionError("a transaction of the store is open: end it first");
  }
  last_commit_ = environment_->meta_pages().LatestCommit();
  struct stat info;
  if (fstat(environment_->fd(), &info) == 0) lock_->RecordClose(info.st_ctim);
  environment_.reset();
  lock_.reset();  // last: until then LMDB's files are open
  return absl::OkStatus();
}

absl::Status LmdbStore::Recover() {
  if (environment_ == nullptr) return Closed();
  if (environment_->InForkedChild()) return environment_->Recover();
  std::lock_guard<std::mutex> lock(recovering_);
  if (!environment_->NeedsRecovery()) return absl::OkStatus();
  absl::Status status = lock_->CloseGate();
  if (!status.ok()) return status;
  status = environment_->Recover();
  lock_->OpenGate();
  return status;
}

absl::StatusOr<StoreUsage> LmdbStore::Usage() {
  if (environment_ == nullptr) return Closed();
  absl::StatusOr<StoreUsage> usage = UsageOf(environment_.get());
  if (!usage.ok()) return usage;
  usage->open_elsewhere = lock_->HeldByOthers();
  usage->only_writer_elsewhere = lock_->RoleTakenByOthers(Role::kOnlyWriter);
  return usage;
}

absl::Status LmdbStore::Probe() {
  if (environment_ == nullptr) return Closed();
  absl::Status status = ProbeDataFile(data_path_, identity_, environment_.get(), lock_.get());
  if (status.ok()) status = BeginRead().status();
  if (status.ok()) return status;
  return absl::UnavailableError(status.message());
}

// Looks at the data file, if there is one. The directory is a store, or one can
// be made in it, where this is OK.
absl::StatusOr<Content> Inspect(const std::string& path, const Options& options) {
  absl::StatusOr<DirectoryState> directory = LookAtDirectory(path);
  if (!directory.ok()) return directory.status();
  absl::Status status =
      options.allow_network_file_system ? absl::OkStatus() : CheckFileSystem(path);
  if (!status.ok()) return status;
  Content content = Content::kEmpty;
  if (directory->has_data_file) {
    const std::string place = model::Concat(path, "/", kDataFileName);
    // O_NONBLOCK: somebody's named pipe must not make it wait.
    const UniqueFd fd(open(place.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK));
    struct stat info;
    if (!fd.valid() || fstat(fd.get(), &info) != 0) return OpenStatus(place, errno);
    if (!S_ISREG(info.st_mode)) {
      return PlaceError(StatusCode::kFailedPrecondition, place,
                        "is not a file: choose an empty or a new directory");
    }
    absl::StatusOr<Content> found = InspectDataFile(fd.get(), place);
    if (!found.ok()) return found;
    content = *found;
  }
  if (content == Content::kStore) return content;
  if (directory->has_other_files && !directory->has_data_file) {
    return PlaceError(StatusCode::kFailedPrecondition, path,
                      "is not a Muster store and holds other files: choose an empty or a new "
                      "directory");
  }
  if (!options.create_if_missing) return NoStore(path);
  return content;
}

// What less than a creation's first write left would be refused by LMDB.
absl::Status ClearLeftover(const std::string& path) {
  const std::string place = model::Concat(path, "/", kDataFileName);
  if (truncate(place.c_str(), 0) == 0 || errno == ENOENT) return absl::OkStatus();
  return OpenStatus(place, errno);
}

// Holds what stands in the directory against what was there when the store was
// opened last.
absl::Status CheckSameFile(const std::string& path, ProcessLock* lock, bool create) {
  struct stat info {};
  const std::string place = model::Concat(path, "/", kDataFileName);
  const bool same = stat(place.c_str(), &info) == 0 && lock->IsFile(info.st_dev, info.st_ino);
  if (create && same) {
    // Not the leftover of a creation: it was a store once.
    return PlaceError(StatusCode::kDataLoss, place,
                      "has lost its contents: restore the store from a backup");
  }
  // Processes that have the store open share LMDB's lock file with whoever opens
  // it next. If the data file was exchanged under them, they must not share it.
  const bool others = lock->HeldByOthers();
  if ((create || !same) && others) {
    return PlaceError(StatusCode::kFailedPrecondition, place,
                      "was removed or replaced while other processes have it open: stop them "
                      "first");
  }
  if (!others && !lock->WasClosedAt(info.st_ctim)) lock->ForgetVersions();
  return absl::OkStatus();
}

size_t WholePages(size_t bytes) {
  const size_t page_size = SystemPageSize();
  return (bytes + page_size - 1) / page_size * page_size;
}

absl::Status CheckSize(std::string_view name, size_t bytes) {
  if (bytes >= kMinMapSize && bytes <= kMaxMapSize) return absl::OkStatus();
  return absl::InvalidArgumentError(
      model::Concat(name, " must be from ", std::to_string(kMinMapSize), " to ",
                    std::to_string(kMaxMapSize), ", not ", std::to_string(bytes)));
}

absl::Status CheckOptions(const Options& options) {
  absl::Status status = CheckSize("map_size_bytes", options.map_size_bytes);
  return status.ok() ? CheckSize("max_map_size_bytes", options.max_map_size_bytes) : status;
}

enum class Company { kAny, kNone };

// With the gate held: opens what is there by now, or creates it. Then opens the
// gate, but not where there is to be no company.
absl::StatusOr<std::unique_ptr<Store>> OpenLocked(const std::string& path,
                                                  const Options& options,
                                                  std::unique_ptr<ProcessLock> lock,
                                                  Company company) {
  if (company == Company::kNone && lock->HeldByOthers()) {
    return PlaceError(StatusCode::kFailedPrecondition, path,
                      "is open in another process: stop that one first");
  }
  absl::StatusOr<Content> content = Inspect(path, options);
  if (!content.ok()) return content.status();
  const bool create = *content != Content::kStore;
  absl::Status status = CheckSameFile(path, lock.get(), create);
  // Until it is made, there is no store that could lose anything.
  if (status.ok() && create) lock->RecordFile(0, 0);
  if (status.ok() && *content == Content::kEmpty) status = ClearLeftover(path);
  if (!status.ok()) return status;
  absl::StatusOr<std::unique_ptr<Environment>> environment = Environment::Open(
      path, WholePages(std::min(options.map_size_bytes, options.max_map_size_bytes)), create);
  if (!environment.ok()) return environment.status();
  if (create) status = SyncDirectory(path);
  if (!status.ok()) return status;

  absl::StatusOr<FileIdentity> identity = IdentityOf((*environment)->fd());
  if (!identity.ok()) return OpenStatus(path, errno);
  const std::unique_ptr<char, decltype(&std::free)> absolute(realpath(path.c_str(), nullptr),
                                                             std::free);
  if (absolute == nullptr) return OpenStatus(path, errno);
  lock->RecordFile(identity->device, identity->inode);
  if (company == Company::kAny) lock->OpenGate();
  return std::unique_ptr<Store>(new LmdbStore(std::move(lock), *std::move(environment),
                                              model::Concat(absolute.get(), "/", kDataFileName),
                                              *identity,
                                              WholePages(options.max_map_size_bytes)));
}

absl::StatusOr<std::unique_ptr<Store>> OpenIn(const std::string& path, const Options& options,
                                              Company company) {
  absl::Status status = CheckOptions(options);
  if (!status.ok()) return status;
  // Once before anything is touched, so that a directory that is not a store
  // stays as it is, and once more with the gate held.
  absl::StatusOr<Content> content = Inspect(path, options);
  if (!content.ok()) return content.status();
  if (*content != Content::kStore) status = MakeDirectory(path);
  if (!status.ok()) return status;
  absl::StatusOr<std::unique_ptr<ProcessLock>> lock = ProcessLock::Acquire(path);
  if (!lock.ok()) return lock.status();
  return OpenLocked(path, options, *std::move(lock), company);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Store>> OpenLmdb(const std::string& path,
                                                const Options& options) {
  return OpenIn(path, options, Company::kAny);
}

absl::StatusOr<std::unique_ptr<Store>> OpenLmdbAlone(const std::string& path,
                                                     const Options& options) {
  return OpenIn(path, options, Company::kNone);
}

}  // namespace muster::store
