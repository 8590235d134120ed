// PartOf: a C structure that knows the object which it belongs to.
//
// libh2o calls back with a pointer to the structure it was given, and with
// nothing else.
#ifndef MUSTER_CLI_PART_OF_H_
#define MUSTER_CLI_PART_OF_H_

#include <type_traits>

namespace muster::cli {

template <class Part, class Owner>
struct PartOf {
  Part part;
  Owner* owner;

  // The owner of a part that lies in a PartOf.
  static Owner& OwnerOf(Part* part) {
    static_assert(std::is_standard_layout_v<PartOf>, "the part's address is that of the whole");
    return *reinterpret_cast<PartOf*>(part)->owner;
  }
};

}  // namespace muster::cli

#endif  // MUSTER_CLI_PART_OF_H_
