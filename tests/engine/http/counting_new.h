// A program that links counting_new.cc counts what it takes from the heap with
// new. Such a program is a test of its own.
#ifndef MUSTER_TESTS_ENGINE_HTTP_COUNTING_NEW_H_
#define MUSTER_TESTS_ENGINE_HTTP_COUNTING_NEW_H_

#include <cstdint>

namespace muster {

// How often the calling thread has called operator new.
int64_t AllocationsOfThisThread();

// What all threads hold of the heap, as new gave it to them, in bytes.
int64_t LiveBytes();

}  // namespace muster

#endif  // MUSTER_TESTS_ENGINE_HTTP_COUNTING_NEW_H_
