// Integers of fixed size in bytes, whatever the machine: little-endian in values,
// big-endian in keys, whose bytes then sort as the numbers do.
#ifndef MUSTER_STORE_BYTES_H_
#define MUSTER_STORE_BYTES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>

namespace muster::store {

// `bytes` has room for, or holds, at least sizeof(T) of them.
template <typename T>
void StoreLittleEndian(T value, void* bytes) {
  static_assert(std::is_unsigned_v<T>);
  for (size_t i = 0; i < sizeof(T); ++i) {
    static_cast<uint8_t*>(bytes)[i] = static_cast<uint8_t>(value >> (8 * i));
  }
}

template <typename T>
T LoadLittleEndian(const void* bytes) {
  static_assert(std::is_unsigned_v<T>);
  T value = 0;
  for (size_t i = 0; i < sizeof(T); ++i) {
    value |= static_cast<T>(static_cast<T>(static_cast<const uint8_t*>(bytes)[i]) << (8 * i));
  }
  return value;
}

// Appends sizeof(T) bytes.
template <typename T>
void AppendBigEndian(T value, std::string* out) {
  static_assert(std::is_unsigned_v<T>);
  for (size_t i = sizeof(T); i-- > 0;) out->push_back(static_cast<char>(value >> (8 * i)));
}

// `bytes` holds at least sizeof(T) of them.
template <typename T>
T LoadBigEndian(const void* bytes) {
  static_assert(std::is_unsigned_v<T>);
  T value = 0;
  for (size_t i = 0; i < sizeof(T); ++i) {
    value = static_cast<T>(value << 8) | static_cast<const uint8_t*>(bytes)[i];
  }
  return value;
}

}  // namespace muster::store

#endif  // MUSTER_STORE_BYTES_H_
