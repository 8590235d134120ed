// ViewEdit: the next view, made from the one before it and what changed.
//
// Used by one thread. Borrows the bytes that it is given until Finish() has returned.
#ifndef MUSTER_VIEW_VIEW_EDIT_H_
#define MUSTER_VIEW_VIEW_EDIT_H_

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "muster/model.h"
#include "view/view.h"

namespace muster::view {

class ViewEdit {
 public:
  // `base` must outlive the edit.
  explicit ViewEdit(const View& base) : base_(base) {}

  // An entry's record as it is now (model/record.h), or that it is gone. The
  // last word on an id counts. Lists that are not public are ignored.
  // DataLoss where the record cannot be decoded.
  absl::Status Put(List list, std::string_view id, std::string_view record);
  void Delete(List list, std::string_view id);

  // The new view; its versions are still those of `base`. Called once.
  absl::StatusOr<std::unique_ptr<View>> Finish();

  // After Finish(): whether what clients see of the list has other bytes.
  bool changed(List list) const { return changed_[static_cast<size_t>(list)]; }

 private:
  void FinishShapes(View* view);
  void FinishRootfs(View* view);
  // In order of id, each once.
  void SortHosts();
  absl::Status FinishHosts(View* view);

  const View& base_;
  // By id. Nothing: gone.
  std::map<std::string, std::optional<Shape>, std::less<>> shapes_;
  std::map<std::string, std::optional<Rootfs>, std::less<>> rootfs_;
  struct HostChange {
    std::string_view id;
    std::optional<std::string_view> record;
  };
  std::vector<HostChange> hosts_;  // as they came, until SortHosts()
  std::array<bool, kListCount> changed_{};
};

}  // namespace muster::view

#endif  // MUSTER_VIEW_VIEW_EDIT_H_
