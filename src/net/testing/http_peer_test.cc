#include "net/testing/http_peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <stdexcept>

namespace lotse::net::testing {

namespace {
std::string decoded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}
void send_all(int client, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::send(client, text.data(), text.size(), MSG_NOSIGNAL);
    if (n <= 0) return;
    text.remove_prefix(static_cast<size_t>(n));
  }
}
}  // namespace

HttpPeer::HttpPeer(std::function<PeerAnswer(const PeerRequest&)> answer, uint16_t port) : answer_(std::move(answer)) {
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  ::setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(socket_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(socket_, 64) != 0) throw std::runtime_error("the test's server does not start");
  ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { loop(); });
}
HttpPeer::~HttpPeer() {
  ending_ = true;
  thread_.join();
  ::close(socket_);
}
std::vector<PeerRequest> HttpPeer::requests() const {
  std::lock_guard lock(mutex_);
  return requests_;
}
void HttpPeer::loop() {
  while (!ending_) {
    pollfd wait{socket_, POLLIN, 0};
    if (::poll(&wait, 1, 20) <= 0) continue;
    if (const int client = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC); client >= 0) {
      serve(client);
      ::close(client);
    }
  }
}
void HttpPeer::serve(int client) {
  std::string text;
  char piece[16384];
  size_t end = std::string::npos, wanted = 0;
  PeerRequest request;
  for (;;) {
    const ssize_t n = ::recv(client, piece, sizeof piece, 0);
    if (n <= 0) return;
    text.append(piece, static_cast<size_t>(n));
    if (end == std::string::npos && (end = text.find("\r\n\r\n")) != std::string::npos) {
      size_t line = text.find("\r\n");
      const std::string first = text.substr(0, line);
      const size_t a = first.find(' '), b = first.find(' ', a + 1);
      request.method = first.substr(0, a);
      request.target = first.substr(a + 1, b - a - 1);
      while (line < end) {
        const size_t next = text.find("\r\n", line + 2), colon = text.find(':', line);
        std::string name = text.substr(line + 2, colon - line - 2);
        for (char& c : name) c = static_cast<char>(std::tolower(c));
        size_t from = colon + 1;
        while (text[from] == ' ') ++from;
        request.headers[name] = text.substr(from, next - from);
        line = next;
      }
      if (request.headers.contains("content-length")) wanted = std::stoul(request.headers["content-length"]);
    }
    if (end != std::string::npos && text.size() >= end + 4 + wanted) break;
  }
  request.body = text.substr(end + 4);
  const size_t question = request.target.find('?');
  request.path = request.target.substr(0, question);
  if (question != std::string::npos) {
    std::string_view rest = std::string_view(request.target).substr(question + 1);
    while (!rest.empty()) {
      const auto part = rest.substr(0, rest.find('&'));
      rest.remove_prefix(std::min(part.size() + 1, rest.size()));
      const size_t equal = part.find('=');
      request.query[decoded(part.substr(0, equal))] = equal == std::string_view::npos ? "" : decoded(part.substr(equal + 1));
    }
  }
  {
    std::lock_guard lock(mutex_);
    requests_.push_back(request);
  }
  const PeerAnswer answer = answer_(request);
  for (int waited = 0; waited < answer.delay_ms && !ending_; waited += 10) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  std::string head = "HTTP/1.1 " + std::to_string(answer.status) + " X\r\nContent-Length: " + std::to_string(answer.body.size()) + "\r\nConnection: close\r\n";
  for (const auto& [name, value] : answer.headers) head += name + ": " + value + "\r\n";
  send_all(client, head + "\r\n" + answer.body.substr(0, answer.cut_after));
}

}  // namespace lotse::net::testing
