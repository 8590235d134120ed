#include "data/reference.h"

#include <algorithm>

namespace muster_bench {

std::string RowText(const muster::Host& host) {
  std::string text = "{\"id\":\"" + host.id + "\",\"status\":\"";
  text += host.status == muster::HostStatus::kActive     ? "active"
          : host.status == muster::HostStatus::kDraining ? "draining"
                                                         : "dead";
  text += "\",\"free_mib\":" + std::to_string(host.free_mib);
  text += ",\"vm_count\":" + std::to_string(host.vm_count);
  for (size_t i = 0; i < host.rootfses.size(); ++i) {
    text += i == 0 ? ",\"rootfses\":[\"" : ",\"";
    text += host.rootfses[i] + "\"";
  }
  text += host.rootfses.empty() ? "}" : "]}";
  return text;
}

void AppendTail(size_t total, int limit, int64_t offset, size_t count, std::string* text) {
  *text += "],\"pagination\":{\"total\":";
  *text += std::to_string(total);
  *text += ",\"limit\":";
  *text += std::to_string(limit);
  *text += ",\"offset\":";
  *text += std::to_string(offset);
  *text += ",\"count\":";
  *text += std::to_string(count);
  *text += "}}}";
}

Reference::Reference(const std::vector<muster::Host>& hosts) {
  begins_.reserve(hosts.size() + 1);
  for (const muster::Host& host : hosts) {
    begins_.push_back(text_.size());
    text_ += RowText(host) + ",";
  }
  begins_.push_back(text_.size());
}

std::string Reference::Page(int limit, int64_t offset) const {
  const size_t begin = std::min<size_t>(offset, size());
  const size_t end = std::min<size_t>(begin + limit, size());
  std::string text(kPrefix);
  if (begin < end) text += Rows(begin, end);
  AppendTail(size(), limit, offset, end - begin, &text);
  return text;
}

}  // namespace muster_bench
