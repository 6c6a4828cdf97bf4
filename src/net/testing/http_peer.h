#pragma once
#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace lotse::net::testing {

struct PeerRequest {
  std::string method, target, path, body;
  std::map<std::string, std::string> query, headers;  ///< names of headers in lower case
};
struct PeerAnswer {
  int status = 200;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers = {};
  size_t cut_after = SIZE_MAX;  ///< bytes of the body, then the connection is closed
  int delay_ms = 0;             ///< before the answer
};

/// A small HTTP/1.1 server on 127.0.0.1 for tests: one thread, one request a connection.
class HttpPeer {
 public:
  explicit HttpPeer(std::function<PeerAnswer(const PeerRequest&)> answer, uint16_t port = 0);
  ~HttpPeer();
  uint16_t port() const { return port_; }
  std::string url(const std::string& path = "/") const { return "http://127.0.0.1:" + std::to_string(port_) + path; }
  std::vector<PeerRequest> requests() const;

 private:
  void loop();
  void serve(int client);
  std::function<PeerAnswer(const PeerRequest&)> answer_;
  mutable std::mutex mutex_;
  std::vector<PeerRequest> requests_;
  int socket_ = -1;
  uint16_t port_ = 0;
  std::atomic<bool> ending_{false};
  std::thread thread_;
};

}  // namespace lotse::net::testing
