// Handler: the order of the checks, and what each endpoint answers.
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "http/caller.h"
#include "http/entity_tag.h"
#include "http/envelope.h"
#include "http/fixed_answers.h"
#include "http/query.h"
#include "http/response_builder.h"
#include "http/routes.h"
#include "http/target.h"
#include "model/text.h"
#include "muster/http.h"

namespace muster {
namespace http {

// One request on its way to its answer.
struct Exchange {
  const Handler::Impl& handler;
  const Request& request;
  Endpoint endpoint;
  std::string_view query;
  const AuthenticatedUser* user;  // null: the host has not looked
};

}  // namespace http

using http::Exchange;

class Handler::Impl {
 public:
  Impl(Catalog* catalog, std::string missing, HandlerOptions options)
      : catalog_(catalog),
        missing_(std::move(missing)),
        options_(std::move(options)),
        routes_(options_) {}

  static absl::StatusOr<Handler> Make(Catalog* catalog, std::string missing,
                                      HandlerOptions options);

  std::optional<Response> Handle(const Request& request, const AuthenticatedUser* user) const;
  void Answer(const Exchange& exchange, ResponseBuilder* response) const;

 private:
  void AnswerList(List list, const Exchange& exchange, ResponseBuilder* response) const;
  void AnswerRootfses(const Exchange& exchange, ResponseBuilder* response) const;
  void AnswerWhoami(const Exchange& exchange, ResponseBuilder* response) const;
  void AnswerReadyz(ResponseBuilder* response) const;

  // The next two answer where they say no.
  bool HasCaller(const Exchange& exchange, User* user, ResponseBuilder* response) const;
  // Takes the snapshot, too, that the answer is made of.
  bool IsModified(List list, const Exchange& exchange, ResponseBuilder* response) const;

  absl::Status CheckReady() const;

