// Texts that are not JSON: where the fault is, and what was expected there.
#include <gtest/gtest.h>

#include <string>

#include "engine/document/fixture.h"

namespace muster {
namespace {

using namespace std::string_literals;

TEST(Syntax, AnEmptyTextIsAFault) {
  constexpr char kFault[] = "the text ends where a JSON object is expected";
  EXPECT_EQ(Fault(""), std::string("line 1, column 1: ") + kFault);
  EXPECT_EQ(Fault(" \n\n  "), std::string("line 3, column 3: ") + kFault);
}

TEST(Syntax, TheTextMayNotGoOnAfterTheObject) {
  constexpr char kFault[] = "nothing may follow the document's object";
  EXPECT_EQ(Fault("{} x"), std::string("line 1, column 4: ") + kFault);
  EXPECT_EQ(Fault("{}\n{}"), std::string("line 2, column 1: ") + kFault);
  EXPECT_EQ(Fault("{}\n\t \r\n"), "OK");
}

TEST(Syntax, AMissingPieceIsNamedWhereItShouldStand) {
  struct {
    const char* text;
    const char* fault;
  } const cases[] = {
      {"{\n  \"shapes\": [\n  ], \n}",
       "line 4, column 1: a key in double quotes is expected here"},
      {"{'shapes':[]}", "line 1, column 2: a key in double quotes is expected here"},
      {"{\"shapes\" []}", "line 1, column 11: a colon is expected here"},
      {"{\"shapes\":[] \"hosts\":[]}", "line 1, column 14: a comma or } is expected here"},
      {"{\"shapes\":[\n{\"id\":\"a\"]}", "line 2, column 10: a comma or } is expected here"},
      {"{\"users\":[{\"id\":\"a\"}\n\n  {}]}",
       "line 3, column 3: a comma or ] is expected here"},
      {"{\"users\":[{\"id\":\"a\"},]}", "line 1, column 22: a JSON value is expected here"},
      {"{\"users\":[{\"id\":undefined}]}", "line 1, column 17: a JSON value is expected here"},
      {"{\"users\":[{\"id\":trUe}]}", "line 1, column 19: a JSON value is expected here"},
      {"{\"users\":[{\"id\":-}]}", "line 1, column 18: a JSON value is expected here"},
      {"{\"users\":[{\"id\":1.}]}", "line 1, column 19: a digit is expected here"},
      {"{\"users\":[{\"id\":1e+}]}", "line 1, column 20: a digit is expected here"},
      {"// no comments\n{}", "line 1, column 1: a JSON value is expected here"},
      {"\xef\xbb\xbf{}", "line 1, column 1: a JSON value is expected here"},
  };
  for (const auto& one : cases) EXPECT_EQ(Fault(one.text), one.fault) << one.text;
}

TEST(Syntax, ANumberHasNoLeadingZero) {
  EXPECT_EQ(Fault("{\"hosts\":[{\"vm_count\":01}]}"),
            "line 1, column 24: a comma or } is expected here");
}

TEST(Syntax, ATextThatIsCutShortIsToldSo) {
  struct {
    const char* text;
    const char* fault;
  } const cases[] = {
      {"{", "line 1, column 2: the text ends where a key in double quotes is expected"},
      {"{\"sha",
       "line 1, column 6: the text ends where the closing quote of a string is expected"},
      {"{\"shapes\"", "line 1, column 10: the text ends where a colon is expected"},
      {"{\"shapes\":\n", "line 2, column 1: the text ends where a JSON value is expected"},
      {"{\"users\":[{\"id\":\"a\"}",
       "line 1, column 21: the text ends where a comma or ] is expected"},
      {"{\"shapes\":[]", "line 1, column 13: the text ends where a comma or } is expected"},
  };
  for (const auto& one : cases) EXPECT_EQ(Fault(one.text), one.fault) << one.text;
}

TEST(Syntax, ColumnsCountBytes) {
  EXPECT_EQ(Fault("{\"users\":[{\"id\":\"\xc3\xa9\xe2\x82\xac\" 1"),
            "line 1, column 25: a comma or } is expected here");
}

TEST(Syntax, BytesThatAreNotUtf8AreAFault) {
  constexpr char kFault[] = ": the text is not UTF-8";
  for (const std::string& bytes :
       {"\xff"s, "\xc3("s, "\xe2\x82"s, "\xed\xa0\x80"s, "\xed\xb0\x80"s, "\xc0\xaf"s,
        "\xf4\x90\x80\x80"s, "\x80"s}) {
    EXPECT_EQ(Fault("{\"users\":[{\"id\":\"a" + bytes + "\"}]}"),
              std::string("line 1, column 19") + kFault);
    EXPECT_EQ(Fault("{\"" + bytes + "\":1}"), std::string("line 1, column 3") + kFault);
  }
}

TEST(Syntax, AFaultStandsInItsOwnLineThoughTheParserReadOn) {
  EXPECT_EQ(Fault("{\n\"users\":[{\"id\":\"\xf0\n\n\n\"}]}"),
            "line 2, column 17: the text is not UTF-8");
}

TEST(Syntax, HalfOfASurrogatePairIsAFault) {
  constexpr char kFault[] = ": an escape is half of a surrogate pair, without the other half";
  EXPECT_EQ(Fault(R"({"users":[{"id":"\ud83d"}]})"), std::string("line 1, column 18") + kFault);
  EXPECT_EQ(Fault(R"({"users":[{"id":"\ud83dx"}]})"),
            std::string("line 1, column 18") + kFault);
  EXPECT_EQ(Fault(R"({"users":[{"id":"\ud83d\u0041"}]})"),
            std::string("line 1, column 18") + kFault);
  EXPECT_EQ(Fault(R"({"users":[{"id":"\ude00"}]})"), std::string("line 1, column 25") + kFault);
  EXPECT_EQ(Fault(R"({"\ude00":1})"), std::string("line 1, column 10") + kFault);
  EXPECT_EQ(Fault("{\"users\":[{\"id\":\"\xed\x9f\xbf\"}]}"), "OK") << "U+D7FF is a character";
}

TEST(Syntax, EscapesThatJsonDoesNotHaveAreAFault) {
  EXPECT_EQ(Fault(R"({"\x41":1})").substr(0, 19), "line 1, column 3: a");
  EXPECT_EQ(Fault(R"({"\u12g4":1})"), "line 1, column 3: \\u needs four hex digits");
}

TEST(Syntax, RawControlCharactersInAStringAreAFault) {
  constexpr char kFault[] =
      ": a string must not hold a raw control character or an escape that JSON does not have";
  EXPECT_EQ(Fault("{\"users\":[{\"id\":\"a\nb\"}]}"),
            std::string("line 1, column 19") + kFault);
  EXPECT_EQ(Fault("{\"users\":[{\"id\":\"a\tb\"}]}"),
            std::string("line 1, column 19") + kFault);
}

TEST(Syntax, AZeroByteIsAFaultAndNotTheEnd) {
  EXPECT_EQ(Fault("{}\0"s), "line 1, column 3: nothing may follow the document's object");
  EXPECT_EQ(Fault("{}\n\0{"s), "line 2, column 1: nothing may follow the document's object");
  EXPECT_EQ(Fault("\0{}"s), "line 1, column 1: a JSON value is expected here");
  EXPECT_EQ(Fault("{\"a\0b\":1}"s).substr(0, 20), "line 1, column 4: a ");
}

}  // namespace
}  // namespace muster
