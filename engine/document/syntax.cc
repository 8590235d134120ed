#include "document/syntax.h"

#include <string_view>

#include "model/rules.h"
#include "model/text.h"

namespace muster::document {
namespace {

using rapidjson::ParseErrorCode;

constexpr char kHalfPairSentence[] =
    "an escape is half of a surrogate pair, without the other half";

// What the parser looked for and did not find, or "" where it is another fault.
std::string_view Expected(ParseErrorCode code) {
  switch (code) {
    case rapidjson::kParseErrorDocumentEmpty:
      return "a JSON object";
    case rapidjson::kParseErrorValueInvalid:
      return "a JSON value";
    case rapidjson::kParseErrorObjectMissName:
      return "a key in double quotes";
    case rapidjson::kParseErrorObjectMissColon:
      return "a colon";
    case rapidjson::kParseErrorObjectMissCommaOrCurlyBracket:
      return "a comma or }";
    case rapidjson::kParseErrorArrayMissCommaOrSquareBracket:
      return "a comma or ]";
    case rapidjson::kParseErrorStringMissQuotationMark:
      return "the closing quote of a string";
    case rapidjson::kParseErrorNumberMissFraction:
    case rapidjson::kParseErrorNumberMissExponent:
      return "a digit";
    default:
      return "";
  }
}

std::string_view Wrong(ParseErrorCode code) {
  switch (code) {
    case rapidjson::kParseErrorDocumentRootNotSingular:
      return "nothing may follow the document's object";
    case rapidjson::kParseErrorStringUnicodeEscapeInvalidHex:
      return "\\u needs four hex digits";
    case rapidjson::kParseErrorStringUnicodeSurrogateInvalid:
      return kHalfPairSentence;
    case rapidjson::kParseErrorStringEscapeInvalid:
      return "a string must not hold a raw control character or an escape that JSON does not "
             "have";
    case rapidjson::kParseErrorStringInvalidEncoding:
      return "the text is not UTF-8";
    default:
      return "the text is not JSON";
  }
}

}  // namespace

absl::Status SyntaxFault(ParseErrorCode code, const InputStream& in) {
  const std::string place = in.PlaceTold();
  const std::string_view expected = Expected(code);
  if (expected.empty()) return model::Fault(place, Wrong(code));
  if (in.at_end()) {
    return model::Fault(place, model::Concat("the text ends where ", expected, " is expected"));
  }
  return model::Fault(place, model::Concat(expected, " is expected here"));
}

absl::Status HalfPairFault(const InputStream& in) {
  return model::Fault(in.PlaceHere(), kHalfPairSentence);
}

}  // namespace muster::document