  Catalog* const catalog_;     // null: there is none
  const std::string missing_;  // why
  const HandlerOptions options_;
  const http::Routes routes_;
};

absl::StatusOr<Handler> Handler::Impl::Make(Catalog* catalog, std::string missing,
                                            HandlerOptions options) {
  absl::Status prefix = http::Routes::CheckMountPrefix(options.mount_prefix);
  if (!prefix.ok()) return prefix;
  return Handler(std::make_unique<const Impl>(catalog, std::move(missing), std::move(options)));
}

std::optional<Response> Handler::Impl::Handle(const Request& request,
                                              const AuthenticatedUser* user) const {
  const http::Target target = http::SplitTarget(request.target);
  const std::optional<http::Endpoint> endpoint = routes_.Find(target.path);
  if (!endpoint) return std::nullopt;
  // Answered by its constructor, where it is to stay.
  return std::optional<Response>(std::in_place,
                                 Exchange{*this, request, *endpoint, target.query, user});
}

void Handler::Impl::Answer(const Exchange& exchange, ResponseBuilder* response) const {
  if (!response->IsReadMethod()) return response->Answer(http::kMethodNotAllowed);
  switch (exchange.endpoint) {
    case http::Endpoint::kShapes:
      return AnswerList(List::kShapes, exchange, response);
    case http::Endpoint::kRootfs:
      return AnswerRootfses(exchange, response);
    case http::Endpoint::kHosts:
      return AnswerList(List::kHosts, exchange, response);
    case http::Endpoint::kWhoami:
      return AnswerWhoami(exchange, response);
    case http::Endpoint::kHealthz:
      return response->Answer(http::kUp);
    case http::Endpoint::kReadyz:
      return AnswerReadyz(response);
  }
}

void Handler::Impl::AnswerList(List list, const Exchange& exchange,
                               ResponseBuilder* response) const {
  const http::PageQuery page = http::ParsePageQuery(exchange.query);
  if (page.fault != http::QueryFault::kNone) {
    return response->Answer(http::InvalidQuery(page.fault));
  }
  if (list == List::kHosts && options_.hosts_require_credential) {
    User user;
    if (!HasCaller(exchange, &user, response)) return;
  }
  if (IsModified(list, exchange, response)) response->AnswerPage(list, page);
}

void Handler::Impl::AnswerRootfses(const Exchange& exchange, ResponseBuilder* response) const {
  if (IsModified(List::kRootfs, exchange, response)) response->AnswerRootfses();
}

void Handler::Impl::AnswerWhoami(const Exchange& exchange, ResponseBuilder* response) const {
  User user;
  if (!HasCaller(exchange, &user, response)) return;
  if (!user.stats) {
    if (catalog_ == nullptr) return response->Answer(http::kStoreUnreadable);
    const absl::StatusOr<UserStats> stats = catalog_->GetUserStats(user.id);
    if (!stats.ok()) return response->Answer(http::StoreFault(stats.status()));
    user.stats = *stats;
  }
  response->AnswerUser(user.id, *user.stats);
}

void Handler::Impl::AnswerReadyz(ResponseBuilder* response) const {
  const absl::Status ready = CheckReady();
  if (ready.ok()) return response->Answer(http::kReady);
  std::optional<std::string> body = http::NotReadyBody(model::Message(ready));
  if (!body) body = http::NotReadyBody("not ready");  // the host's words are not UTF-8
  response->Answer(503, *std::move(body));
}

bool Handler::Impl::IsModified(List list, const Exchange& exchange,
                               ResponseBuilder* response) const {
  if (catalog_ == nullptr) {
    response->Answer(http::kStoreUnreadable);
    return false;
  }
  const Snapshot& snapshot = response->Hold(catalog_->snapshot());
  if (!http::IfNoneMatchHas(exchange.request.headers, snapshot.etag(list))) return true;
  response->AnswerNotModified(list);
  return false;
}

bool Handler::Impl::HasCaller(const Exchange& exchange, User* user,
                              ResponseBuilder* response) const {
  http::Caller caller =
      exchange.user != nullptr
          ? http::CallerFromHost(*exchange.user)
          : http::FindCaller(exchange.request.headers, catalog_, options_.authenticator);
  switch (caller.kind) {
    case http::Caller::Kind::kUser:
      *user = std::move(caller.user);
      return true;
    case http::Caller::Kind::kNobody:
      response->Answer(http::kUnauthorized);
      break;
    case http::Caller::Kind::kUnavailable:
      response->Answer(http::kCredentialUnchecked);
      break;
  }
  return false;
}

absl::Status Handler::Impl::CheckReady() const {
  if (catalog_ == nullptr) return absl::UnavailableError(missing_);
  absl::Status ready = catalog_->CheckReady();
  if (ready.ok() && options_.readiness_check) ready = options_.readiness_check();
  return ready;
}

Response::Response(const Exchange& exchange) {
  ResponseBuilder builder(exchange.request.method, this);
  exchange.handler.Answer(exchange, &builder);
}

absl::StatusOr<Handler> Handler::Create(Catalog* catalog, HandlerOptions options) {
  if (catalog == nullptr) return absl::InvalidArgumentError("catalog: must not be null");
  return Impl::Make(catalog, {}, std::move(options));
}

absl::StatusOr<Handler> Handler::WithoutCatalog(std::string reason, HandlerOptions options) {
  return Impl::Make(nullptr, std::move(reason), std::move(options));
}

Handler::Handler(std::unique_ptr<const Impl> impl) : impl_(std::move(impl)) {}
Handler::~Handler() = default;
Handler::Handler(Handler&&) noexcept = default;
Handler& Handler::operator=(Handler&&) noexcept = default;

std::optional<Response> Handler::Handle(const Request& request) const {
  return impl_->Handle(request, nullptr);
}

std::optional<Response> Handler::Handle(const Request& request,
                                        const AuthenticatedUser& user) const {
  return impl_->Handle(request, &user);
}

Response Handler::NotFound(const Request& request) {
  Response response;
  ResponseBuilder builder(request.method, &response);
  builder.Answer(http::kNotFound);
  return response;
}

}  // namespace muster
