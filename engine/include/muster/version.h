#ifndef MUSTER_VERSION_H_
#define MUSTER_VERSION_H_

#include "muster/export.h"

namespace muster {

// The library's version, "major.minor.patch"; a static string.
MUSTER_EXPORT const char* Version();

}  // namespace muster

#endif  // MUSTER_VERSION_H_
