// The request target, taken apart into path and query.
#ifndef MUSTER_HTTP_TARGET_H_
#define MUSTER_HTTP_TARGET_H_

#include <string_view>

namespace muster::http {

// Both are parts of the target that was given, undecoded.
struct Target {
  std::string_view path;
  std::string_view query;  // without its question mark
};

// Takes the origin form ("/v1/shapes?limit=2") and the absolute form
// ("http://host:8080/v1/shapes?limit=2"), whose scheme and authority are
// dropped. Whatever else it is given, hostile or not ("*", "host:443", nothing),
// becomes a path that begins with no slash, so that no route is found for it.
// A fragment is no part of a target: "#" stays where it stands. Any thread.
Target SplitTarget(std::string_view target);

}  // namespace muster::http

#endif  // MUSTER_HTTP_TARGET_H_
