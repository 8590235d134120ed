#include "store/meta.h"

#include <cstring>
#include <utility>

#include "model/record.h"
#include "model/text.h"
#include "store/bytes.h"
#include "store/random.h"
#include "store/records.h"
#include "store/seal.h"

namespace muster::store {
namespace {

using model::Concat;

constexpr std::string_view kMetaKey = "meta";
constexpr int kListCountBeforeFormat3 = 5;

template <typename T>
void PutFixed(T value, std::string* out) {
  char bytes[sizeof(T)];
  StoreLittleEndian(value, bytes);
  out->append(bytes, sizeof(bytes));
}

template <typename T>
bool GetFixed(std::string_view* in, T* value) {
  if (in->size() < sizeof(T)) return false;
  *value = LoadLittleEndian<T>(in->data());
  in->remove_prefix(sizeof(T));
  return true;
}

template <size_t kSize>
void PutBytes(const std::array<uint8_t, kSize>& bytes, std::string* out) {
  out->append(reinterpret_cast<const char*>(bytes.data()), kSize);
}

template <size_t kSize>
bool GetBytes(std::string_view* in, std::array<uint8_t, kSize>* bytes) {
  if (in->size() < kSize) return false;
  std::memcpy(bytes->data(), in->data(), kSize);
  in->remove_prefix(kSize);
  return true;
}

bool GetList(std::string_view* in, ListState* list) {
  return GetFixed(in, &list->version) && GetFixed(in, &list->count) &&
         GetFixed(in, &list->digest);
}

// Everything after the format's number.
bool GetFields(std::string_view in, Meta* meta) {
  std::string_view fingerprint;
  bool whole = GetBytes(&in, &meta->id) && GetBytes(&in, &meta->secret) &&
               GetFixed(&in, &meta->incarnation) && GetFixed(&in, &meta->version) &&
               model::GetText(&in, &fingerprint);
  const int list_count = meta->format < 3 ? kListCountBeforeFormat3 : kListCount;
  for (int i = 0; i < list_count; ++i) whole = whole && GetList(&in, &meta->lists[i]);
  meta->fingerprint = std::string(fingerprint);
  if (meta->format > 1) {
    whole = whole && GetFixed(&in, &meta->log.floor) && GetFixed(&in, &meta->log.appended) &&
            GetFixed(&in, &meta->log.count);
  }
  // An older log is of no use any more.
  if (meta->format < 3) meta->log = {meta->version, meta->log.appended, 0};
  return whole && in.empty();
}

}  // namespace

void EncodeMeta(const Meta& meta, std::string* out) {
  out->clear();
  PutFixed(meta.format, out);
  PutBytes(meta.id, out);
  PutBytes(meta.secret, out);
  PutFixed(meta.incarnation, out);
  PutFixed(meta.version, out);
  model::PutText(meta.fingerprint, out);
  for (const ListState& list : meta.lists) {
    PutFixed(list.version, out);
    PutFixed(list.count, out);
    PutFixed(list.digest, out);
  }
  PutFixed(meta.log.floor, out);
  PutFixed(meta.log.appended, out);
  PutFixed(meta.log.count, out);
}

absl::StatusOr<Meta> DecodeMeta(std::string_view record) {
  Meta meta;
  const bool numbered = GetFixed(&record, &meta.format);
  if (numbered && meta.format > kStoreFormat) {
    return absl::FailedPreconditionError(Concat(
        "the store is of format ", std::to_string(meta.format), ", this build reads up to ",
        std::to_string(kStoreFormat), ": use a newer build"));
  }
  if (!numbered || meta.format == 0 || !GetFields(record, &meta)) {
    return DamagedRecord(Table::kMeta, kMetaKey);
  }
  return meta;
}

absl::StatusOr<std::optional<Meta>> ReadMeta(ReadTransaction& transaction) {
  absl::StatusOr<std::optional<std::string_view>> record =
      GetRecord(transaction, Table::kMeta, kMetaKey);
  if (!record.ok()) return record.status();
  if (!record->has_value()) return std::optional<Meta>();
  absl::StatusOr<Meta> meta = DecodeMeta(**record);
  if (!meta.ok()) return meta.status();
  return std::optional<Meta>(*std::move(meta));
}

absl::StatusOr<Meta> RequireMeta(ReadTransaction& transaction) {
  absl::StatusOr<std::optional<Meta>> meta = ReadMeta(transaction);
  if (!meta.ok()) return meta.status();
  if (!meta->has_value()) {
    return absl::DataLossError("the store lost its meta record: restore it from a backup");
  }
  return **std::move(meta);
}

absl::Status WriteMeta(WriteTransaction& transaction, const Meta& meta) {
  std::string record, sealed;
  EncodeMeta(meta, &record);
  Seal(Table::kMeta, kMetaKey, record, &sealed);
  return transaction.Put(Table::kMeta, kMetaKey, sealed);
}

}  // namespace muster::store
