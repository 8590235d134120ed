// Ref: a counted reference to an immutable object that keeps its own count.
//
// Half the size of a std::shared_ptr, and the object is one allocation even where
// its size is known only when it is made. T has AddRef() and Release(), both
// const; a new object counts one reference, which Ref::Adopt() takes over.
//
// A Ref is used by one thread at a time, as any other value; two Refs to one
// object may be used by two threads.
#ifndef MUSTER_VIEW_REF_H_
#define MUSTER_VIEW_REF_H_

#include <utility>

namespace muster::view {

template <typename T>
class Ref {
 public:
  Ref() = default;
  Ref(const Ref& other) : object_(other.object_) {
    if (object_ != nullptr) object_->AddRef();
  }
  Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Ref& operator=(Ref other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Ref() {
    if (object_ != nullptr) object_->Release();
  }

  // Takes over a reference that was counted already.
  static Ref Adopt(const T* object) {
    Ref ref;
    ref.object_ = object;
    return ref;
  }
  // Counts one more reference.
  static Ref Share(const T* object) {
    object->AddRef();
    return Adopt(object);
  }

  const T* get() const { return object_; }
  const T* operator->() const { return object_; }
  const T& operator*() const { return *object_; }
  explicit operator bool() const { return object_ != nullptr; }

  // Gives the reference away, uncounted.
  const T* Detach() { return std::exchange(object_, nullptr); }

 private:
  const T* object_ = nullptr;
};

}  // namespace muster::view

#endif  // MUSTER_VIEW_REF_H_
