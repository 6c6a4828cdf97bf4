#include "client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace lotse::test {

Client::~Client() { close(); }

void Client::close() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
  waiting_.clear();
}

void Client::connect() {
  if (socket_ >= 0) return;
  socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
  timeval patience{30, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port_);
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<sockaddr*>(&where), sizeof where) != 0) close();
}

void Client::send(std::string_view bytes) {
  connect();
  while (!bytes.empty()) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;  // the server refused and closed; its answer is still to be read
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
}

bool Client::more() {
  std::array<char, 65536> piece;
  const auto got = ::recv(socket_, piece.data(), piece.size(), 0);
  if (got <= 0) return false;
  waiting_.append(piece.data(), static_cast<size_t>(got));
  return true;
}

Answer Client::receive(bool only_head) {
  Answer answer;
  size_t end;
  while ((end = waiting_.find("\r\n\r\n")) == std::string::npos)
    if (!more()) return close(), answer;
  std::string_view head = std::string_view(waiting_).substr(0, end);
  std::from_chars(head.data() + 9, head.data() + std::min<size_t>(head.size(), 12), answer.status);
  for (size_t at = head.find("\r\n"); at != std::string_view::npos;) {
    const size_t next = head.find("\r\n", at + 2);
    const auto line = head.substr(at + 2, next == std::string_view::npos ? next : next - at - 2);
    const auto colon = line.find(':');
    std::string name(line.substr(0, colon));
    for (char& c : name) c = static_cast<char>(std::tolower(c));
    auto value = line.substr(colon + 1);
    while (value.starts_with(' ')) value.remove_prefix(1);
    answer.headers[name] = value;
    at = next;
  }
  waiting_.erase(0, end + 4);
  if (answer.status == 100) return receive(only_head);
  if (only_head) {
    answer.whole = true;
    return answer;
  }
  if (answer.status == 204 || answer.status == 304) {
    answer.whole = true;
  } else if (answer.headers.contains("content-length")) {
    const size_t size = std::stoul(answer.headers["content-length"]);
    while (waiting_.size() < size)
      if (!more()) return answer;
    answer.body = waiting_.substr(0, size);
    waiting_.erase(0, size);
    answer.whole = true;
  } else if (answer.headers["transfer-encoding"] == "chunked") {
    for (;;) {
      size_t line;
      while ((line = waiting_.find("\r\n")) == std::string::npos)
        if (!more()) return answer;
      size_t size = 0;
      std::from_chars(waiting_.data(), waiting_.data() + line, size, 16);
      while (waiting_.size() < line + 2 + size + 2)
        if (!more()) return answer;
      answer.body.append(waiting_, line + 2, size);
      waiting_.erase(0, line + 2 + size + 2);
      if (size == 0) break;
    }
    answer.whole = true;
  } else {
    while (more()) {
    }
    answer.body = std::exchange(waiting_, {});
    answer.whole = true;
  }
  if (answer.headers["connection"] == "close") close();
  return answer;
}

Answer Client::ask(std::string_view method, std::string_view target, std::string_view body, const Headers& headers) {
  std::string text = std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n";
  for (const auto& [name, value] : headers) text += name + ": " + value + "\r\n";
  if (!body.empty() || method == "POST" || method == "PATCH") text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  text += "\r\n";
  text += body;
  const bool kept = socket_ >= 0;
  send(text);
  auto answer = receive(method == "HEAD");
  if (answer.status == 0 && kept) {  // the server had closed the kept connection meanwhile
    send(text);
    answer = receive(method == "HEAD");
  }
  return answer;
}

std::string Client::read_until(std::string_view text, int patience_s) {
  timeval patience{patience_s, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  while (waiting_.find(text) == std::string::npos)
    if (!more()) break;
  return std::exchange(waiting_, {});
}

}  // namespace lotse::test
