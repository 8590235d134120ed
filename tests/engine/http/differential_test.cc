// The parsers that work in place against slow, obvious ones that work on copies,
// over long histories of random input. The seeds are fixed: a failure repeats.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "fields.h"
#include "http/credential.h"
#include "http/entity_tag.h"
#include "http/query.h"
#include "http/target.h"

namespace muster::http {
namespace {

using Random = std::mt19937_64;

size_t Below(size_t bound, Random* random) { return (*random)() % bound; }

// A text of random pieces, which meets the parsers' corners far more often than
// random bytes do.
std::string Mix(const std::vector<std::string>& pieces, size_t max_pieces, Random* random) {
  std::string text;
  for (size_t n = Below(max_pieces + 1, random); n > 0; --n) {
    text += pieces[Below(pieces.size(), random)];
  }
  return text;
}

std::vector<std::string> Split(const std::string& text, char separator) {
  std::vector<std::string> parts(1);
  for (char c : text) {
    if (c == separator) {
      parts.emplace_back();
    } else {
      parts.back().push_back(c);
    }
  }
  return parts;
}

// --- limit and offset ---

bool IsHexDigit(char c) {
  return std::string("0123456789abcdefABCDEF").find(c) != std::string::npos;
}

// Nothing where an escape is broken.
std::optional<std::string> Decode(const std::string& text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      decoded += ' ';
    } else if (text[i] != '%') {
      decoded += text[i];
    } else if (i + 2 < text.size() && IsHexDigit(text[i + 1]) && IsHexDigit(text[i + 2])) {
      decoded += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
      i += 2;
    } else {
      return std::nullopt;
    }
  }
  return decoded;
}

