#include "document/handler.h"

#include <string>
#include <utility>

#include "document/place.h"
#include "document/syntax.h"
#include "model/rules.h"

namespace muster::document {
namespace {

using model::Fault;
using rapidjson::SizeType;

constexpr int64_t kEntriesPerProgress = 1000;

}  // namespace

bool Handler::StartObject() {
  switch (state_) {
    case State::kText:
      state_ = State::kRoot;
      return Go(absl::OkStatus());
    case State::kList:
      state_ = State::kEntry;
      entry_reader_.StartEntry();
      return Go(absl::OkStatus());
    case State::kEntry:
      return Go(entry_reader_.StartObject());
    case State::kRoot:
      break;
  }
  return Mismatch();
}

bool Handler::EndObject(SizeType) {
  if (state_ == State::kRoot) {
    state_ = State::kText;
    return Go(absl::OkStatus());
  }
  return Go(entry_reader_.inside_a_value() ? entry_reader_.EndObject() : EndEntry());
}

bool Handler::StartArray() {
  switch (state_) {
    case State::kRoot:
      state_ = State::kList;
      entry_reader_.StartList(keys_.last());
      if (options_->replace) batch_->Replace(keys_.last().list, options_->sandboxes);
      return Go(batch_->status());
    case State::kEntry:
      return Go(entry_reader_.StartArray());
    case State::kText:
    case State::kList:
      break;
  }
  return Mismatch();
}

bool Handler::EndArray(SizeType) {
  if (state_ == State::kEntry) {
    entry_reader_.EndArray();
  } else {
    state_ = State::kRoot;
  }
  return Go(absl::OkStatus());
}

bool Handler::Key(const char* bytes, SizeType size, bool) {
  const std::string_view name(bytes, size);
  if (!CheckEncoding(name)) return false;
  return Go(state_ == State::kEntry ? entry_reader_.Key(name) : RootKey(name));
}

bool Handler::String(const char* bytes, SizeType size, bool) {
  const std::string_view value(bytes, size);
  if (!CheckEncoding(value)) return false;
  return state_ == State::kEntry ? Go(entry_reader_.Text(value)) : Mismatch();
}

bool Handler::RawNumber(const char* bytes, SizeType size, bool) {
  return state_ == State::kEntry ? Go(entry_reader_.Number({bytes, size})) : Mismatch();
}

bool Handler::Bool(bool value) {
  return state_ == State::kEntry ? Go(entry_reader_.Boolean(value)) : Mismatch();
}

bool Handler::Mismatch() {
  switch (state_) {
    case State::kText:
      return Go(Fault("the document", "must be an object"));
    case State::kRoot:
      return Go(Fault(Member("", keys_.last().name), "must be an array"));
    case State::kList:
      return Go(Fault(entry_reader_.Place(), "must be an object"));
    case State::kEntry:
      return Go(entry_reader_.Mismatch());
  }
  return false;
}

absl::Status Handler::RootKey(std::string_view name) {
  const std::string broken = keys_.Take(name);
  return broken.empty() ? absl::OkStatus() : Fault(Member("", name), broken);
}

absl::Status Handler::EndEntry() {
  absl::Status status = entry_reader_.EndEntry(batch_);
  if (!status.ok()) return status;
  state_ = State::kList;
  if (++entry_count_ % kEntriesPerProgress == 0 && options_->progress) {
    options_->progress(entry_count_);
  }
  return status;
}

bool Handler::CheckEncoding(std::string_view text) {
  for (size_t at = 0; (at = text.find('\xed', at)) != text.npos; ++at) {
    if (at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) >= 0xa0) {
      return Go(HalfPairFault(*in_));
    }
  }
  return true;
}

bool Handler::Go(absl::Status status) {
  in_->EndToken();
  status_ = std::move(status);
  return status_.ok();
}

}  // namespace muster::document
