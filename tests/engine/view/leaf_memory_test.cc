#include "view/leaf_memory.h"

#include <gtest/gtest.h>

#include <cstring>
#include <thread>
#include <vector>

namespace muster::view {
namespace {

TEST(LeafMemory, ABlockHasRoomForWhatWasAskedFor) {
  LeafMemory memory;
  for (const size_t bytes : {size_t{1}, size_t{512}, size_t{20001}, size_t{1} << 20}) {
    const LeafMemory::Block block = memory.Take(bytes);
    EXPECT_GE(block.bytes, bytes);
    std::memset(block.address, 1, block.bytes);
    memory.Give(block);
  }
}

TEST(LeafMemory, TheNextLeafOfAboutTheSizeGetsWhatWasFreedLast) {
  LeafMemory memory;
  const LeafMemory::Block first = memory.Take(20000);
  const LeafMemory::Block second = memory.Take(20000);
  memory.Give(first);
  memory.Give(second);
  EXPECT_EQ(memory.Take(19500).address, second.address);
  EXPECT_EQ(memory.Take(19500).address, first.address);
  memory.Give(first);
  memory.Give(second);
}

TEST(LeafMemory, ABlockThatIsTooSmallOrMuchTooLargeIsLeft) {
  LeafMemory memory;
  const LeafMemory::Block block = memory.Take(20000);
  memory.Give(block);
  for (const size_t bytes : {size_t{10000}, size_t{24000}}) {
    const LeafMemory::Block other = memory.Take(bytes);
    EXPECT_NE(other.address, block.address);
    EXPECT_GE(other.bytes, bytes);
    EXPECT_LE(other.bytes, bytes + bytes / 8);
    memory.Give(other);
  }
}

TEST(LeafMemory, TheOldestGoesWhereThereAreTooMany) {
  LeafMemory memory;
  std::vector<LeafMemory::Block> blocks;
  for (size_t i = 0; i <= LeafMemory::kMaxKept; ++i) blocks.push_back(memory.Take(20000));
  for (const LeafMemory::Block& block : blocks) memory.Give(block);
  for (size_t i = LeafMemory::kMaxKept; i > 0; --i) {
    EXPECT_EQ(memory.Take(20000).address, blocks[i].address);
  }
  for (size_t i = LeafMemory::kMaxKept; i > 0; --i) memory.Give(blocks[i]);
}

TEST(LeafMemory, ThreadsNeverShareABlock) {
  LeafMemory memory;
  std::vector<std::thread> threads;
  for (unsigned char mark = 1; mark <= 4; ++mark) {
    threads.emplace_back([&memory, mark] {
      for (int i = 0; i < 2000; ++i) {
        const LeafMemory::Block block = memory.Take(2000);
        std::memset(block.address, mark, block.bytes);
        const auto* bytes = static_cast<const unsigned char*>(block.address);
        EXPECT_EQ(bytes[0], mark);
        EXPECT_EQ(bytes[block.bytes - 1], mark);
        memory.Give(block);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace muster::view
