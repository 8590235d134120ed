#include "document/entry_reader.h"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

#include "document/place.h"
#include "model/rules.h"
#include "model/text.h"

namespace muster::document {
namespace {

using model::Concat;
using model::Fault;

constexpr char kSameIdSentence[] = "must not be that of an earlier entry";
constexpr char kSecondDefaultSentence[] = "must not be true on more than one entry";
constexpr char kTwoUsersSentence[] = "must not be given to more than one user";

}  // namespace

void EntryReader::StartList(const ListForm& form) {
  form_ = &form;
  index_ = 0;
  seen_in_list_.Clear();
  default_seen_ = false;
}

void EntryReader::StartEntry() {
  entry_ = Entry{};
  keys_ = Keys<Field>(form_->fields);
  inner_ = Inner::kNone;
}

absl::Status EntryReader::EndEntry(WriteBatch* batch) {
  const std::string place = Place();
  if (const Field* missing = keys_.Missing()) {
    return Fault(place, Concat("\"", missing->name, "\" is required"));
  }
  // The batch checks too, but its places count from the first entry that was
  // ever put into it.
  if (absl::Status fault = form_->validate(entry_, place); !fault.ok()) return fault;
  form_->put(entry_, batch);
  ++index_;
  return batch->status();
}

absl::Status EntryReader::Key(std::string_view name) {
  const bool in_stats = inner_ == Inner::kStats;
  const std::string broken = (in_stats ? stats_keys_ : keys_).Take(name);
  if (broken.empty()) return absl::OkStatus();
  return Fault(Member(in_stats ? FieldPlace() : Place(), name), broken);
}

absl::Status EntryReader::Text(std::string_view value) {
  if (inner_ == Inner::kTexts) return AddText(value);
  const Field& to = field();
  if (to.set_text == nullptr || !to.set_text(entry_, value)) return Mismatch();
  if (to.unique == Unique::kInList && !seen_in_list_.Add(value)) {
    return FaultHere(kSameIdSentence);
  }
  return absl::OkStatus();
}

absl::Status EntryReader::AddText(std::string_view value) {
  const Field& to = field();
  if (texts_->size() == to.array->most) return Fault(FieldPlace(), to.sentence);
  if (!to.array->holds(value)) return Mismatch();
  if (to.unique == Unique::kInDocument && !seen_in_document_.Add(value)) {
    const bool own = std::find(texts_->begin(), texts_->end(), value) != texts_->end();
    return FaultHere(own ? model::kRepeatSentence : kTwoUsersSentence);
  }
  texts_->emplace_back(value);
  return absl::OkStatus();
}

absl::Status EntryReader::Number(std::string_view digits) {
  if (inner_ == Inner::kTexts) return Mismatch();
  const Field& to = field();
  int64_t value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [rest, error] = std::from_chars(digits.data(), end, value);
  const bool whole = error == std::errc() && rest == end;  // no fraction, no exponent
  if (to.integer == nullptr || !whole || !to.range.Holds(value)) return Mismatch();
  *to.integer(entry_) = value;
  return absl::OkStatus();
}

absl::Status EntryReader::Boolean(bool value) {
  const Field& to = field();
  if (inner_ == Inner::kTexts || to.boolean == nullptr) return Mismatch();
  *to.boolean(entry_) = value;
  if (to.unique == Unique::kInList && value && std::exchange(default_seen_, true)) {
    return FaultHere(kSecondDefaultSentence);
  }
  return absl::OkStatus();
}

absl::Status EntryReader::StartArray() {
  if (inside_a_value() || keys_.last().array == nullptr) return Mismatch();
  texts_ = keys_.last().array->texts(entry_);
  inner_ = Inner::kTexts;
  return absl::OkStatus();
}

absl::Status EntryReader::StartObject() {
  if (inside_a_value() || keys_.last().stats == nullptr) return Mismatch();
  stats_ = keys_.last().stats(entry_);
  stats_keys_ = Keys<Field>(kStatsFields);
  inner_ = Inner::kStats;
  return absl::OkStatus();
}

absl::Status EntryReader::EndObject() {
  inner_ = Inner::kNone;
  return model::Validate(*stats_, FieldPlace());
}

absl::Status EntryReader::Mismatch() const {
  if (inner_ == Inner::kTexts) return FaultHere(field().array->element_sentence);
  return FaultHere(field().Sentence());
}

std::string EntryReader::Place() const { return Element(Member("", form_->name), index_); }

std::string EntryReader::FieldPlace() const { return Member(Place(), keys_.last().name); }

std::string EntryReader::ValuePlace() const {
  switch (inner_) {
    case Inner::kNone:
      return FieldPlace();
    case Inner::kTexts:
      return Element(FieldPlace(), texts_->size());
    case Inner::kStats:
      return Member(FieldPlace(), stats_keys_.last().name);
  }
  return "";
}

absl::Status EntryReader::FaultHere(std::string_view sentence) const {
  return Fault(ValuePlace(), sentence);
}

}  // namespace muster::document
