// Runs a fuzz target as an ordinary test: over inputs that are random, but the same
// each time.
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

int main() {
  for (uint32_t seed = 0; seed < MUSTER_FUZZ_INPUTS; ++seed) {
    std::mt19937 random(seed);
    std::vector<uint8_t> input(random() % 400);
    for (uint8_t& byte : input) byte = static_cast<uint8_t>(random());
    LLVMFuzzerTestOneInput(input.data(), input.size());
  }
}
