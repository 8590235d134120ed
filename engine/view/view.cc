#include "view/view.h"

#include <charconv>

#include "view/rendering.h"

namespace muster::view {
namespace {

void AppendHex(uint64_t value, std::string* out) {
  char digits[16];
  const auto end = std::to_chars(digits, digits + sizeof(digits), value, 16).ptr;
  out->append(digits, end);
}

// The list's letter comes first: two lists may have the same version, and no tag
// is ever given to other bytes.
std::string EntityTag(char list, const TagBase& base, uint64_t version) {
  std::string tag = {'"', list};
  AppendHex(base.store_id, &tag);
  tag.push_back('-');
  AppendHex(base.incarnation, &tag);
  tag.push_back('-');
  AppendHex(kRenderingNumber, &tag);
  tag.push_back('-');
  AppendHex(version, &tag);
  tag.push_back('"');
  return tag;
}

}  // namespace

void View::SetVersions(const TagBase& base, uint64_t store_version,
                       const std::array<uint64_t, kPublicListCount>& versions) {
  version = store_version;
  tag_base = base;
  list_versions = versions;
  constexpr std::string_view kLetters = "srh";  // shapes, rootfs, hosts
  for (int i = 0; i < kPublicListCount; ++i) {
    etags[i] = EntityTag(kLetters[i], base, versions[i]);
  }
}

}  // namespace muster::view
