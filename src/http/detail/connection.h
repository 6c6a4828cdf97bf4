#pragma once
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <string>

#include "http/server.h"

/// One client's connection. Seen by the server's own files only.
namespace lotse::http::detail {

class Connection {
 public:
  virtual ~Connection() = default;
  /// Ends it where no request is under way, else after its answer.
  virtual void end_soon() = 0;
  virtual void cut() = 0;
};

/// What a connection needs of its server. Called on the loop's thread.
class Host {
 public:
  virtual ~Host() = default;
  virtual Application& application() = 0;
  /// False where too much waits or the server has ended.
  virtual bool run_request(std::function<void()> work) = 0;
  virtual bool run_transfer(std::function<void()> work) = 0;
  virtual bool ending() const = 0;
  virtual void add(Connection* connection) = 0;
  virtual void remove(Connection* connection) = 0;
};

/// Serves the socket until it closes; keeps itself alive. TCP and local sockets are one type here, so that the code
/// is compiled once.
void start_connection(Host& host, boost::asio::generic::stream_protocol::socket socket, std::string address, bool is_local);

}  // namespace lotse::http::detail
