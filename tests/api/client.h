#pragma once
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace lotse::test {

struct Answer {
  int status = 0;  ///< 0: the connection ended without an answer
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;
  bool whole = false;
  nlohmann::json json() const { return nlohmann::json::parse(body, nullptr, false); }
  std::string code() const {
    const auto j = json();
    return j.is_object() ? j.value("code", "") : "";
  }
};

/// A small HTTP client on a plain socket, so that tests can also send what no proper client would.
class Client {
 public:
  explicit Client(uint16_t port) : port_(port) {}
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  using Headers = std::vector<std::pair<std::string, std::string>>;
  /// A whole request on the kept connection.
  Answer ask(std::string_view method, std::string_view target, std::string_view body = {}, const Headers& headers = {});
  /// Bytes as they are; then reads one answer.
  void send(std::string_view bytes);
  /// `only_head` leaves the body to read_until.
  Answer receive(bool only_head = false);
  /// What comes until `text` was seen or nothing came for `patience_s`: little where the text must not come.
  std::string read_until(std::string_view text, int patience_s = 20);
  void close();

 private:
  void connect();
  bool more();
  uint16_t port_;
  int socket_ = -1;
  std::string waiting_;
};

}  // namespace lotse::test
