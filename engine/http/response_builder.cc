#include "http/response_builder.h"

#include <utility>

#include "http/envelope.h"

namespace muster {

void ResponseBuilder::Answer(const http::FixedAnswer& answer) {
  BeginUncached(answer.status);
  if (!answer.header.name.empty()) AddHeader(answer.header.name, answer.header.value);
  AppendBody(answer.body);
  FinishBody();
}

void ResponseBuilder::Answer(int status, std::string body) {
  BeginUncached(status);
  response_->owned_ = std::make_unique<std::string>(std::move(body));
  AppendBody(*response_->owned_);
  FinishBody();
}

void ResponseBuilder::AnswerPage(Snapshot snapshot, List list, const RenderedPage& page) {
  response_->snapshot_ = std::move(snapshot);
  BeginList(200, list);
  AppendBody(http::kPageOpening);
  for (std::string_view rows : page.rows) AppendBody(rows);
  const size_t length = http::WritePageClosing({page.total, static_cast<int32_t>(page.limit),
                                                page.offset, static_cast<int32_t>(page.count)},
                                               &response_->tail_);
  response_->tail_span_ = response_->body_.size();
  AppendBody({response_->tail_.data(), length});
  FinishBody();
}

void ResponseBuilder::AnswerRootfses(Snapshot snapshot) {
  response_->snapshot_ = std::move(snapshot);
  BeginList(200, List::kRootfs);
  AppendBody(http::kDataOpening);
  AppendBody(response_->snapshot_.RenderedRootfses());
  AppendBody(http::kDataClosing);
  FinishBody();
}

void ResponseBuilder::AnswerNotModified(Snapshot snapshot, List list) {
  response_->snapshot_ = std::move(snapshot);
  BeginList(304, list);
}

void ResponseBuilder::AddHeader(std::string_view name, std::string_view value) {
  response_->headers_[response_->header_count_++] = {name, value};
}

void ResponseBuilder::BeginUncached(int status) {
  response_->status_ = status;
  AddHeader("Content-Type", "application/json");
  AddHeader("Cache-Control", "no-store");
  if (status == 503) AddHeader("Retry-After", "1");
}

void ResponseBuilder::BeginList(int status, List list) {
  response_->status_ = status;
  if (status != 304) AddHeader("Content-Type", "application/json");
  AddHeader("Cache-Control", "no-cache");
  AddHeader("ETag", response_->snapshot_.etag(list));
}

void ResponseBuilder::FinishBody() {
  response_->content_length_ = response_->body_.byte_count();
  if (!without_body_) return;
  response_->body_.Clear();
  response_->tail_span_ = SIZE_MAX;
}

}  // namespace muster