// The digits of an integer without leading zeros; nothing where it is none.
std::optional<std::string> Digits(const std::optional<std::string>& text) {
  if (!text || text->empty()) return std::nullopt;
  if (text->find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
  const size_t first = text->find_first_not_of('0');
  return first == std::string::npos ? "0" : text->substr(first);
}

// Compares digit strings as numbers.
bool IsMoreThan(const std::string& a, const std::string& b) {
  return a.size() != b.size() ? a.size() > b.size() : a > b;
}

QueryFault SlowFault(const std::string& name, const std::optional<std::string>& digits,
                     bool again) {
  if (name == "limit") {
    if (again) return QueryFault::kLimitRepeated;
    return !digits || *digits == "0" ? QueryFault::kLimitValue : QueryFault::kNone;
  }
  if (again) return QueryFault::kOffsetRepeated;
  const bool fits = digits && !IsMoreThan(*digits, "9007199254740991");
  return fits ? QueryFault::kNone : QueryFault::kOffsetValue;
}

PageQuery SlowPageQuery(const std::string& query) {
  PageQuery page;
  std::set<std::string> seen;
  for (const std::string& pair : Split(query, '&')) {
    const size_t equals = pair.find('=');
    const std::optional<std::string> name = Decode(pair.substr(0, equals));
    if (name != "limit" && name != "offset") continue;
    const std::optional<std::string> digits =
        equals == std::string::npos ? std::nullopt : Digits(Decode(pair.substr(equals + 1)));
    page.fault = SlowFault(*name, digits, !seen.insert(*name).second);
    if (page.fault != QueryFault::kNone) break;
    if (name == "limit") {
      page.limit = IsMoreThan(*digits, "500") ? 500 : std::stoll(*digits);
    } else {
      page.offset = std::stoll(*digits);
    }
  }
  return page;
}

// A few parameters, most of them well formed, and now and then mere noise.
std::string RandomQuery(Random* random) {
  static const std::vector<std::string> kNames = {
      "limit=", "limit=", "offset=", "offset=", "%6cimit=", "o%66fset=%",
      "limit",  "offset", "x=",      "li%mit=", "%zz",      ""};
  static const std::vector<std::string> kValues = {"1",
                                                   "7",
                                                   "0",
                                                   "00",
                                                   "%35",
                                                   "500",
                                                   "501",
                                                   "9007199254740991",
                                                   "9007199254740992",
                                                   "99",
                                                   "%3",
                                                   "%",
                                                   "+",
                                                   "-",
                                                   ".",
                                                   "e",
                                                   "18446744073709551617",
                                                   "\xd9\xa3",
                                                   "#",
                                                   "%2B",
                                                   "%00",
                                                   "=",
                                                   "&",
                                                   ";",
                                                   "?",
                                                   "x"};
  std::string query;
  for (size_t n = Below(5, random); n > 0; --n) {
    query += kNames[Below(kNames.size(), random)];
    // The first of the values are digits.
    query += kValues[Below(5, random)];
    if (Below(4, random) == 0) query += Mix(kValues, 3, random);
    if (n > 1) query += "&";
  }
  return query;
}

TEST(Differential, QueriesAreReadAsTheObviousReaderReadsThem) {
  Random random(1);
  int pages = 0;
  for (int round = 0; round < 20000; ++round) {
    const std::string query = RandomQuery(&random);
    const PageQuery fast = ParsePageQuery(query);
    const PageQuery slow = SlowPageQuery(query);
    ASSERT_EQ(fast.fault, slow.fault) << query;
    if (fast.fault != QueryFault::kNone) continue;
    ASSERT_EQ(fast.limit, slow.limit) << query;
    ASSERT_EQ(fast.offset, slow.offset) << query;
    pages += fast.limit != 50 || fast.offset != 0;
  }
  EXPECT_GT(pages, 2000);  // the mix is not all faults
}

// --- Targets ---

struct PathAndQuery {
  std::string path;
  std::string query;
};

PathAndQuery SlowTarget(std::string target) {
  static const std::string kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const size_t separator = target.find("://");
  if (separator != std::string::npos && separator > 0) {
    const std::string scheme = target.substr(0, separator);
    const bool is_scheme =
        kLetters.find(scheme[0]) != std::string::npos &&
        scheme.find_first_not_of(kLetters + "0123456789+-.") == std::string::npos;
    const std::string rest = target.substr(separator + 3);
    const size_t authority = std::min(rest.find_first_of("/?#"), rest.size());
    if (is_scheme && (authority > 0 || rest.empty())) target = rest.substr(authority);
  }
  const size_t mark = target.find('?');
  return {target.substr(0, mark), mark == std::string::npos ? "" : target.substr(mark + 1)};
}

TEST(Differential, TargetsAreTakenApartAsTheObviousReaderDoes) {
  const std::vector<std::string> pieces = {
      "http",  "HTTPS", "://", ":",          "/", "//", "host",
      "[::1]", "user@", ":80", "/v1/shapes", "?", "#",  "limit=5",
      "*",     "1",     "+",   "-",          ".", " ",  std::string(1, '\0'),
      "\xff",  "%2f"};
  Random random(2);
  for (int round = 0; round < 20000; ++round) {
    const std::string text = Mix(pieces, 8, &random);
    const Target fast = SplitTarget(text);
    const PathAndQuery slow = SlowTarget(text);
    ASSERT_EQ(fast.path, slow.path) << text;
    ASSERT_EQ(fast.query, slow.query) << text;
  }
}

// --- Header fields ---

std::string SlowTrim(const std::string& text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// The parts of a list, cut at the commas that stand outside of quotes.
std::vector<std::string> SlowParts(const std::string& list) {
  std::vector<std::string> parts(1);
  bool quoted = false;
  for (char c : list) {
    if (c == '"') quoted = !quoted;
    if (c == ',' && !quoted) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

bool SlowIfNoneMatchHas(const std::vector<std::string>& values, const std::string& tag) {
  std::string joined;
  for (size_t i = 0; i < values.size(); ++i) joined += (i > 0 ? "," : "") + SlowTrim(values[i]);
  if (joined == "*") return true;
  for (const std::string& part : SlowParts(joined)) {
    if (SlowTrim(part) == tag || SlowTrim(part) == "W/" + tag) return true;
  }
  return false;
}

TEST(Differential, EntityTagsAreMatchedAsTheObviousMatcherDoes) {
  const std::vector<std::string> tags = {"\"t\"", "\"t,u\"", "\"\""};
  const std::vector<std::string> pieces = {"\"t\"", "\"t\"", "\"t",     "t\"", "\"",    ",",
                                           ",",     " ",     "\t",      "W/",  "W",     "/",
                                           "*",     "t",     "\"t,u\"", "x",   "\"x\"", "w/"};
  Random random(3);
  int matches = 0;
  for (int round = 0; round < 20000; ++round) {
    std::vector<std::string> values(Below(4, &random));
    Fields fields;
    for (std::string& value : values) {
      value = Mix(pieces, 6, &random);
      fields.Add("If-None-Match", value);
    }
    const std::string& tag = tags[Below(tags.size(), &random)];
    const bool fast = IfNoneMatchHas(&fields, tag);
    ASSERT_EQ(fast, SlowIfNoneMatchHas(values, tag))
        << tag << " in " << testing::PrintToString(values);
    matches += fast;
  }
  EXPECT_GT(matches, 200);
}

std::string SlowCredential(const std::vector<Fields::Field>& sent) {
  std::string joined[4];
  const std::string names[4] = {"x-auth-token", "x-access-token", "authorization", "x-api-key"};
  for (int i = 0; i < 4; ++i) {
    bool first = true;
    for (const Fields::Field& field : sent) {
      if (field.first != names[i]) continue;
      joined[i] += (first ? "" : ",") + SlowTrim(field.second);
      first = false;
    }
  }
  std::string scheme = joined[2].substr(0, joined[2].find_first_of(" \t"));
  const std::string token = SlowTrim(joined[2].substr(scheme.size()));
  for (char& c : scheme) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  joined[2] = scheme == "bearer" ? token : "";
  for (const std::string& credential : joined) {
    if (!credential.empty()) return credential;
  }
  return "";
}

TEST(Differential, CredentialsAreFoundAsTheObviousFinderDoes) {
  const std::vector<std::string> names = {"x-auth-token", "x-access-token", "authorization",
                                          "x-api-key", "cookie"};
  const std::vector<std::string> pieces = {"Bearer", "bEARER ", "Basic ", " ",
                                           "\t",     "key",     ",",      "="};
  Random random(4);
  for (int round = 0; round < 10000; ++round) {
    std::vector<Fields::Field> sent(Below(5, &random));
    Fields fields;
    for (Fields::Field& field : sent) {
      field = {names[Below(names.size(), &random)], Mix(pieces, 4, &random)};
      fields.Add(field.first, field.second);
    }
    HeaderText credential;
    FindCredential(&fields, &credential);
    ASSERT_EQ(credential.view(), SlowCredential(sent)) << testing::PrintToString(sent);
  }
}

}  // namespace
}  // namespace muster::http
