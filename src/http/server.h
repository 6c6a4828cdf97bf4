#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "http/request.h"

/// The listener: HTTP/1.1 over TCP and a local socket. Behind it stands Boost, which no other header shows.
namespace lotse::http {

/// How a request's body is taken.
struct BodyPlan {
  bool stream = false;         ///< the handler reads it piece by piece
  uint64_t size_max = 8 << 20; ///< of a body that is read at once
};

/// What answers requests.
class Application {
 public:
  virtual ~Application() = default;
  /// Called on the event loop when the head is there; quick.
  virtual BodyPlan plan(const Request& head) = 0;
  /// Called on a worker thread; may block, must not throw.
  virtual Response handle(Request& request) = 0;
};

/// One thread holds all connections; handlers run on a bounded pool, streamed bodies and long answers on a second one,
/// so that slow uploads do not keep questions waiting. Limits: head 16 kB, a head within 20 s, 75 s between requests,
/// 60 s without a byte of a body.
class Server {
 public:
  struct Options {
    std::string bind = "127.0.0.1";
    uint16_t port = 0;                ///< 0: any free one
    std::filesystem::path socket;     ///< the local socket; empty: none. Only the file's owner can open it
    size_t workers = 8, transfers = 16;
    size_t waiting_max = 512;         ///< requests that wait for a worker; beyond it 503
  };
  /// errors  port_in_use, cannot_listen
  static Result<std::unique_ptr<Server>> start(const Options& options, Application& application);
  virtual ~Server() = default;        ///< stop()

  virtual uint16_t port() const = 0;
  /// Takes no more connections, ends event streams and idle connections, lets requests under way finish (at most 10 s).
  virtual void stop() = 0;
};

}  // namespace lotse::http
