#include "connection.h"

#include <fcntl.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

#include "muster_h2o.h"

namespace muster::cli {
namespace {

// The time that a client may take to read what is left, with that between two.
constexpr int kMostLingerLooks = 5;

void SetOption(int fd, int option, int value) {
  setsockopt(fd, IPPROTO_TCP, option, &value, sizeof(value));
}

// All bytes that the client's system has acknowledged, and all that it sent; but
// those not while bytes for it are waiting, so that it cannot have them wait.
uint64_t MovedBytes(int fd, bool is_writing) {
  tcp_info info = {};
  socklen_t size = sizeof(info);
  if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return 0;
  return info.tcpi_bytes_acked + (is_writing ? 0 : info.tcpi_bytes_received);
}

// Whether the client sent something that h2o has not read yet.
bool HasUnread(int fd) {
  char byte;
  return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

// Whether the client's system has all that was sent.
bool IsAllAcknowledged(int fd) {
  int left = 0;
  return ioctl(fd, SIOCOUTQ, &left) != 0 || left == 0;
}

}  // namespace

Connection::Connection(int fd, ConnectionLimit::Ticket ticket, const Surroundings& surroundings)
    : surroundings_(surroundings), ticket_(std::move(ticket)) {
  h2o_loop_t* loop = surroundings_.accept->ctx->loop;
  SetOption(fd, TCP_NODELAY, 1);
  socket_ = h2o_evloop_socket_create(loop, fd, H2O_SOCKET_FLAG_IS_ACCEPTED_CONNECTION);
  socket_->on_close.data = this;
  socket_->on_close.cb = [](void* self) { static_cast<Connection*>(self)->OnClosed(); };
  moved_at_ms_ = h2o_now(loop);
  h2o::Accept(surroundings_.accept, socket_, [](h2o_socket_t* socket, bool is_http2) {
    Of(socket).protocol_ = is_http2 ? Protocol::kHttp2 : Protocol::kHttp1;
  });
}

Connection& Connection::Of(h2o_socket_t* socket) {
  return *static_cast<Connection*>(socket->on_close.data);
}

Connection& Connection::Of(h2o_req_t* request) {
  return Of(request->conn->callbacks->get_socket(request->conn));
}

void Connection::OnAnswer(const h2o_req_t& request) {
  const bool is_http2 = request.version >= 0x200;
  const bool will_close =
      is_http2 ? request.conn->ctx->shutdown_requested : !request.http1_is_persistent;
  if (will_close) KeepForLinger();
}

void Connection::KeepForLinger() {
  if (linger_fd_ < 0) linger_fd_ = fcntl(h2o_socket_get_fd(socket_), F_DUPFD_CLOEXEC, 0);
}

void Connection::CheckProgress() {
  if (is_lingering_) return;  // has a deadline of its own
  const int fd = h2o_socket_get_fd(socket_);
  const uint64_t now_ms = h2o_now(surroundings_.accept->ctx->loop);
  const uint64_t bytes = MovedBytes(fd, h2o_socket_is_writing(socket_));
  if (bytes != moved_bytes_) {
    moved_bytes_ = bytes;
    moved_at_ms_ = now_ms;
  } else if (now_ms - moved_at_ms_ >= surroundings_.idle_timeout_ms) {
    shutdown(fd, SHUT_RDWR);  // which h2o meets as an error, and closes
  }
}

void Connection::FinishSoon() {
  if (is_lingering_) return;
  // h2o ends those of HTTP/2 by GOAWAY, and closes them with the last bytes of an
  // answer still on their way. At the end of what it reads it drops answers.
  if (protocol_ == Protocol::kHttp2) return KeepForLinger();
  if (h2o_socket_is_writing(socket_) || socket_->input->size > 0) return;
  const int fd = h2o_socket_get_fd(socket_);
  if (protocol_ == Protocol::kUnknown && HasUnread(fd)) return;
  // A request that has arrived already is still read, and answered.
  shutdown(fd, SHUT_RD);
}

void Connection::Abort() {
  if (is_lingering_) return h2o_socket_close(socket_);
  shutdown(h2o_socket_get_fd(socket_), SHUT_RDWR);
}

void Connection::OnClosed() {
  if (is_lingering_) h2o_timeout_unlink(&linger_deadline_.part);
  if (is_lingering_ || linger_fd_ < 0) {
    delete this;
    return;
  }
  Linger();
}

// A closed socket with unread bytes makes the system send a reset, which can
// take away the answer that the client has not read yet. So the end of the
// stream is sent first, and what still comes is dropped for a while: until the
// client ends, too, or is silent and has got everything.
void Connection::Linger() {
  is_lingering_ = true;
  h2o_loop_t* loop = surroundings_.accept->ctx->loop;
  shutdown(linger_fd_, SHUT_WR);
  socket_ = h2o_evloop_socket_create(loop, linger_fd_, 0);
  socket_->on_close.data = this;
  socket_->on_close.cb = [](void* self) { static_cast<Connection*>(self)->OnClosed(); };
  linger_deadline_.owner = this;
  linger_deadline_.part.cb = [](h2o_timeout_entry_t* entry) {
    PartOf<h2o_timeout_entry_t, Connection>::OwnerOf(entry).LingerOn();
  };
  h2o_timeout_link(loop, surroundings_.linger_timeout, &linger_deadline_.part);
  h2o_socket_read_start(socket_, [](h2o_socket_t* socket, const char* error) {
    h2o_buffer_consume(&socket->input, socket->input->size);
    Of(socket).has_heard_ = true;
    if (error != nullptr) h2o_socket_close(socket);
  });
}

void Connection::LingerOn() {
  const bool is_quiet = !std::exchange(has_heard_, false) && IsAllAcknowledged(linger_fd_);
  if (is_quiet || ++linger_looks_ == kMostLingerLooks) return h2o_socket_close(socket_);
  h2o_timeout_link(surroundings_.accept->ctx->loop, surroundings_.linger_timeout,
                   &linger_deadline_.part);
}

}  // namespace muster::cli
