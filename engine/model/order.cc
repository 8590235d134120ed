#include "model/order.h"

#include <cstddef>
#include <cstdint>

namespace muster::model {
namespace {

constexpr int kVcpuBytes = 2;
constexpr int kMemBytes = 4;
constexpr int kDiskBytes = 8;
constexpr size_t kNumbersBytes = kVcpuBytes + kMemBytes + kDiskBytes;

void PutBigEndian(int64_t value, int bytes, std::string* out) {
  for (int i = bytes - 1; i >= 0; --i) {
    out->push_back(static_cast<char>(static_cast<uint64_t>(value) >> (8 * i)));
  }
}

}  // namespace

std::string ShapeOrderKey(const Shape& shape) {
  std::string key;
  key.reserve(kNumbersBytes + shape.id.size());
  PutBigEndian(shape.vcpu, kVcpuBytes, &key);
  PutBigEndian(shape.mem_mib, kMemBytes, &key);
  PutBigEndian(shape.default_disk_mib, kDiskBytes, &key);
  key.append(shape.id);
  return key;
}

std::string_view ShapeIdOfOrderKey(std::string_view order_key) {
  return order_key.substr(kNumbersBytes);
}

}  // namespace muster::model
