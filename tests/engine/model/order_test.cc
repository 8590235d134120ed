// The order of shapes: smallest machine first.
#include "model/order.h"

#include <gtest/gtest.h>

namespace muster::model {
namespace {

bool Before(const Shape& a, const Shape& b) { return ShapeOrderKey(a) < ShapeOrderKey(b); }

TEST(ShapeOrder, IsByCpusThenMemoryThenDiskThenId) {
  EXPECT_TRUE(Before({"z", 1, 9, 9}, {"a", 2, 1, 1}));
  EXPECT_TRUE(Before({"z", 1, 1, 9}, {"a", 1, 2, 1}));
  EXPECT_TRUE(Before({"z", 1, 1, 1}, {"a", 1, 1, 2}));
  EXPECT_TRUE(Before({"a", 1, 1, 1}, {"b", 1, 1, 1}));
}

TEST(ShapeOrder, IsOfNumbersNotOfDigits) {
  EXPECT_TRUE(Before({"a", 2, 1, 1}, {"a", 10, 1, 1}));
  EXPECT_TRUE(Before({"a", 255, 1, 1}, {"a", 256, 1, 1}));
  EXPECT_TRUE(Before({"a", 1, 1, 4294967295}, {"a", 1, 1, 4294967296}));
}

TEST(ShapeOrder, ComparesIdsAsBytes) {
  EXPECT_TRUE(Before({"Z", 1, 1, 1}, {"a", 1, 1, 1}));
  EXPECT_TRUE(Before({"z", 1, 1, 1}, {"\xc3\xa9", 1, 1, 1}));
}

TEST(ShapeOrder, KeepsTheIdInTheKey) {
  EXPECT_EQ(ShapeIdOfOrderKey(ShapeOrderKey({"s-1", 3, 4, 5})), "s-1");
}

}  // namespace
}  // namespace muster::model
