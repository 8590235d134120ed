#include "http/response_builder.h"

#include <optional>
#include <utility>

#include "http/envelope.h"

namespace muster {

void ResponseBuilder::Answer(const http::FixedAnswer& answer) {
  BeginUncached(answer.status);
  if (!answer.header.name.empty())
    response_->AddHeader(answer.header.name, answer.header.value);
  AppendBody(answer.body);
  FinishBody();
}

void ResponseBuilder::Answer(int status, std::string body) {
  BeginUncached(status);
  response_->owned_ = std::make_unique<std::string>(std::move(body));
  AppendBody(*response_->owned_);
  FinishBody();
}

void ResponseBuilder::AnswerUser(std::string_view user_id, const UserStats& stats) {
  if (user_id.size() <= Response::kMaxTail - http::kMaxUserClosing &&
      http::IsPlainJson(user_id)) {
    BeginUncached(200);
    AppendBody(http::kUserOpening);
    AppendTail(http::WriteUser(user_id, stats, response_->tail_));
    return FinishBody();
  }
  std::optional<std::string> body = http::WhoamiBody(user_id, stats);
  if (!body) return Answer(http::kInternalError);
  Answer(200, *std::move(body));
}

void ResponseBuilder::AnswerPage(List list, const http::PageQuery& page) {
  BeginList(200, list);
  AppendBody(http::kPageOpening);
  const Snapshot& snapshot = response_->snapshot_;
  const PageCounts counts =
      list == List::kShapes ? snapshot.AppendShapes(page.limit, page.offset, &response_->body_)
                            : snapshot.AppendHosts(page.limit, page.offset, &response_->body_);
  static_assert(Response::kMaxTail >= http::kMaxPageClosing);
  AppendTail(http::WritePageClosing(counts, response_->tail_));
  FinishBody();
}

void ResponseBuilder::AnswerRootfses() {
  BeginList(200, List::kRootfs);
  AppendBody(http::kDataOpening);
  AppendBody(response_->snapshot_.RenderedRootfses());
  AppendBody(http::kDataClosing);
  FinishBody();
}

void ResponseBuilder::BeginUncached(int status) {
  response_->status_ = status;
  response_->AddHeader("Content-Type", "application/json");
  response_->AddHeader("Cache-Control", "no-store");
  if (status == 503) response_->AddHeader("Retry-After", "1");
}

void ResponseBuilder::BeginList(int status, List list) {
  response_->status_ = status;
  if (status != 304) response_->AddHeader("Content-Type", "application/json");
  response_->AddHeader("Cache-Control", "no-cache");
  response_->AddHeader("ETag", response_->snapshot_.etag(list));
}

void ResponseBuilder::AppendTail(size_t length) {
  response_->tail_span_ = response_->body_.size();
  AppendBody({response_->tail_, length});
}

void ResponseBuilder::FinishBody() {
  response_->content_length_ = response_->body_.byte_count();
  if (!is_head_) return;
  response_->body_.Clear();
  response_->tail_span_ = SIZE_MAX;
}

}  // namespace muster
