// Header fields for tests, as an adapter would give them.
#ifndef MUSTER_TESTS_ENGINE_HTTP_FIELDS_H_
#define MUSTER_TESTS_ENGINE_HTTP_FIELDS_H_

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "muster/http.h"

namespace muster {

class Fields : public HeaderFields {
 public:
  using Field = std::pair<std::string, std::string>;

  Fields() = default;
  Fields(std::initializer_list<Field> fields) : fields_(fields) {}

  void Add(std::string name, std::string value) {
    fields_.emplace_back(std::move(name), std::move(value));
  }

  // Shows a copy and spoils it afterwards, so that whoever keeps a view of it
  // is found out.
  void ForEach(std::string_view name,
               const std::function<void(std::string_view)>& visit) const override {
    for (const Field& field : fields_) {
      if (!IsNamed(field.first, name)) continue;
      std::string value = field.second;
      visit(value);
      std::fill(value.begin(), value.end(), '!');
    }
  }

 private:
  std::vector<Field> fields_;
};

}  // namespace muster

#endif  // MUSTER_TESTS_ENGINE_HTTP_FIELDS_H_
