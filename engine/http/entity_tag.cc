#include "http/entity_tag.h"

#include "http/header_text.h"

namespace muster::http {

void EntityTagMatcher::AddValue(std::string_view value) {
  if (!any_ && value == tag_) {  // what nearly every client sends; as below, at once
    any_ = matched_ = true;
    state_ = State::kAfterTag;
    compared_ = tag_.size();
    return;
  }
  value = Trim(value);
  star_ = !any_ && value == "*";
  if (any_) Consume(',');
  any_ = true;
  for (char c : value) Consume(c);
}

void EntityTagMatcher::Consume(char c) {
  if (c == ',' && PartMatches()) matched_ = true;
  if (state_ == State::kInTag) {
    const bool same = compared_ < tag_.size() && tag_[compared_] == c;
    compared_ = same ? compared_ + 1 : std::string_view::npos;
  }
  const State before = state_;
  state_ = Next(c);
  // The opening quote is the tag's first byte.
  if (state_ == State::kInTag && before != State::kInTag) compared_ = 1;
}

EntityTagMatcher::State EntityTagMatcher::Next(char c) {
  switch (state_) {
    case State::kInTag:
      return c == '"' ? State::kAfterTag : State::kInTag;
    case State::kJunkQuoted:
      return c == '"' ? State::kJunk : State::kJunkQuoted;
    case State::kBetween:
      if (c == ',' || IsWhiteSpace(c)) return State::kBetween;
      if (c == '"') return State::kInTag;
      return c == 'W' ? State::kWeak : State::kJunk;
    case State::kWeak:
      if (c == '/') return State::kWeakSlash;
      break;
    case State::kWeakSlash:
      if (c == '"') return State::kInTag;
      break;
    case State::kAfterTag:
      if (IsWhiteSpace(c)) return State::kAfterTag;
      break;
    case State::kJunk:
      break;
  }
  if (c == ',') return State::kBetween;
  return c == '"' ? State::kJunkQuoted : State::kJunk;
}

bool IfNoneMatchHas(const HeaderFields* headers, std::string_view tag) {
  if (headers == nullptr || tag.empty()) return false;
  EntityTagMatcher matcher(tag);
  headers->ForEach("if-none-match",
                   [&matcher](std::string_view value) { matcher.AddValue(value); });
  return matcher.Matches();
}

}  // namespace muster::http
