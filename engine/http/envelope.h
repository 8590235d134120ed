// The JSON around rows, and the few answers that are made of data each time.
//
// Compact, keys in the order that docs/http-api.md gives. Any thread.
#ifndef MUSTER_HTTP_ENVELOPE_H_
#define MUSTER_HTTP_ENVELOPE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "muster/model.h"
#include "muster/snapshot.h"

namespace muster::http {

// What stands around the rendered rootfs object.
inline constexpr std::string_view kDataOpening = R"({"status":"success","data":)";
inline constexpr std::string_view kDataClosing = "}";

// What stands in front of the rows of a page. What follows them is written by
// WritePageClosing().
inline constexpr std::string_view kPageOpening = R"({"status":"success","data":{"data":[)";

// Writes the end of a page's body, from the bracket that closes the rows, to
// `out`, which has room for kMaxPageClosing bytes, and returns its length. Any
// four integers have room.
inline constexpr size_t kMaxPageClosing = 160;
size_t WritePageClosing(const PageCounts& counts, char* out);

// Who asks, in two parts as well: what is the same in each answer, and what is
// written to `out`, which has room for kMaxUserClosing bytes more than the id has.
// The id must be text that JSON has as it is.
inline constexpr std::string_view kUserOpening = R"({"status":"success","data":{"user_id":")";
inline constexpr size_t kMaxUserClosing = 160;
bool IsPlainJson(std::string_view text);
size_t WriteUser(std::string_view user_id, const UserStats& stats, char* out);

// Whole bodies. Nothing where a text is not UTF-8, since no JSON can hold it.
std::optional<std::string> WhoamiBody(std::string_view user_id, const UserStats& stats);
std::optional<std::string> NotReadyBody(std::string_view reason);

}  // namespace muster::http

#endif  // MUSTER_HTTP_ENVELOPE_H_
