// What the command writes: tables, JSON, lines. From one thread.
#ifndef MUSTER_CLI_OUTPUT_H_
#define MUSTER_CLI_OUTPUT_H_

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "muster/catalog.h"
#include "muster/model.h"

namespace muster::cli {

// The text with every control character written out ("\n", "\x1b"): stored text
// must not be able to steer the terminal that it is shown on. At most
// `max_characters`, the last of which is then an ellipsis; 0: all of it.
std::string Printable(std::string_view text, size_t max_characters = 0);

// "2026-07-31T09:30:00.250Z"
std::string IsoTime(int64_t unix_ms);

// Names joined by commas.
std::string Join(const std::vector<std::string>& names);

// "yes" or nothing, for a table.
std::string YesOrNothing(bool value);

// A table with a headline. Numbers stand on the right.
class Table {
 public:
  explicit Table(std::vector<std::string> headline);

  // One text for each column; printed as Printable() makes it.
  void AddRow(const std::vector<std::string>& row);
  void Print(std::ostream& out) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

// Writes what is buffered for standard output. Unavailable where it cannot be.
absl::Status FlushStdout();

// The JSON of what the command shows, as one line.
std::string ToJson(const std::vector<Shape>& shapes);
std::string ToJson(const std::vector<Rootfs>& rootfses);
std::string ToJson(const std::vector<Host>& hosts);
std::string ToJson(const std::vector<ApiKeyInfo>& keys);
std::string ToJson(const User& user, const std::vector<ApiKeyInfo>& keys);
std::string ToJson(const StoreStatus& status);

// Of a check: `findings` are the first of `finding_count`.
std::string ToJson(uint64_t records, uint64_t finding_count,
                   const std::vector<std::string>& findings);

std::string ToJson(const RecountReport& report);

}  // namespace muster::cli

#endif  // MUSTER_CLI_OUTPUT_H_
