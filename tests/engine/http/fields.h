// Header fields for tests, as an adapter would give them.
#ifndef MUSTER_TESTS_ENGINE_HTTP_FIELDS_H_
#define MUSTER_TESTS_ENGINE_HTTP_FIELDS_H_

#include <algorithm>
#include <cctype>
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
      if (LowerCase(field.first) != name) continue;
      std::string value = field.second;
      visit(value);
      std::fill(value.begin(), value.end(), '!');
    }
  }

 private:
  static std::string LowerCase(std::string text) {
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
  }

  std::vector<Field> fields_;
};

}  // namespace muster

#endif  // MUSTER_TESTS_ENGINE_HTTP_FIELDS_H_
