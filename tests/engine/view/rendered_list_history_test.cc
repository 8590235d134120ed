// RenderedList against a naive model, through long random histories.
#include <gtest/gtest.h>

#include <random>

#include "engine/view/list_history.h"

namespace muster::view {
namespace {

struct Start {
  uint32_t seed;
  uint32_t rows;
  uint32_t key_space;
};

class RenderedListHistory : public testing::TestWithParam<Start> {};

// The build chooses how many operations there are: a million altogether where the
// engine is optimised, fewer where a sanitizer watches.
TEST_P(RenderedListHistory, IsAsTheModelSays) {
  const Start start = GetParam();
  std::mt19937 random(start.seed);
  ListHistory history(start.rows, start.key_space,
                      [&](uint32_t bound) { return static_cast<uint32_t>(random() % bound); });
  ASSERT_EQ(history.CheckAll(), "");
  for (int step = 0; history.operations() < MUSTER_HISTORY_OPERATIONS / 4; ++step) {
    ASSERT_EQ(history.Step(), "") << "step " << step;
    if (step % 100 == 0) {
      ASSERT_EQ(history.CheckAll(), "") << "step " << step;
    }
  }
  EXPECT_EQ(history.CheckAll(), "");
}

INSTANTIATE_TEST_SUITE_P(, RenderedListHistory,
                         testing::Values(Start{1, 0, 200}, Start{2, 1000, 3000},
                                         Start{3, 5000, 10000}, Start{4, 20000, 25000}),
                         [](const auto& test) {
                           return std::to_string(test.param.key_space) + "Keys";
                         });

}  // namespace
}  // namespace muster::view
