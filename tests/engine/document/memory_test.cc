// What reading a document costs in memory. Counts every byte that this program
// takes from the heap, so it is a program of its own.
#include <gtest/gtest.h>
#include <malloc.h>
#include <rapidjson/document.h>
#include <rapidjson/istreamwrapper.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <istream>
#include <new>
#include <streambuf>
#include <string>

#include "engine/document/fixture.h"

namespace {

int64_t held_bytes = 0;
int64_t most_bytes = 0;

void* Take(size_t size, size_t alignment) {
  const size_t rounded = std::max((size + alignment - 1) / alignment * alignment, alignment);
  void* memory = std::aligned_alloc(alignment, rounded);
  if (memory == nullptr) std::abort();
  held_bytes += static_cast<int64_t>(malloc_usable_size(memory));
  most_bytes = std::max(most_bytes, held_bytes);
  return memory;
}

void Give(void* memory) {
  held_bytes -= static_cast<int64_t>(malloc_usable_size(memory));
  std::free(memory);
}

}  // namespace

void* operator new(size_t size) { return Take(size, alignof(std::max_align_t)); }
void* operator new[](size_t size) { return Take(size, alignof(std::max_align_t)); }
void* operator new(size_t size, std::align_val_t alignment) {
  return Take(size, static_cast<size_t>(alignment));
}
void* operator new[](size_t size, std::align_val_t alignment) {
  return Take(size, static_cast<size_t>(alignment));
}
void operator delete(void* memory) noexcept { Give(memory); }
void operator delete[](void* memory) noexcept { Give(memory); }
void operator delete(void* memory, size_t) noexcept { Give(memory); }
void operator delete[](void* memory, size_t) noexcept { Give(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { Give(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { Give(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept { Give(memory); }
void operator delete[](void* memory, size_t, std::align_val_t) noexcept { Give(memory); }

namespace muster {
namespace {

constexpr int kManyHosts = 200000;

// A document of many hosts that is made while it is read.
class HostsDocument : public std::streambuf {
 public:
  explicit HostsDocument(int count) : count_(count) {}
  int64_t byte_count() const { return byte_count_; }

 protected:
  int_type underflow() override {
    if (next_ > count_) return traits_type::eof();
    piece_ = next_ == 0 ? "{\"hosts\":[" : ",\n";
    if (next_ == count_) {
      piece_ = "]}";
    } else {
      const std::string number = std::to_string(next_);
      piece_ += model::Concat(
          R"({"id":"host-)", number, R"(.example.org","status":"active","free_mib":)", number,
          R"(,"vm_count":12,"rootfses":["devbox:1","node","python:3.12"]})");
    }
    ++next_;
    byte_count_ += static_cast<int64_t>(piece_.size());
    setg(piece_.data(), piece_.data(), piece_.data() + piece_.size());
    return traits_type::to_int_type(*gptr());
  }

 private:
  const int count_;
  int next_ = 0;
  int64_t byte_count_ = 0;
  std::string piece_;
};

// What a tree of the same text holds, without what making it took.
int64_t BytesOfATree() {
  HostsDocument source(kManyHosts);
  std::istream in(&source);
  rapidjson::IStreamWrapper wrapper(in);
  rapidjson::Document tree;
  tree.ParseStream(wrapper);
  EXPECT_EQ(tree["hosts"].Size(), static_cast<rapidjson::SizeType>(kManyHosts));
  return static_cast<int64_t>(tree.GetAllocator().Size());
}

// The most that `run` holds at a time.
template <typename Run>
int64_t MostBytesOf(const Run& run) {
  const int64_t before = held_bytes;
  most_bytes = before;
  run();
  return most_bytes - before;
}

TEST(Memory, ReadingHoldsTheBatchAndAFractionOfATreeBesideIt) {
  HostsDocument source(kManyHosts);
  const int64_t reading = MostBytesOf([&] {
    std::istream in(&source);
    WriteBatch batch;
    ASSERT_EQ(Told(ReadDocument(in, {}, &batch)), "OK");
    EXPECT_EQ(batch.size(), static_cast<size_t>(kManyHosts));
  });
  const int64_t batch_alone = MostBytesOf([] {
    WriteBatch batch;
    for (int i = 0; i < kManyHosts; ++i) {
      batch.PutHost({model::Concat("host-", std::to_string(i), ".example.org"),
                     HostStatus::kActive,
                     i,
                     12,
                     {"devbox:1", "node", "python:3.12"}});
    }
  });
  const int64_t tree = BytesOfATree();
  RecordProperty("text_bytes", std::to_string(source.byte_count()));
  RecordProperty("tree_bytes", std::to_string(tree));
  RecordProperty("reading_bytes", std::to_string(reading));
  RecordProperty("batch_bytes", std::to_string(batch_alone));
  EXPECT_LT(8 * (reading - batch_alone), tree);
  EXPECT_LT(3 * reading, 2 * tree);
}

TEST(Memory, NothingIsHeldOnceTheBatchIsGone) {
  const int64_t before = held_bytes;
  {
    HostsDocument source(10000);
    std::istream in(&source);
    WriteBatch batch;
    ASSERT_EQ(Told(ReadDocument(in, {}, &batch)), "OK");
  }
  EXPECT_LT(held_bytes - before, 4096);
}

}  // namespace
}  // namespace muster
