// Places in a document, as JSON pointers: "/hosts/3/free_mib".
//
// For errors: "~" and "/" in a key are escaped as RFC 6901 says, and what would
// not fit into one line of printable UTF-8 is made printable. Any thread.
#ifndef MUSTER_DOCUMENT_PLACE_H_
#define MUSTER_DOCUMENT_PLACE_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace muster::document {

// The place of a member, or of an array's element, of what is at `place`.
std::string Member(std::string_view place, std::string_view key);
std::string Element(std::string_view place, uint64_t index);

}  // namespace muster::document

#endif  // MUSTER_DOCUMENT_PLACE_H_
