// Documents as texts, and what comes of reading them.
#ifndef MUSTER_TESTS_ENGINE_DOCUMENT_FIXTURE_H_
#define MUSTER_TESTS_ENGINE_DOCUMENT_FIXTURE_H_

#include <gtest/gtest.h>

#include <memory>
#include <sstream>
#include <string>
#include <string_view>

#include "model/text.h"
#include "muster/catalog.h"
#include "muster/document.h"

namespace muster {

// "OK", or the status's code and message.
inline std::string Told(const absl::Status& status) {
  if (status.ok()) return "OK";
  return model::Concat(absl::StatusCodeToString(status.code()), ": ", model::Message(status));
}

// What reading a text tells: "OK", or the message of an InvalidArgument.
inline std::string Fault(std::string_view text) {
  std::istringstream in{std::string(text)};
  WriteBatch batch;
  const absl::Status status = ReadDocument(in, {}, &batch);
  if (status.ok()) return "OK";
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_EQ(model::Message(status).find('\n'), std::string_view::npos) << status;
  return std::string(model::Message(status));
}

// An entry of each list with the fields that are required, the members of
// `more` after them.
inline std::string ShapeWith(std::string_view more) {
  return model::Concat(R"({"shapes":[{"id":"s-1","vcpu":1,"mem_mib":256,"default_disk_mib":0)",
                       more, "}]}");
}
inline std::string RootfsWith(std::string_view more) {
  return model::Concat(R"({"rootfs":[{"name":"node")", more, "}]}");
}
inline std::string HostWith(std::string_view more) {
  return model::Concat(
      R"({"hosts":[{"id":"10.0.0.1","status":"active","free_mib":1,"vm_count":0)", more, "}]}");
}
inline std::string UserWith(std::string_view more) {
  return model::Concat(R"({"users":[{"id":"usr_1")", more, "}]}");
}

// A catalog in memory, and documents that go in and out.
class DocumentTest : public testing::Test {
 protected:
  DocumentTest() : catalog_(*Catalog::OpenInMemory()) {}

  absl::Status Import(std::string_view text, const ImportOptions& options = {}) {
    std::istringstream in{std::string(text)};
    return ImportDocument(*catalog_, in, options);
  }

  // The same, where it must succeed.
  void Load(std::string_view text) { ASSERT_EQ(Told(Import(text)), "OK"); }
  void Replace(std::string_view text) {
    ImportOptions options;
    options.replace = true;
    ASSERT_EQ(Told(Import(text, options)), "OK");
  }

  static std::string Export(const Catalog& catalog) {
    std::ostringstream out;
    EXPECT_EQ(Told(ExportDocument(catalog, out)), "OK");
    return out.str();
  }
  std::string Export() const { return Export(*catalog_); }

  UserStats Stats(std::string_view user_id) const { return *catalog_->GetUserStats(user_id); }

  // Whose key that is, or "nobody".
  std::string OwnerOf(std::string_view api_key) const {
    const absl::StatusOr<User> user = catalog_->FindUserByApiKey(api_key);
    return user.ok() ? user->id : "nobody";
  }

  std::unique_ptr<Catalog> catalog_;
};

}  // namespace muster

#endif  // MUSTER_TESTS_ENGINE_DOCUMENT_FIXTURE_H_
