// Connection: what the server does for a connection beside h2o, from accept to
// close.
//
//   h2o has it: read, answer, read … -> h2o closes -> linger, where a client may
//   still be sending -> end
//
// Which HTTP it speaks is known from its first bytes.
//
// h2o speaks HTTP and ends connections that are idle. What it lacks is here: a
// connection on which nothing moves ends although an answer is under way, a
// close does not take away the answer before it, and the server can end.
//
// Lives on the loop of its worker and deletes itself when it ends. Its ticket
// goes with it.
#ifndef MUSTER_CLI_CONNECTION_H_
#define MUSTER_CLI_CONNECTION_H_

#include <h2o.h>

#include <boost/intrusive/list_hook.hpp>
#include <cstdint>

#include "connection_limit.h"
#include "part_of.h"

namespace muster::cli {

// What the connections of a loop have in common; outlives them.
struct Surroundings {
  h2o_accept_ctx_t* accept = nullptr;
  h2o_timeout_t* linger_timeout = nullptr;  // between two looks at one that lingers
  uint64_t idle_timeout_ms = 0;
};

class Connection : public boost::intrusive::list_base_hook<
                       boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  // Takes the descriptor of a socket that was accepted. Only with new.
  Connection(int fd, ConnectionLimit::Ticket ticket, const Surroundings& surroundings);

  // The connection that a request came by.
  static Connection& Of(h2o_req_t* request);

  // An answer is about to be sent.
  void OnAnswer(const h2o_req_t& request);

  // Ends it where nothing has moved for the idle timeout: neither an answer, nor,
  // while none waits for the client's system to take it, what the client sends.
  void CheckProgress();

  // Ends it where no request is under way. To be called until it has ended.
  void FinishSoon();

  // Ends it in the midst of whatever it does.
  void Abort();

 private:
  enum class Protocol { kUnknown, kHttp1, kHttp2 };

  ~Connection() = default;
  static Connection& Of(h2o_socket_t* socket);
  void KeepForLinger();
  void OnClosed();
  void Linger();
  void LingerOn();

  const Surroundings& surroundings_;
  const ConnectionLimit::Ticket ticket_;
  h2o_socket_t* socket_;
  Protocol protocol_ = Protocol::kUnknown;
  bool is_lingering_ = false;
  int linger_fd_ = -1;  // the socket once more, where h2o will close it
  int linger_looks_ = 0;
  bool has_heard_ = false;  // something, since it was last looked at

  uint64_t moved_bytes_ = 0;
  uint64_t moved_at_ms_ = 0;
  PartOf<h2o_timeout_entry_t, Connection> linger_deadline_{};
};

}  // namespace muster::cli

#endif  // MUSTER_CLI_CONNECTION_H_
