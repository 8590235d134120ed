// The address to listen on, as it is written on the command line. Any thread.
#ifndef MUSTER_CLI_LISTEN_ADDRESS_H_
#define MUSTER_CLI_LISTEN_ADDRESS_H_

#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace muster::cli {

struct ListenAddress {
  std::string host;   // an IP address without brackets, or a name
  uint16_t port = 0;  // 0: the system picks one
};

// "127.0.0.1:8080", "[::1]:8080", "localhost:0"; nothing where it is none of
// these forms. Does not look a name up.
std::optional<ListenAddress> ParseListenAddress(std::string_view text);

// How a client names that server: "http://[::1]:8080".
std::string Url(const boost::asio::ip::tcp::endpoint& endpoint);

}  // namespace muster::cli

#endif  // MUSTER_CLI_LISTEN_ADDRESS_H_
