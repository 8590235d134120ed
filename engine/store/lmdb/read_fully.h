// pread() until all is there.
#ifndef MUSTER_STORE_LMDB_READ_FULLY_H_
#define MUSTER_STORE_LMDB_READ_FULLY_H_

#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>

namespace muster::store {

// Reads `size` bytes at `offset`: how many there were, fewer only at the end of
// the file or after an error (then errno is not 0).
inline size_t ReadFully(int fd, uint64_t offset, void* bytes, size_t size) {
  size_t done = 0;
  errno = 0;
  while (done < size) {
    const ssize_t n = pread(fd, static_cast<char*>(bytes) + done, size - done,
                            static_cast<off_t>(offset + done));
    if (n == 0) break;
    if (n > 0) {
      done += static_cast<size_t>(n);
    } else if (errno != EINTR) {
      break;
    }
  }
  if (done == size) errno = 0;
  return done;
}

}  // namespace muster::store

#endif  // MUSTER_STORE_LMDB_READ_FULLY_H_
