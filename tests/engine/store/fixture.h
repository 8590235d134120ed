// What the tests of stores share.
#ifndef MUSTER_TESTS_ENGINE_STORE_FIXTURE_H_
#define MUSTER_TESTS_ENGINE_STORE_FIXTURE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "engine/temp_dir.h"
#include "muster/catalog.h"
#include "muster/store.h"
#include "store/lmdb/lmdb_store.h"
#include "store/meta.h"

namespace muster::store {

inline std::string MessageOf(const absl::Status& status) {
  return std::string(status.message());
}

// The value of a key as a text of its own; nothing where there is none.
inline std::optional<std::string> Value(ReadTransaction& transaction, Table table,
                                        std::string_view key) {
  auto value = transaction.Get(table, key);
  EXPECT_TRUE(value.ok()) << value.status();
  if (!value.ok() || !value->has_value()) return std::nullopt;
  return std::string(**value);
}

inline std::optional<std::string> Value(Store& store, Table table, std::string_view key) {
  auto transaction = store.BeginRead();
  EXPECT_TRUE(transaction.ok()) << transaction.status();
  return transaction.ok() ? Value(**transaction, table, key) : std::nullopt;
}

// Commits one pair.
inline absl::Status PutOne(Store& store, Table table, std::string_view key,
                           std::string_view value) {
  auto transaction = store.BeginWrite();
  if (!transaction.ok()) return transaction.status();
  absl::Status status = (*transaction)->Put(table, key, value);
  return status.ok() ? (*transaction)->Commit() : status;
}

inline std::vector<std::string> Keys(ReadTransaction& transaction, Table table,
                                     std::string_view first = {}) {
  std::vector<std::string> keys;
  absl::Status status =
      transaction.Scan(table, first, [&](std::string_view key, std::string_view) {
        keys.emplace_back(key);
        return true;
      });
  EXPECT_TRUE(status.ok()) << status;
  return keys;
}

inline std::string ReadText(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void WriteText(const std::string& path, std::string_view text) {
  std::ofstream(path, std::ios::binary).write(text.data(), static_cast<long>(text.size()));
}

// A meta record as a build before the change log wrote it.
inline std::string InFirstFormat(const Meta& meta) {
  std::string record;
  EncodeMeta(meta, &record);
  record[0] = 1;
  // Without the sandboxes' ListState and the LogState.
  record.resize(record.size() - 6 * sizeof(uint64_t));
  return record;
}

// An LMDB store with something in it, closed.
inline void MakeStore(const std::string& path) {
  auto store = OpenLmdb(path, {});
  ASSERT_TRUE(store.ok()) << store.status();
  ASSERT_TRUE(PutOne(**store, Table::kHosts, "10.0.0.1", "a host").ok());
}

// An error of the code, in one line that names the path, says `part`, and ends
// with what to do.
MATCHER_P3(IsOneLine, code, path, part, "") {
  const absl::Status status = arg.status();
  const std::string message = MessageOf(status);
  *result_listener << status.ToString();
  const size_t advice = message.rfind(": ");
  return status.code() == code && message.find('\n') == std::string::npos &&
         message.find(path) != std::string::npos && message.find(part) != std::string::npos &&
         advice != std::string::npos && message.size() - advice > 8;
}

}  // namespace muster::store

#endif  // MUSTER_TESTS_ENGINE_STORE_FIXTURE_H_
