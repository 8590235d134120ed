// DiscardedBody: a Beast body for requests whose content nobody wants. It is
// parsed, so that the next request is found, and dropped.
#ifndef MUSTER_CLI_DISCARDED_BODY_H_
#define MUSTER_CLI_DISCARDED_BODY_H_

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/optional.hpp>
#include <cstddef>
#include <cstdint>

namespace muster::cli {

struct DiscardedBody {
  struct value_type {};

  class reader {
   public:
    template <bool is_request, class Fields>
    reader(boost::beast::http::header<is_request, Fields>&, value_type&) {}

    void init(const boost::optional<std::uint64_t>&, boost::beast::error_code& error) {
      error = {};
    }

    template <class ConstBufferSequence>
    size_t put(const ConstBufferSequence& buffers, boost::beast::error_code& error) {
      error = {};
      return boost::asio::buffer_size(buffers);
    }

    void finish(boost::beast::error_code& error) { error = {}; }
  };
};

}  // namespace muster::cli

#endif  // MUSTER_CLI_DISCARDED_BODY_H_
