#include "engine/view/list_history.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "engine/view/tree_checker.h"

namespace muster::view {
namespace {

constexpr size_t kMaxKept = 6;

bool Same(const std::optional<Row>& row, std::string_view record, std::string_view json) {
  return row && row->record == record && row->json == json;
}

}  // namespace

ListHistory::ListHistory(uint32_t rows, uint32_t key_space, Choose choose)
    : choose_(std::move(choose)), key_space_(key_space) {
  const uint32_t hidden_of_ten = choose_(11);
  for (uint32_t i = 0; i < rows; ++i) {
    const uint32_t number = static_cast<uint32_t>(uint64_t{i} * key_space_ / rows);
    const bool hidden = i % 10 < hidden_of_ten;
    const std::string tail = std::to_string(i);
    Content& content = model_[KeyOf(number)];
    if (!content.json.empty()) --visible_;
    content = {"r" + tail, hidden ? "" : "{\"n\":" + tail + "}"};
    if (!hidden) ++visible_;
  }
  RenderedList::Builder builder;
  for (const auto& [key, content] : model_) builder.Append({key, content.record, content.json});
  list_ = builder.Finish();
}

std::string ListHistory::KeyOf(uint32_t number) const {
  std::string digits = std::to_string(number);
  digits.insert(0, 7 - digits.size(), '0');
  // Keys of several lengths, one a prefix of the next.
  return number % 3 == 2 ? digits.substr(0, 6) + "x" + std::string(number % 23, 'y') : digits;
}

ListHistory::Content ListHistory::NewContent(bool hidden) {
  const uint32_t number = choose_(1000);
  Content content;
  content.record = "r" + std::to_string(number);
  if (!hidden) content.json = "{" + std::string(1 + number % 37, 'j') + "}";
  return content;
}

std::string ListHistory::Step() {
  const uint32_t what = choose_(100);
  std::string fault;
  if (what < 3) {
    remove_percent_ = choose_(101);
  } else if (what < 5 && kept_.size() < kMaxKept) {
    size_t count = 0;
    kept_.push_back({list_, TextOf(0, model_.size(), &count), model_.size()});
  } else if (what < 7 && !kept_.empty()) {
    const size_t which = choose_(static_cast<uint32_t>(kept_.size()));
    fault = CheckVersion(kept_[which]);
    kept_.erase(kept_.begin() + static_cast<std::ptrdiff_t>(which));
  } else {
    fault = ApplyBatch();
  }
  if (fault.empty()) fault = CheckPage();
  return fault.empty() ? CheckRow() : fault;
}

// Changes the model, and notes what is to be changed in the list: a content, or
// null for a row that goes.
void ListHistory::ChangeOne(uint32_t number, std::map<std::string, const Content*>* changed) {
  ++operations_;
  const std::string key = KeyOf(number);
  const auto old = model_.find(key);
  if (choose_(100) < remove_percent_) {
    if (old != model_.end()) {
      visible_ -= old->second.json.empty() ? 0 : 1;
      model_.erase(old);
    }
    (*changed)[key] = nullptr;
    return;
  }
  const bool same_again = old != model_.end() && choose_(10) == 0;
  Content content = same_again ? old->second : NewContent(choose_(4) == 0);
  visible_ += content.json.empty() ? 0 : 1;
  if (old != model_.end()) visible_ -= old->second.json.empty() ? 0 : 1;
  Content& kept = model_[key];
  kept = std::move(content);
  (*changed)[key] = &kept;
}

std::string ListHistory::ApplyBatch() {
  constexpr uint32_t kSizes[] = {1, 1, 1, 1, 2, 3, 5, 20, 100, 400};
  uint32_t size = 1 + choose_(kSizes[choose_(10)]);
  bool neighbours = choose_(2) == 0;
  const uint32_t usual_percent = remove_percent_;
  if (choose_(100) == 0) {
    // A run that empties whole inner nodes.
    size = 1 + choose_(key_space_);
    neighbours = true;
    remove_percent_ = 100 - choose_(3);
  }
  const uint32_t first = choose_(key_space_);
  std::map<std::string, const Content*> changed;
  // A row that two changes of a batch concern: what it was before the first counts.
  std::map<std::string, std::string> old_json;
  for (uint32_t i = 0; i < size; ++i) {
    const uint32_t number = neighbours ? (first + i) % key_space_ : choose_(key_space_);
    const auto old = model_.find(KeyOf(number));
    old_json.emplace(KeyOf(number), old == model_.end() ? "" : old->second.json);
    ChangeOne(number, &changed);
  }
  remove_percent_ = usual_percent;
  const bool expect_visible =
      std::any_of(changed.begin(), changed.end(), [&](const auto& change) {
        return old_json[change.first] != (change.second ? change.second->json : "");
      });
  return Apply(changed, expect_visible);
}

std::string ListHistory::Apply(const std::map<std::string, const Content*>& changed,
                               bool expect_visible) {
  std::vector<RowChange> changes;
  for (const auto& [key, content] : changed) {
    if (content == nullptr) {
      changes.push_back({key});
    } else {
      changes.push_back({key, true, content->record, content->json});
    }
  }
  bool visible_changed = false;
  list_ = list_->With(changes, &visible_changed);
  if (visible_changed != expect_visible) return "whether clients see a change";
  if (list_->row_count() != model_.size()) return "the number of rows";
  return list_->visible_count() == visible_ ? "" : "the number of rows that clients see";
}

std::string ListHistory::TextOf(size_t offset, size_t limit, size_t* count) const {
  std::string text;
  *count = 0;
  for (const auto& [key, content] : model_) {
    if (content.json.empty() || (offset > 0 && offset-- > 0)) continue;
    if (*count == limit) break;
    if ((*count)++ > 0) text += ',';
    text += content.json;
  }
  return text;
}

std::string ListHistory::CheckPage() {
  constexpr uint32_t kLimits[] = {1, 2, 50, 50, 500};
  const size_t offset = choose_(static_cast<uint32_t>(visible_) + 3);
  const size_t limit = kLimits[choose_(5)];
  size_t count = 0;
  const std::string text = TextOf(offset, limit, &count);
  Spans spans;
  if (list_->Slice(offset, limit, &spans) != count) return "the rows of a page";
  if (spans.size() > 17) return "the spans of a page";
  return spans.ToString() == text ? "" : "the bytes of a page";
}

std::string ListHistory::CheckRow() {
  const std::string key = KeyOf(choose_(key_space_));
  const std::optional<Row> row = list_->Find(key);
  const auto expected = model_.find(key);
  if (expected == model_.end()) return row ? "a row that should be gone: " + key : "";
  const Content& content = expected->second;
  return Same(row, content.record, content.json) ? "" : "a row by its key: " + key;
}

std::string ListHistory::CheckVersion(const Version& version) {
  Spans spans;
  version.list->Slice(0, version.row_count, &spans);
  if (spans.ToString() != version.text) return "the bytes of an old version";
  return version.list->row_count() == version.row_count ? "" : "the rows of an old version";
}

std::string ListHistory::CheckAll() const {
  std::string fault = CheckInvariants(*list_);
  auto expected = model_.begin();
  list_->ForEach([&](const Row& row) {
    if (!fault.empty()) return;
    if (expected == model_.end() || expected->first != row.order_key ||
        !Same(row, expected->second.record, expected->second.json)) {
      fault = "a row in order: " + std::string(row.order_key);
    } else {
      ++expected;
    }
  });
  if (fault.empty() && expected != model_.end()) fault = "rows are missing";
  for (const Version& version : kept_) {
    if (fault.empty()) fault = CheckVersion(version);
    if (fault.empty()) fault = CheckInvariants(*version.list);
  }
  return fault;
}

}  // namespace muster::view
