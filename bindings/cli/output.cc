#include "output.h"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <iostream>

namespace muster::cli {
namespace {

// The longest text of a cell: a description may have thousands of characters.
constexpr size_t kMaxCellCharacters = 60;

// The bytes of the UTF-8 character that begins with `first`.
size_t CharacterBytes(unsigned char first) {
  if (first < 0xc0) return 1;
  if (first < 0xe0) return 2;
  return first < 0xf0 ? 3 : 4;
}

// A control character written out, or the character itself. Those from U+0080
// to U+009F are control characters too, and some terminals obey them.
std::string PrintableCharacter(std::string_view character) {
  if (character == "\n") return "\\n";
  if (character == "\t") return "\\t";
  if (character == "\r") return "\\r";
  const unsigned char first = character[0];
  unsigned code = first;
  if (first == 0xc2 && character.size() == 2) code = static_cast<unsigned char>(character[1]);
  if (code >= 0xa0 || (code >= 0x20 && code < 0x7f)) return std::string(character);
  char text[8];
  std::snprintf(text, sizeof text, "\\x%02x", code);
  return text;
}

size_t CharacterCount(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; });
}

bool IsNumber(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::string Printable(std::string_view text, size_t max_characters) {
  std::string printable;
  size_t count = 0;
  size_t cut_at = 0;  // where the ellipsis would go
  for (size_t i = 0; i < text.size();) {
    const std::string_view character = text.substr(i, CharacterBytes(text[i]));
    i += character.size();
    const std::string shown = PrintableCharacter(character);
    printable += shown;
    count += CharacterCount(shown);
    if (max_characters == 0) continue;
    if (count > max_characters) return printable.substr(0, cut_at) + "…";
    if (count < max_characters) cut_at = printable.size();
  }
  return printable;
}

std::string IsoTime(int64_t unix_ms) {
  const std::time_t seconds = unix_ms / 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char day[32];
  char text[48];
  std::strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &utc);
  std::snprintf(text, sizeof text, "%s.%03dZ", day, static_cast<int>(unix_ms % 1000));
  return text;
}

std::string Join(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    if (!text.empty()) text += ',';
    text += name;
  }
  return text;
}

std::string YesOrNothing(bool value) { return value ? "yes" : ""; }

Table::Table(std::vector<std::string> headline) { rows_.push_back(std::move(headline)); }

void Table::AddRow(const std::vector<std::string>& row) {
  std::vector<std::string>& cells = rows_.emplace_back();
  for (const std::string& text : row) cells.push_back(Printable(text, kMaxCellCharacters));
}

void Table::Print(std::ostream& out) const {
  const size_t columns = rows_.front().size();
  std::vector<size_t> widths(columns);
  std::vector<bool> is_number(columns, rows_.size() > 1);
  for (size_t row = 0; row < rows_.size(); ++row) {
    for (size_t i = 0; i < columns; ++i) {
      widths[i] = std::max(widths[i], CharacterCount(rows_[row][i]));
      if (row > 0 && !IsNumber(rows_[row][i])) is_number[i] = false;
    }
  }
  for (const std::vector<std::string>& row : rows_) {
    std::string line;
    for (size_t i = 0; i < columns; ++i) {
      const std::string padding(widths[i] - CharacterCount(row[i]), ' ');
      if (i > 0) line += "  ";
      line += is_number[i] ? padding + row[i] : row[i] + padding;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << '\n';
  }
}

absl::Status FlushStdout() {
  std::cout.flush();
  if (std::cout) return absl::OkStatus();
  return absl::UnavailableError(
      "cannot write to standard output; see whether its reader is still there and its disk "
      "has room");
}

}  // namespace muster::cli
