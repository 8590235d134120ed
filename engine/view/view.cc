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

// Each list counts versions of its own under one address each, so the list
// need not stand in the tag.
std::string EntityTag(const TagBase& base, uint64_t version) {
  std::string tag = "\"";
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
  for (int i = 0; i < kPublicListCount; ++i) etags[i] = EntityTag(base, versions[i]);
}

}  // namespace muster::view
