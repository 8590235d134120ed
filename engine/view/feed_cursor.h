// FeedCursor: a place in the feed, as the text that consumers keep.
//
// "c", the store's id, its incarnation and a version, in hexadecimal, with dashes. It
// stands behind all changes of that version. Plain data and free functions.
#ifndef MUSTER_VIEW_FEED_CURSOR_H_
#define MUSTER_VIEW_FEED_CURSOR_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "view/view.h"

namespace muster::view {

struct FeedCursor {
  TagBase base;
  uint64_t version = 0;
};

std::string ToText(const FeedCursor& cursor);

// Nothing where it is not a cursor, or not as ToText() writes it.
std::optional<FeedCursor> FeedCursorFromText(std::string_view text);

}  // namespace muster::view

#endif  // MUSTER_VIEW_FEED_CURSOR_H_
