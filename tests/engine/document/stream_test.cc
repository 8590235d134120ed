// Where the text comes from: streams that give it in pieces, or break off.
#include <gtest/gtest.h>

#include <fstream>
#include <istream>
#include <streambuf>
#include <string>
#include <string_view>

#include "engine/document/fixture.h"

namespace muster {
namespace {

using model::Concat;

// Gives a text in pieces of a few bytes; then ends, or fails as a file system
// does, by an exception that the stream catches.
class Pieces : public std::streambuf {
 public:
  Pieces(std::string text, size_t piece, bool fails)
      : text_(std::move(text)), piece_(piece), fails_(fails) {}

 protected:
  int_type underflow() override {
    if (next_ == text_.size()) {
      if (fails_) throw std::ios_base::failure("input/output error");
      return traits_type::eof();
    }
    const size_t size = std::min(piece_, text_.size() - next_);
    setg(&text_[next_], &text_[next_], &text_[next_] + size);
    next_ += size;
    return traits_type::to_int_type(*gptr());
  }

 private:
  std::string text_;
  size_t piece_;
  bool fails_;
  size_t next_ = 0;
};

std::string ToldOfPieces(const std::string& text, size_t piece, bool fails = false) {
  Pieces pieces(text, piece, fails);
  std::istream in(&pieces);
  WriteBatch batch;
  return Told(ReadDocument(in, {}, &batch));
}

// Longer than any buffer, with a fault at the end if asked for.
std::string LongDocument(bool with_fault) {
  std::string text = "{\"users\":[\n";
  for (int i = 0; i < 20000; ++i)
    text += Concat("{\"id\":\"größe-", std::to_string(i), "\"},\n");
  return text + (with_fault ? "{\"id\":\"\xff\"}]}" : "{\"id\":\"last\"}]}");
}

TEST(Streams, MayGiveOneByteAtATime) {
  EXPECT_EQ(ToldOfPieces(R"({"users":[{"id":"größe","stats":{"total":12}}]})", 1), "OK");
  EXPECT_EQ(ToldOfPieces("{\n\"users\":[{\"id\":1}]}", 1).substr(0, 31),
            "INVALID_ARGUMENT: /users/0/id: ");
}

TEST(Streams, MayGivePiecesOfAnySize) {
  const std::string good = LongDocument(false);
  const std::string bad = LongDocument(true);
  for (size_t piece : {7, 1000, 65535, 65536, 65537, 10000000}) {
    EXPECT_EQ(ToldOfPieces(good, piece), "OK") << piece;
    EXPECT_EQ(ToldOfPieces(bad, piece),
              "INVALID_ARGUMENT: line 20002, column 8: the text is not UTF-8")
        << piece;
  }
}

TEST(Streams, AFaultIsInItsPlaceWhereverTheBufferEnds) {
  for (size_t space = 65500; space < 65560; ++space) {
    const std::string text =
        "\n" + std::string(space, ' ') + "{\n\"users\":[{\"id\":\"\xf0\n\n\n\"";
    ASSERT_EQ(Fault(text), "line 3, column 17: the text is not UTF-8") << space;
  }
}

TEST(Streams, ThatFailAreUnavailable) {
  EXPECT_EQ(ToldOfPieces(R"({"users":[{"id":"a"},)", 1, true),
            "UNAVAILABLE: the document cannot be read: its stream failed");
  EXPECT_EQ(ToldOfPieces("", 1, true),
            "UNAVAILABLE: the document cannot be read: its stream failed");
  EXPECT_EQ(ToldOfPieces("{}", 1, true),
            "UNAVAILABLE: the document cannot be read: its stream failed");
}

TEST(Streams, ThatWereNeverOpenAreUnavailable) {
  std::ifstream in("/nowhere/catalog.json");
  WriteBatch batch;
  EXPECT_EQ(Told(ReadDocument(in, {}, &batch)),
            "UNAVAILABLE: the document cannot be read: its stream failed");
}

TEST(Streams, ADirectoryIsUnavailable) {
  std::ifstream in("/");
  WriteBatch batch;
  EXPECT_EQ(ReadDocument(in, {}, &batch).code(), absl::StatusCode::kUnavailable);
}

TEST(Streams, ThatAreAtTheirEndAreAnEmptyText) {
  std::istringstream in("x");
  in.get();
  EXPECT_EQ(in.get(), EOF);
  WriteBatch batch;
  EXPECT_EQ(
      Told(ReadDocument(in, {}, &batch)),
      "INVALID_ARGUMENT: line 1, column 1: the text ends where a JSON object is expected");
}

TEST(Streams, AValueWithoutEndIsRefusedBeforeItFillsTheMemory) {
  const std::string endless(20 << 20, 'a');
  EXPECT_EQ(Fault("{\"users\":[{\"id\":\"" + endless),
            "line 1, column 16842753: one value or gap must not be longer than 16 MiB");
  EXPECT_EQ(Fault(std::string(17 << 20, ' ')),
            "line 1, column 16842753: one value or gap must not be longer than 16 MiB");
}

TEST(Streams, ALongDocumentIsNoLongValue) {
  std::string text = "{\"rootfs\":[{\"name\":\"r\"}";
  const std::string description(4096, 'd');
  for (int i = 0; i < 5000; ++i) {
    text +=
        Concat(",{\"name\":\"", std::to_string(i), "\",\"description\":\"", description, "\"}");
  }
  EXPECT_EQ(Fault(text + "]}"), "OK");
}

TEST(Texts, AreReadFromTheirFirstByteToTheirLast) {
  const std::string_view text = R"({"rootfs":[]}{"not":"of it"})";
  WriteBatch batch;
  EXPECT_EQ(Told(ReadDocument(text.substr(0, 13), {}, &batch)), "OK");
  EXPECT_EQ(Told(ReadDocument(text, {}, &batch)),
            "INVALID_ARGUMENT: line 1, column 14: nothing may follow the document's object");
}

}  // namespace
}  // namespace muster
