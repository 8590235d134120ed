#include "store/lmdb/directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string_view>

#include "model/text.h"
#include "store/lmdb/lmdb_status.h"
#include "store/lmdb/process_lock.h"
#include "store/lmdb/unique_fd.h"

namespace muster::store {
namespace {

using absl::StatusCode;

absl::Status NotADirectory(const std::string& path) {
  return PlaceError(StatusCode::kInvalidArgument, path,
                    "is not a directory: name one, or a path where there is nothing yet");
}

// Names that stand in the directory of every store, and those that do no harm
// in that of a new one (a volume's own).
bool IsOrdinary(std::string_view name) {
  return name == "." || name == ".." || name == "lock.mdb" || name == kLockFileName ||
         name == "lost+found";
}

struct DirectoryCloser {
  void operator()(DIR* directory) const { closedir(directory); }
};

// The directory above, as far as the text goes: "." for "a", "/" for "/a".
std::string Above(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  const size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  path.resize(slash == 0 ? 1 : slash);
  return path;
}

// The name of a network file system by the number that statfs() gives; "" for
// any other.
std::string_view NetworkFileSystem(uint32_t type) {
  switch (type) {
    case 0x6969:
      return "NFS";
    case 0x517B:
    case 0xFE534D42:
    case 0xFF534D42:
      return "SMB";
    case 0x01021997:
      return "9P";
    case 0x00C36400:
      return "Ceph";
    case 0x0BD00BD0:
      return "Lustre";
    case 0x5346414F:
    case 0x6B414653:
      return "AFS";
    case 0x73757245:
      return "Coda";
    case 0x01161970:
      return "GFS2";
    case 0x7461636F:
      return "OCFS2";
    default:
      return {};
  }
}

// Makes the directory and those above it that are missing: 0, or errno.
int MakeWithParents(const std::string& path) {
  if (mkdir(path.c_str(), 0700) == 0) return SyncDirectory(Above(path)).ok() ? 0 : errno;
  if (errno == ENOENT && Above(path) != path) {
    const int error = MakeWithParents(Above(path));
    if (error != 0) return error;
    if (mkdir(path.c_str(), 0700) == 0) return SyncDirectory(Above(path)).ok() ? 0 : errno;
  }
  const int error = errno;
  struct stat info;
  // Somebody else may have been faster.
  const bool there = stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
  return error == EEXIST && there ? 0 : error;
}

}  // namespace

absl::StatusOr<DirectoryState> LookAtDirectory(const std::string& path) {
  if (path.empty()) {
    return absl::InvalidArgumentError("the path of the store is empty: name a directory");
  }
  if (path.find('\0') != std::string::npos) return NotADirectory(path);
  struct stat info;
  if (stat(path.c_str(), &info) != 0) {
    if (errno == ENOENT) return DirectoryState();
    if (errno == ENOTDIR || errno == ELOOP || errno == ENAMETOOLONG) return NotADirectory(path);
    return OpenStatus(path, errno);
  }
  if (!S_ISDIR(info.st_mode)) return NotADirectory(path);

  DirectoryState state;
  state.exists = true;
  const std::unique_ptr<DIR, DirectoryCloser> directory(opendir(path.c_str()));
  if (directory == nullptr) return OpenStatus(path, errno);
  errno = 0;
  while (const dirent* entry = readdir(directory.get())) {
    const std::string_view name = entry->d_name;
    if (name == kDataFileName) {
      state.has_data_file = true;
    } else if (!IsOrdinary(name)) {
      state.has_other_files = true;
    }
    errno = 0;
  }
  if (errno != 0) return OpenStatus(path, errno);
  return state;
}

absl::Status CheckFileSystem(const std::string& path) {
  struct statfs info;
  std::string nearest = path;
  int result = statfs(nearest.c_str(), &info);
  while (result != 0 && errno == ENOENT && nearest != "." && nearest != "/") {
    nearest = Above(nearest);
    result = statfs(nearest.c_str(), &info);
  }
  if (result != 0) return OpenStatus(path, errno);
  const std::string_view name = NetworkFileSystem(static_cast<uint32_t>(info.f_type));
  if (name.empty()) return absl::OkStatus();
  return PlaceError(
      StatusCode::kFailedPrecondition, path,
      model::Concat("is on a network file system (", name,
                    "), which cannot keep a store: use a local disk, or set "
                    "allow_network_file_system where its locks and maps are known to work"));
}

absl::Status MakeDirectory(const std::string& path) {
  const int error = MakeWithParents(path);
  if (error == EEXIST || error == ENOTDIR) return NotADirectory(path);
  return error == 0 ? absl::OkStatus() : OpenStatus(path, error);
}

absl::Status SyncDirectory(const std::string& path) {
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // A directory that may be written but not read cannot be synced by anybody.
  if (!fd.valid() && errno == EACCES) return absl::OkStatus();
  if (!fd.valid() || (fsync(fd.get()) != 0 && errno != EINVAL)) return OpenStatus(path, errno);
  return absl::OkStatus();
}

}  // namespace muster::store
