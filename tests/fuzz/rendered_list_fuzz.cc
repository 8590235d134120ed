// Fuzz target: the bytes choose a history of a RenderedList, which is compared with
// a naive model on the way. A disagreement ends the process.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "engine/view/list_history.h"

namespace {

// Numbers made of the input's bytes; zeros past its end.
class Bytes {
 public:
  Bytes(const uint8_t* data, size_t size) : data_(data), end_(data + size) {}

  bool at_end() const { return data_ == end_; }

  uint32_t Below(uint32_t bound) {
    uint32_t number = Next();
    for (uint32_t reach = 256; reach < bound && reach != 0; reach <<= 8) {
      number = number << 8 | Next();
    }
    return number % bound;
  }

 private:
  uint8_t Next() { return at_end() ? 0 : *data_++; }

  const uint8_t* data_;
  const uint8_t* const end_;
};

void Expect(const std::string& fault) {
  if (fault.empty()) return;
  std::fprintf(stderr, "list and model disagree: %s\n", fault.c_str());
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr uint32_t kRows[] = {0, 0, 1, 33, 97, 200, 1000, 5000};
  constexpr size_t kMaxOperations = 6000;  // bounds the time that an input takes
  Bytes bytes(data, size);
  const uint32_t rows = kRows[bytes.Below(8)];
  const uint32_t key_space = rows + 1 + bytes.Below(rows + 200);
  muster::view::ListHistory history(rows, key_space,
                                    [&](uint32_t bound) { return bytes.Below(bound); });
  while (!bytes.at_end() && history.operations() < kMaxOperations) Expect(history.Step());
  Expect(history.CheckAll());
  return 0;
}
