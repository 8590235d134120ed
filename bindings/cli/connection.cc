#include "connection.h"

#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

#include "muster_h2o.h"

namespace muster::cli {
namespace {

void SetOption(int fd, int option, int value) {
  setsockopt(fd, IPPROTO_TCP, option, &value, sizeof(value));
}

// All bytes that the client sent, and all that its system has acknowledged.
uint64_t MovedBytes(int fd) {
  tcp_info info = {};
  socklen_t size = sizeof(info);
  if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return 0;
  return info.tcpi_bytes_received + info.tcpi_bytes_acked;
}

void ReadAndDrop(h2o_socket_t* socket, const char* error) {
  h2o_buffer_consume(&socket->input, socket->input->size);
  if (error != nullptr) h2o_socket_close(socket);
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
  h2o::Accept(surroundings_.accept, socket_);
}

Connection& Connection::Of(h2o_req_t* request) {
  h2o_socket_t* socket = request->conn->callbacks->get_socket(request->conn);
  return *static_cast<Connection*>(socket->on_close.data);
}

void Connection::OnAnswer(const h2o_req_t& request) {
  is_http2_ = request.version >= 0x200;
  if (is_http2_ || request.http1_is_persistent || linger_fd_ >= 0) return;
  linger_fd_ = fcntl(h2o_socket_get_fd(socket_), F_DUPFD_CLOEXEC, 0);
}

void Connection::CheckProgress() {
  if (is_lingering_) return;  // has a deadline of its own
  const int fd = h2o_socket_get_fd(socket_);
  const uint64_t now_ms = h2o_now(surroundings_.accept->ctx->loop);
  if (const uint64_t bytes = MovedBytes(fd); bytes != moved_bytes_) {
    moved_bytes_ = bytes;
    moved_at_ms_ = now_ms;
  } else if (now_ms - moved_at_ms_ >= surroundings_.idle_timeout_ms) {
    shutdown(fd, SHUT_RDWR);  // which h2o meets as an error, and closes
  }
}

void Connection::FinishSoon() {
  // h2o ends those of HTTP/2 by GOAWAY.
  if (is_lingering_ || is_http2_) return;
  if (h2o_socket_is_writing(socket_) || socket_->input->size > 0) return;
  // A request that has arrived already is still read, and answered.
  shutdown(h2o_socket_get_fd(socket_), SHUT_RD);
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
// stream is sent first, and what still comes is dropped for a while.
void Connection::Linger() {
  is_lingering_ = true;
  h2o_loop_t* loop = surroundings_.accept->ctx->loop;
  shutdown(linger_fd_, SHUT_WR);
  socket_ = h2o_evloop_socket_create(loop, linger_fd_, 0);
  socket_->on_close.data = this;
  socket_->on_close.cb = [](void* self) { static_cast<Connection*>(self)->OnClosed(); };
  linger_deadline_.owner = this;
  linger_deadline_.part.cb = [](h2o_timeout_entry_t* entry) {
    using Deadline = PartOf<h2o_timeout_entry_t, Connection>;
    h2o_socket_close(Deadline::OwnerOf(entry).socket_);
  };
  h2o_timeout_link(loop, surroundings_.linger_timeout, &linger_deadline_.part);
  h2o_socket_read_start(socket_, ReadAndDrop);
}

}  // namespace muster::cli
