// The feed of changes, and waiting for it.
#include "muster/feed.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "catalog/catalog_impl.h"
#include "commit/load_view.h"
#include "model/text.h"
#include "store/change_log.h"
#include "view/feed_cursor.h"

namespace muster {
namespace {

using view::FeedCursor;

absl::Status OutOfRange(std::string_view why) {
  return absl::OutOfRangeError(
      model::Concat("after: ", why, ": read a snapshot, and go on from its cursor"));
}

// Where `after` stands in a feed that has come to `version`; nothing for "", the
// beginning.
absl::StatusOr<std::optional<FeedCursor>> ParseAfter(std::string_view after) {
  if (after.empty()) return std::optional<FeedCursor>();
  const std::optional<FeedCursor> cursor = view::FeedCursorFromText(after);
  if (!cursor) return absl::InvalidArgumentError("after: is not a cursor of a catalog's feed");
  return cursor;
}

absl::Status CheckPlace(const std::optional<FeedCursor>& after, const view::TagBase& base,
                        uint64_t version) {
  if (!after) return absl::OkStatus();
  if (after->base.store_id != base.store_id)
    return OutOfRange("the cursor is of another store");
  if (after->base.incarnation != base.incarnation) {
    return OutOfRange(
        "the cursor is of another incarnation of the store, whose versions mean "
        "something else");
  }
  if (after->version > version) return OutOfRange("the cursor is ahead of the store");
  return absl::OkStatus();
}

// Takes up whole versions until there are enough changes.
class PageMaker {
 public:
  PageMaker(const view::TagBase& base, uint64_t after, size_t max)
      : base_(base), max_(max), last_version_(after) {}

  // False where the page is full.
  bool Add(const store::LogEntry& entry) {
    if (entry.version != version_) {
      EndVersion();
      if (whole_ >= max_) return false;
      version_ = entry.version;
    }
    // What stands there for a key is made of the key.
    if (entry.list == List::kApiKeys) return true;
    CatalogChange& change = page_.changes.emplace_back();
    change.list = entry.list;
    change.id = std::string(entry.key);
    change.kind = entry.deleted ? CatalogChange::Kind::kDelete : CatalogChange::Kind::kPut;
    change.version = entry.version;
    if (whole_ == 0 || page_.changes.size() <= max_) return true;
    page_.changes.resize(whole_);
    return false;
  }

  // `newest`: the store's version, where the log was read to its end.
  ChangesPage Finish(std::optional<uint64_t> newest) {
    page_.at_end = newest.has_value();
    if (newest) last_version_ = *newest;
    page_.next = view::ToText({base_, last_version_});
    return std::move(page_);
  }

 private:
  // All that there is, is of whole versions.
  void EndVersion() {
    whole_ = page_.changes.size();
    if (version_ != 0) last_version_ = version_;
  }

