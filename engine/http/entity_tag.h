// If-None-Match: whether a client already has what it asks for.
#ifndef MUSTER_HTTP_ENTITY_TAG_H_
#define MUSTER_HTTP_ENTITY_TAG_H_

#include <cstddef>
#include <string_view>

#include "muster/http.h"

namespace muster::http {

// Looks for one entity tag in the values of If-None-Match, given in the order
// received, as if they stood in one field joined by commas. Nothing is copied.
//
// A part of the list that is no entity tag matches nothing and is passed over
// up to the next comma outside of quotes. Whatever is doubtful is not a match:
// a client that gets an answer it has loses time, one that keeps a wrong answer
// loses more. Used by one thread at a time.
class EntityTagMatcher {
 public:
  // `tag` is a strong tag with its quotes; borrowed.
  explicit EntityTagMatcher(std::string_view tag) : tag_(tag) {}

  void AddValue(std::string_view value);

  // Whether the values so far have the tag, weak or strong, or are "*" alone.
  bool Matches() const { return star_ || matched_ || PartMatches(); }

 private:
  enum class State {
    kBetween,     // in front of a part
    kWeak,        // after "W"
    kWeakSlash,   // after "W/"
    kInTag,       // between the quotes
    kAfterTag,    // after the closing quote
    kJunk,        // in a part that is no entity tag
    kJunkQuoted,  // there, between quotes
  };

  void Consume(char c);
  State Next(char c);
  bool PartMatches() const { return state_ == State::kAfterTag && compared_ == tag_.size(); }

  std::string_view tag_;
  State state_ = State::kBetween;
  size_t compared_ = 0;  // bytes of the tag met in this part; npos: another tag
  bool matched_ = false;
  bool any_ = false;   // a value came before
  bool star_ = false;  // the only value is "*"
};

// Whether the If-None-Match of a request asks for a 304. False where it has
// none, or `tag` is empty. `headers` may be null. Any thread.
bool IfNoneMatchHas(const HeaderFields* headers, std::string_view tag);

}  // namespace muster::http

#endif  // MUSTER_HTTP_ENTITY_TAG_H_
