#include "view/rendered_list.h"

namespace muster::view {

std::shared_ptr<const RenderedList> RenderedList::With(const std::vector<RowChange>& changes,
                                                       bool* visible_changed) const {
  auto list = std::make_shared<RenderedList>();
  list->shown_ = shown_.With(changes, CountedTree::Kind::kShown, visible_changed);
  list->hidden_ = hidden_.With(changes, CountedTree::Kind::kHidden, visible_changed);
  return list;
}

std::optional<Row> RenderedList::Find(std::string_view order_key) const {
  std::optional<Row> row = shown_.Find(order_key);
  return row ? row : hidden_.Find(order_key);
}

std::shared_ptr<const RenderedList> RenderedList::Builder::Finish() {
  auto list = std::make_shared<RenderedList>();
  list->shown_ = shown_.Finish();
  list->hidden_ = hidden_.Finish();
  return list;
}

}  // namespace muster::view
