// UniqueFd: closes a file descriptor when it goes.
#ifndef MUSTER_STORE_LMDB_UNIQUE_FD_H_
#define MUSTER_STORE_LMDB_UNIQUE_FD_H_

#include <unistd.h>

#include <utility>

namespace muster::store {

class UniqueFd {
 public:
  explicit UniqueFd(int fd = -1) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~UniqueFd() {
    if (fd_ >= 0) close(fd_);
  }

  bool valid() const { return fd_ >= 0; }
  int get() const { return fd_; }
  int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

}  // namespace muster::store

#endif  // MUSTER_STORE_LMDB_UNIQUE_FD_H_
