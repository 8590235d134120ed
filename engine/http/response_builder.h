// ResponseBuilder: the only one who fills a Response in.
//
// Knows which headers go with which answer, and that HEAD gets everything but
// the body. Each answer is made by one call, after which the builder is done.
// Takes no memory but for a body that is handed over. One thread.
#ifndef MUSTER_HTTP_RESPONSE_BUILDER_H_
#define MUSTER_HTTP_RESPONSE_BUILDER_H_

#include <string>
#include <string_view>
#include <utility>

#include "http/fixed_answers.h"
#include "http/query.h"
#include "muster/http.h"

namespace muster {

class ResponseBuilder {
 public:
  // `response` is a new one and is borrowed.
  ResponseBuilder(std::string_view method, Response* response)
      : is_head_(method == "HEAD"), is_get_(method == "GET"), response_(response) {}

  // Whether the method is one that is answered with more than a 405.
  bool IsReadMethod() const { return is_get_ || is_head_; }

  // An answer whose text never changes.
  void Answer(const http::FixedAnswer& answer);

  // An answer whose text was made for it.
  void Answer(int status, std::string body);

  // 200 with who asks; 500 where the id is not UTF-8, which no JSON can hold.
  void AnswerUser(std::string_view user_id, const UserStats& stats);

  // The snapshot that the answers below are made of, which the response keeps.
  const Snapshot& Hold(Snapshot snapshot) {
    response_->snapshot_ = std::move(snapshot);
    return response_->snapshot_;
  }

  // 200 with a page of the shapes or of the hosts.
  void AnswerPage(List list, const http::PageQuery& page);

  // 200 with the rootfs list.
  void AnswerRootfses();

  // 304: the client has the list already.
  void AnswerNotModified(List list) { BeginList(304, list); }

 private:
  // The status and the headers of an answer that must not be kept by caches.
  void BeginUncached(int status);
  // The status and the headers of an answer that may be kept and revalidated.
  void BeginList(int status, List list);
  void AppendBody(std::string_view bytes) { response_->body_.Append(bytes); }
  // Appends what has been written to the tail, which is used once.
  void AppendTail(size_t length);
  // Says how long the body is, and takes it away where the method wants none.
  void FinishBody();

  bool is_head_;  // wants no body
  bool is_get_;
  Response* response_;
};

}  // namespace muster

#endif  // MUSTER_HTTP_RESPONSE_BUILDER_H_
