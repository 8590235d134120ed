// A directory of a test's own, that goes with it.
#ifndef MUSTER_TESTS_ENGINE_TEMP_DIR_H_
#define MUSTER_TESTS_ENGINE_TEMP_DIR_H_

#include <stdlib.h>

#include <filesystem>
#include <string>

namespace muster {

class TempDir {
 public:
  TempDir() {
    std::string path = (std::filesystem::temp_directory_path() / "muster-XXXXXX").string();
    if (mkdtemp(path.data()) != nullptr) path_ = path;
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace muster

#endif  // MUSTER_TESTS_ENGINE_TEMP_DIR_H_
