// Which rootfs is used when none is asked for.
#include "model/default_rootfs.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace muster::model {
namespace {

struct Flags {
  bool deprecated = false;
  bool is_default = false;
  bool disabled = false;
};

Rootfs Entry(std::string name, Flags flags = {}, std::string successor = "") {
  return {std::move(name), "", flags.deprecated, std::move(successor), flags.is_default,
          flags.disabled};
}

std::string DefaultOf(const std::vector<Rootfs>& sorted) {
  const Rootfs* chosen = DefaultRootfs(sorted);
  return chosen == nullptr ? "" : chosen->name;
}

const Flags kMarked{.is_default = true};
const Flags kMarkedOff{.is_default = true, .disabled = true};
const Flags kOff{.disabled = true};
const Flags kOld{.deprecated = true};

TEST(DefaultRootfs, IsTheMarkedOne) {
  EXPECT_EQ(DefaultOf({Entry("a"), Entry("b", kMarked), Entry("c")}), "b");
}

TEST(DefaultRootfs, MayBeDeprecatedWhenMarked) {
  EXPECT_EQ(DefaultOf({Entry("a"), Entry("b", {.deprecated = true, .is_default = true})}), "b");
}

TEST(DefaultRootfs, FollowsSuccessorsOfADisabledOne) {
  EXPECT_EQ(DefaultOf({Entry("a"), Entry("b", kMarkedOff, "c"), Entry("c")}), "c");
}

TEST(DefaultRootfs, FollowsSuccessorsThroughDisabledOnes) {
  EXPECT_EQ(DefaultOf({Entry("a"), Entry("b", kMarkedOff, "c"), Entry("c", kOff, "d"),
                       Entry("d", kOld)}),
            "d");
}

TEST(DefaultRootfs, StopsFollowingAtACycle) {
  EXPECT_EQ(DefaultOf({Entry("a"), Entry("b", kMarkedOff, "c"), Entry("c", kOff, "b")}), "a");
  EXPECT_EQ(DefaultOf({Entry("a"), Entry("b", kMarkedOff, "b")}), "a");
}

TEST(DefaultRootfs, StopsFollowingAtAMissingName) {
  EXPECT_EQ(DefaultOf({Entry("a"), Entry("b", kMarkedOff, "gone")}), "a");
}

TEST(DefaultRootfs, IsElseTheFirstThatIsNotDeprecated) {
  EXPECT_EQ(DefaultOf({Entry("a", kOff), Entry("b", kOld), Entry("c"), Entry("d")}), "c");
}

TEST(DefaultRootfs, IsElseTheFirstEnabledOne) {
  EXPECT_EQ(DefaultOf({Entry("a", kOff), Entry("b", kOld), Entry("c", kOld)}), "b");
}

TEST(DefaultRootfs, IsNoneWhereNoneIsEnabled) {
  EXPECT_EQ(DefaultOf({Entry("a", kOff), Entry("b", kMarkedOff)}), "");
  EXPECT_EQ(DefaultOf({}), "");
}

}  // namespace
}  // namespace muster::model
