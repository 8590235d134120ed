#ifndef MUSTER_EXPORT_H_
#define MUSTER_EXPORT_H_

// Marks what a program outside the library may link against. Everything else
// is hidden: the library exports this namespace's public names and no others.
#define MUSTER_EXPORT __attribute__((visibility("default")))

#endif  // MUSTER_EXPORT_H_
