// ListHistory: a RenderedList and a model that could not be simpler, a sorted map,
// taken through the same history of changes and compared on the way.
//
// What is done is chosen by numbers, which are random or made of a fuzzer's bytes.
#ifndef MUSTER_TESTS_ENGINE_VIEW_LIST_HISTORY_H_
#define MUSTER_TESTS_ENGINE_VIEW_LIST_HISTORY_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "view/rendered_list.h"

namespace muster::view {

class ListHistory {
 public:
  // Gives a number below `bound`.
  using Choose = std::function<uint32_t(uint32_t bound)>;

  // Begins with a list built of `rows` rows out of `key_space` keys.
  ListHistory(uint32_t rows, uint32_t key_space, Choose choose);

  // One batch of changes, or one look at the past; then a comparison of a page
  // and a row. The first disagreement, or "".
  std::string Step();
  // Compares every row, every invariant, and the versions that were kept.
  std::string CheckAll() const;

  size_t operations() const { return operations_; }  // changes of rows so far
  size_t row_count() const { return model_.size(); }

 private:
  struct Content {
    std::string record;
    std::string json;
  };
  struct Version {
    std::shared_ptr<const RenderedList> list;
    std::string text;  // of all rows that clients see
    size_t row_count;
  };

  std::string KeyOf(uint32_t number) const;
  Content NewContent(bool hidden);
  void ChangeOne(uint32_t number, std::map<std::string, const Content*>* changed);
  std::string ApplyBatch();
  std::string Apply(const std::map<std::string, const Content*>& changed, bool expect_visible);
  std::string CheckPage();
  std::string CheckRow();
  std::string TextOf(size_t offset, size_t limit, size_t* count) const;
  static std::string CheckVersion(const Version& version);

  Choose choose_;
  const uint32_t key_space_;
  uint32_t remove_percent_ = 30;
  size_t operations_ = 0;
  size_t visible_ = 0;  // rows of the model that clients see
  std::map<std::string, Content> model_;
  std::shared_ptr<const RenderedList> list_;
  std::vector<Version> kept_;
};

}  // namespace muster::view

#endif  // MUSTER_TESTS_ENGINE_VIEW_LIST_HISTORY_H_
