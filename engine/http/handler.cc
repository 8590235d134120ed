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
namespace {

// One request on its way to its answer.
struct Exchange {
  const Request& request;
  std::string_view query;
  const AuthenticatedUser* user;  // null: the host has not looked
  ResponseBuilder& response;
};

}  // namespace

class Handler::Impl {
 public:
  Impl(Catalog* catalog, HandlerOptions options)
      : catalog_(catalog),
        options_(std::move(options)),
        routes_(options_),
        api_keys_(catalog),
        authenticator_(options_.authenticator != nullptr ? *options_.authenticator
                                                         : api_keys_) {}

  std::optional<Response> Handle(const Request& request, const AuthenticatedUser* user) const;

 private:
  void Answer(http::Endpoint endpoint, const Exchange& exchange) const;
  void AnswerShapes(const Exchange& exchange) const;
  void AnswerRootfses(const Exchange& exchange) const;
  void AnswerHosts(const Exchange& exchange) const;
  void AnswerWhoami(const Exchange& exchange) const;
  void AnswerReadyz(const Exchange& exchange) const;

  // Whether the client has the list already; the answer is then made.
  bool NotModified(const Exchange& exchange, List list, const Snapshot& snapshot) const;

  // The next two: nothing where the check has failed; the answer is then made.
  // Which page is asked for.
  std::optional<http::PageQuery> RequirePage(const Exchange& exchange) const;
  // Who asks.
  std::optional<std::string> RequireCaller(const Exchange& exchange) const;

  absl::Status CheckReady() const;

  Catalog* const catalog_;
  const HandlerOptions options_;
  const http::Routes routes_;
  const ApiKeyAuthenticator api_keys_;
  const Authenticator& authenticator_;
};

std::optional<Response> Handler::Impl::Handle(const Request& request,
                                              const AuthenticatedUser* user) const {
  std::optional<Response> response;  // what every path returns, so never moved
  const http::Target target = http::SplitTarget(request.target);
  const std::optional<http::Endpoint> endpoint = routes_.Find(target.path);
  if (!endpoint) return response;
  ResponseBuilder builder(request.method, &response.emplace());
  if (request.method == "GET" || request.method == "HEAD") {
    Answer(*endpoint, {request, target.query, user, builder});
  } else {
    builder.Answer(http::kMethodNotAllowed);
  }
  return response;
}

void Handler::Impl::Answer(http::Endpoint endpoint, const Exchange& exchange) const {
  switch (endpoint) {
    case http::Endpoint::kShapes:
      return AnswerShapes(exchange);
    case http::Endpoint::kRootfs:
      return AnswerRootfses(exchange);
    case http::Endpoint::kHosts:
      return AnswerHosts(exchange);
    case http::Endpoint::kWhoami:
      return AnswerWhoami(exchange);
    case http::Endpoint::kHealthz:
      return exchange.response.Answer(http::kUp);
    case http::Endpoint::kReadyz:
      return AnswerReadyz(exchange);
  }
}

void Handler::Impl::AnswerShapes(const Exchange& exchange) const {
  const std::optional<http::PageQuery> page = RequirePage(exchange);
  if (!page) return;
  const Snapshot& snapshot = exchange.response.Hold(catalog_->snapshot());
  if (NotModified(exchange, List::kShapes, snapshot)) return;
  exchange.response.AnswerPage(List::kShapes, *page);
}

void Handler::Impl::AnswerRootfses(const Exchange& exchange) const {
  const Snapshot& snapshot = exchange.response.Hold(catalog_->snapshot());
  if (NotModified(exchange, List::kRootfs, snapshot)) return;
  exchange.response.AnswerRootfses();
}

void Handler::Impl::AnswerHosts(const Exchange& exchange) const {
  const std::optional<http::PageQuery> page = RequirePage(exchange);
  if (!page) return;
  if (options_.hosts_require_credential && !RequireCaller(exchange)) return;
  const Snapshot& snapshot = exchange.response.Hold(catalog_->snapshot());
  if (NotModified(exchange, List::kHosts, snapshot)) return;
  exchange.response.AnswerPage(List::kHosts, *page);
}

void Handler::Impl::AnswerWhoami(const Exchange& exchange) const {
  const std::optional<std::string> user_id = RequireCaller(exchange);
  if (!user_id) return;
  const absl::StatusOr<UserStats> stats = catalog_->GetUserStats(*user_id);
  if (!stats.ok()) return exchange.response.Answer(http::StoreFault(stats.status()));
  std::optional<std::string> body = http::WhoamiBody(*user_id, *stats);
  if (!body) return exchange.response.Answer(http::kInternalError);
  exchange.response.Answer(200, *std::move(body));
}

void Handler::Impl::AnswerReadyz(const Exchange& exchange) const {
  const absl::Status ready = CheckReady();
  if (ready.ok()) return exchange.response.Answer(http::kReady);
  std::optional<std::string> body = http::NotReadyBody(model::Message(ready));
  if (!body) body = http::NotReadyBody("not ready");  // the host's words are not UTF-8
  exchange.response.Answer(503, *std::move(body));
}

std::optional<http::PageQuery> Handler::Impl::RequirePage(const Exchange& exchange) const {
  const http::PageQuery page = http::ParsePageQuery(exchange.query);
  if (page.fault == http::QueryFault::kNone) return page;
  exchange.response.Answer(http::InvalidQuery(page.fault));
  return std::nullopt;
}

bool Handler::Impl::NotModified(const Exchange& exchange, List list,
                                const Snapshot& snapshot) const {
  if (!http::IfNoneMatchHas(exchange.request.headers, snapshot.etag(list))) return false;
  exchange.response.AnswerNotModified(list);
  return true;
}

std::optional<std::string> Handler::Impl::RequireCaller(const Exchange& exchange) const {
  http::Caller caller = exchange.user != nullptr
                            ? http::CallerFromHost(*exchange.user)
                            : http::FindCaller(exchange.request.headers, authenticator_);
  switch (caller.kind) {
    case http::Caller::Kind::kUser:
      return std::move(caller.user_id);
    case http::Caller::Kind::kNobody:
      exchange.response.Answer(http::kUnauthorized);
      break;
    case http::Caller::Kind::kUnavailable:
      exchange.response.Answer(http::kCredentialUnchecked);
      break;
  }
  return std::nullopt;
}

absl::Status Handler::Impl::CheckReady() const {
  absl::Status ready = catalog_->CheckReady();
  if (ready.ok() && options_.readiness_check) ready = options_.readiness_check();
  return ready;
}

absl::StatusOr<Handler> Handler::Create(Catalog* catalog, HandlerOptions options) {
  if (catalog == nullptr) return absl::InvalidArgumentError("catalog: must not be null");
  absl::Status prefix = http::Routes::CheckMountPrefix(options.mount_prefix);
  if (!prefix.ok()) return prefix;
  return Handler(std::make_unique<const Impl>(catalog, std::move(options)));
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
