#include "server.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <csignal>
#include <utility>
#include <vector>

namespace muster::cli {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// How long requests under way may take when the server ends.
constexpr std::chrono::seconds kFinishTime{10};

// The wait after an accept that failed for want of descriptors or memory: it
// would fail at once again, and again.
constexpr std::chrono::milliseconds kAcceptRetryTime{100};

// Connections that the system keeps until they are accepted.
constexpr int kBacklog = 1024;

absl::Status CannotListen(const std::string& where, const error_code& error) {
  std::string message = "cannot listen on " + where + ": " + error.message();
  message += error == asio::error::address_in_use
                 ? "; end the program that does, or give another --listen"
                 : "; give another --listen";
  return absl::UnavailableError(message);
}

}  // namespace

Server::Server(const ServerOptions& options)
    : options_(options),
      limit_(options.max_connections, [this] { asio::post(context_, [this] { Accept(); }); }) {}

// Connections give their places back while they end, so the workers go first.
Server::~Server() { workers_.clear(); }

absl::Status Server::Bind(const ListenAddress& address) {
  const bool is_v6 = address.host.find(':') != std::string::npos;
  const std::string where =
      (is_v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
  error_code error;
  const auto found = tcp::resolver(context_).resolve(
      address.host, std::to_string(address.port),
      tcp::resolver::passive | tcp::resolver::numeric_service, error);
  if (error) return CannotListen(where, error);
  std::vector<tcp::endpoint> endpoints(found.begin(), found.end());
  // Most clients of "localhost" look there.
  std::stable_partition(endpoints.begin(), endpoints.end(), [](const tcp::endpoint& endpoint) {
    return endpoint.address().is_v4();
  });

  error_code first_error;
  for (const tcp::endpoint& endpoint : endpoints) {
    error = BindTo(endpoint);
    if (!error) return absl::OkStatus();
    if (!first_error) first_error = error;
    // Another program's clients would look there, too, and find that one.
    if (error == asio::error::address_in_use) break;
  }
  return CannotListen(where, first_error);
}

error_code Server::BindTo(const tcp::endpoint& endpoint) {
  error_code error;
  error_code ignored;
  acceptor_.close(ignored);  // from the address before
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  return error;
}

absl::Status Server::Start(const Handler* handler) {
  error_code error;
  acceptor_.listen(kBacklog, error);
  if (error) return CannotListen(url(), error);

  // A client that is gone is met as an error of the write.
  std::signal(SIGPIPE, SIG_IGN);
  signals_.add(SIGTERM, error);
  signals_.add(SIGINT, error);
  signals_.async_wait([this](error_code cancelled, int) {
    if (!cancelled) OnSignal();
  });
  SiteOptions site;
  site.handler = handler;
  site.is_ending = &is_ending_;
  site.idle_timeout_ms = static_cast<uint64_t>(options_.idle_timeout.count());
  for (int i = 0; i < options_.threads; ++i) {
    workers_.emplace_back(site, [this] { asio::post(context_, [this] { OnWorkerEnd(); }); });
  }
  Accept();
  return absl::OkStatus();
}

std::string Server::url() const {
  error_code ignored;
  return Url(acceptor_.local_endpoint(ignored));
}

void Server::Wait() {
  context_.run();
  workers_.clear();
}

void Server::Accept() {
  if (!accepting_) return;
  ConnectionLimit::Ticket ticket = limit_.Take();
  if (!ticket) return;  // called again when there is room
  acceptor_.async_accept(
      [this, ticket = std::move(ticket)](error_code error, tcp::socket socket) mutable {
        OnAccept(error, std::move(socket), std::move(ticket));
      });
}

void Server::OnAccept(error_code error, tcp::socket socket, ConnectionLimit::Ticket ticket) {
  if (error == asio::error::operation_aborted) return;
  if (!error) DealOut(std::move(socket), std::move(ticket));
  if (!error || error == asio::error::connection_aborted) return Accept();
  ticket.reset();
  retry_timer_.expires_after(kAcceptRetryTime);
  retry_timer_.async_wait([this](error_code cancelled) {
    if (!cancelled) Accept();
  });
}

void Server::DealOut(tcp::socket socket, ConnectionLimit::Ticket ticket) {
  error_code error;
  const int fd = socket.release(error);
  if (!error) workers_[next_worker_++ % workers_.size()].Adopt(fd, std::move(ticket));
}

void Server::OnSignal() {
  draining_.store(true, std::memory_order_relaxed);
  error_code ignored;
  signals_.clear(ignored);  // the next signal does what it does by default
  phase_timer_.expires_after(options_.drain_time);
  phase_timer_.async_wait([this](error_code) { StopAccepting(); });
}

void Server::StopAccepting() {
  accepting_ = false;
  retry_timer_.cancel();
  error_code ignored;
  acceptor_.cancel(ignored);
  // Behind the connection that has perhaps just been accepted.
  asio::post(context_, [this] { Finish(); });
}

void Server::Finish() {
  AcceptWhoIsWaiting();
  error_code ignored;
  acceptor_.close(ignored);
  is_ending_.store(true, std::memory_order_relaxed);
  for (Worker& worker : workers_) worker.Finish();
  phase_timer_.expires_after(kFinishTime);
  phase_timer_.async_wait([this](error_code cancelled) {
    if (cancelled) return;
    for (Worker& worker : workers_) worker.Abort();
  });
}

// Closing the listener resets connections that the system has made already and
// that nobody has accepted yet.
void Server::AcceptWhoIsWaiting() {
  error_code error;
  acceptor_.non_blocking(true, error);
  while (!error) {
    ConnectionLimit::Ticket ticket = limit_.Take();
    if (!ticket) return;
    tcp::socket socket = acceptor_.accept(error);
    if (!error) DealOut(std::move(socket), std::move(ticket));
  }
}

void Server::OnWorkerEnd() {
  if (++ended_workers_ == workers_.size()) phase_timer_.cancel();
}

}  // namespace muster::cli