  const view::TagBase base_;
  const size_t max_;
  ChangesPage page_;
  size_t whole_ = 0;           // changes of versions that are whole
  uint64_t version_ = 0;       // that is being taken up
  uint64_t last_version_ = 0;  // that is whole
};

}  // namespace

std::string ChangesPage::CursorAfter(size_t index) const {
  const uint64_t version = changes[index].version;
  if (index + 1 == changes.size()) return next;
  std::optional<FeedCursor> cursor = view::FeedCursorFromText(next);
  if (!cursor) return start;
  if (changes[index + 1].version != version) {
    cursor->version = version;
    return view::ToText(*cursor);
  }
  while (index > 0 && changes[index - 1].version == version) --index;
  if (index == 0) return start;
  cursor->version = changes[index - 1].version;
  return view::ToText(*cursor);
}

absl::StatusOr<ChangesPage> Catalog::Changes(std::string_view after, size_t max) {
  if (absl::Status status = impl_->CheckOpenHere(); !status.ok()) return status;
  if (max == 0) return absl::InvalidArgumentError("max: must be at least 1");
  absl::StatusOr<std::optional<FeedCursor>> parsed = ParseAfter(after);
  if (!parsed.ok()) return parsed.status();
  const std::optional<FeedCursor> cursor = *parsed;
  const uint64_t after_version = cursor ? cursor->version : 0;

  std::optional<PageMaker> page;
  uint64_t newest = 0;
  bool full = false;
  absl::Status status = impl_->committer->ReadChanges(
      after_version,
      [&](const store::Meta& meta) {
        const view::TagBase base = commit::TagBaseOf(meta);
        newest = meta.version;
        page.emplace(base, after_version, max);
        absl::Status place = CheckPlace(cursor, base, newest);
        if (!place.ok() || after_version >= meta.log.floor) return place;
        return OutOfRange("the log of changes no longer reaches back so far");
      },
      [&](const store::LogEntry& entry) {
        full = !page->Add(entry);
        return full ? absl::CancelledError() : absl::OkStatus();
      });
  if (!status.ok() && !full) return status;
  ChangesPage made = page->Finish(full ? std::nullopt : std::optional<uint64_t>(newest));
  made.start = after.empty() ? view::ToText({view::FeedCursorFromText(made.next)->base, 0})
                             : std::string(after);
  // Whoever looks a change up finds it.
  const std::optional<FeedCursor> next = view::FeedCursorFromText(made.next);
  status = impl_->ShowVersion(next->version);
  if (!status.ok()) return status;
  return made;
}

// How long a writer's commit may go unnoticed that was killed before it rang.
constexpr std::chrono::seconds kLook{1};

absl::Status Catalog::Impl::ShowVersion(uint64_t version) {
  committer->TryCatchUp();
  if (NewestVersion() >= version) return absl::OkStatus();
  return committer->CatchUpWithReadable();
}

uint64_t Catalog::Impl::NewestVersion() const {
  const view::Publisher::Held held = committer->publisher().Take();
  const uint64_t version = held.view->version;
  view::ReleaseSlot(held.slot);
  return version;
}

absl::Status Catalog::Impl::WaitUntil(
    Deadline deadline, const std::function<absl::StatusOr<bool>(const view::View&)>& reached) {
  constexpr absl::string_view kLate = "nothing came by the deadline";
  for (;;) {
    if (absl::Status status = CheckOpenHere(); !status.ok()) return status;
    const uint32_t seen = store->CommitBell();
    for (const bool in_earnest : {false, true}) {
      committer->TryCatchUp();
      // The newest commit may be taken in by nobody else.
      if (in_earnest) {
        if (absl::Status status = committer->CatchUpWithReadable(); !status.ok()) return status;
      }
      const view::Publisher::Held held = committer->publisher().Take();
      const absl::StatusOr<bool> there = reached(*held.view);
      view::ReleaseSlot(held.slot);
      if (!there.ok() && in_earnest) return there.status();
      if (there.ok() && *there) return absl::OkStatus();
    }
    const Deadline now = std::chrono::steady_clock::now();
    if (now >= deadline) return absl::DeadlineExceededError(kLate);
    store->WaitForCommitBell(seen, std::min(deadline, now + kLook));
  }
}

absl::Status Catalog::WaitForVersion(uint64_t version, Deadline deadline) {
  return impl_->WaitUntil(deadline, [version](const view::View& view) -> absl::StatusOr<bool> {
    return view.version >= version;
  });
}

absl::Status Catalog::WaitForChange(std::string_view after, Deadline deadline) {
  absl::StatusOr<std::optional<FeedCursor>> cursor = ParseAfter(after);
  if (!cursor.ok()) return cursor.status();
  const uint64_t after_version = *cursor ? (*cursor)->version : 0;
  return impl_->WaitUntil(deadline, [&](const view::View& view) -> absl::StatusOr<bool> {
    absl::Status place = CheckPlace(*cursor, view.tag_base, view.version);
    if (!place.ok()) return place;
    return view.version > after_version;
  });
}

}  // namespace muster
