// The library once more, in a module of its own: what a program gets that links
// it and also loads a plug-in which brought its own.
#include <cstring>
#include <string>

#include "store/lmdb/lmdb_store.h"

// The status's code, and its message in `message`.
extern "C" __attribute__((visibility("default"))) int TryToOpen(const char* path, char* message,
                                                                size_t size) {
  const absl::Status status = muster::store::OpenLmdb(path, {}).status();
  std::strncpy(message, std::string(status.message()).c_str(), size - 1);
  message[size - 1] = '\0';
  return static_cast<int>(status.code());
}
