// Sends tracking calls over loopback and tells rates and times of answers; bench/track.mjs starts it beside a server.
//
//   track_load PORT KEY --batch N --connections N --seconds N [--rate REQUESTS_A_SECOND]
//
// Without a rate each connection sends its next request when the last one was answered. With a rate requests are due at fixed
// times, and an answer's time runs from when its request was due: a server that falls behind cannot hide it.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <random>
#include <string>
#include <vector>

namespace {
using Clock = std::chrono::steady_clock;

struct Options {
  uint16_t port = 0;
  std::string key;
  size_t batch = 100, connections = 16;
  double seconds = 10, rate = 0;
};

/// A request as bytes, with the places whose digits change in each: message id and customer.
struct Template {
  std::string bytes;
  struct Place {
    size_t message, customer;
  };
  std::vector<Place> places;
};

std::string base64(const std::string& text) {
  static constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (size_t i = 0; i < text.size(); i += 3) {
    uint32_t bits = 0;
    for (size_t k = 0; k < 3; ++k) bits = bits << 8 | (i + k < text.size() ? static_cast<unsigned char>(text[i + k]) : 0u);
    for (size_t k = 0; k < 4; ++k) out += i + k <= text.size() ? digits[bits >> (18 - 6 * k) & 63] : '=';
  }
  return out;
}

constexpr size_t message_digits = 16, customer_digits = 10;

/// About 500 bytes with 8 properties, of which some vary as those of a shop do.
std::string event(size_t i) {
  const char* names[] = {"Product Viewed", "Product Added", "Checkout Started", "Order Completed", "Search"};
  char text[1024];
  std::snprintf(text, sizeof text,
                R"({"type":"track","messageId":"%s","userId":"customer-%s","event":"%s","timestamp":"2026-01-15T09:%02zu:%02zu.123Z",)"
                R"("properties":{"product":"P-%04zu","category":"tariffs","price":%zu.99,"currency":"EUR","quantity":%zu,"variant":"%c","campaign":"spring","list":"search results"},)"
                R"("context":{"locale":"de-DE","page":{"path":"/products/%zu","referrer":"https://search.example/"},"device":{"type":"mobile"}}})",
                "################", "##########", names[i % 5], i % 60, i * 7 % 60, i * 37 % 2000, i % 90, i % 4 + 1, static_cast<char>('A' + i % 3), i % 500);
  return text;
}

Template make_template(const Options& options, size_t salt) {
  std::string body = options.batch > 1 ? "{\"batch\":[" : "";
  for (size_t i = 0; i < options.batch; ++i) body += (i ? "," : "") + event(salt * 131 + i);
  if (options.batch > 1) body += "],\"sentAt\":\"2026-01-15T10:00:00.000Z\"}";
  Template out;
  out.bytes = std::string("POST /v1/") + (options.batch > 1 ? "batch" : "track") + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic " + base64(options.key + ":") +
              "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  for (size_t at = out.bytes.find("################"); at != std::string::npos; at = out.bytes.find("################", at + 1))
    out.places.push_back({at, out.bytes.find("##########", at + message_digits)});
  return out;
}

void put(std::string& bytes, size_t at, size_t digits, uint64_t value) {
  for (size_t i = digits; i-- > 0; value /= 10) bytes[at + i] = static_cast<char>('0' + value % 10);
}

struct Connection {
  int socket = -1;
  Template request;
  std::string answer;
  size_t sent = 0;
  bool busy = false;
  Clock::time_point due;
};

int connect_to(uint16_t port) {
  const int s = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(s, reinterpret_cast<sockaddr*>(&where), sizeof where) != 0) {
    std::perror("connect");
    std::exit(1);
  }
  const int one = 1;
  ::setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  ::fcntl(s, F_SETFL, O_NONBLOCK);
  return s;
}
}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (argc < 3) {
    std::fprintf(stderr, "track_load PORT KEY --batch N --connections N --seconds N [--rate N]\n");
    return 2;
  }
  options.port = static_cast<uint16_t>(std::atoi(argv[1]));
  options.key = argv[2];
  for (int i = 3; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    const double value = std::atof(argv[i + 1]);
    if (name == "--batch") options.batch = static_cast<size_t>(value);
    if (name == "--connections") options.connections = static_cast<size_t>(value);
    if (name == "--seconds") options.seconds = value;
    if (name == "--rate") options.rate = value;
  }
  const int poll = ::epoll_create1(0);
  std::vector<Connection> connections(options.connections);
  for (size_t i = 0; i < connections.size(); ++i) {
    connections[i].socket = connect_to(options.port);
    connections[i].request = make_template(options, i);
    epoll_event e{.events = EPOLLIN, .data = {.u64 = i}};
    ::epoll_ctl(poll, EPOLL_CTL_ADD, connections[i].socket, &e);
  }

  std::mt19937_64 random(std::random_device{}());
  uint64_t message = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count() % 1'000'000'000 * 1'000'000;
  uint64_t customers = 100'000, answered = 0, failed = 0;
  std::vector<float> times;  // milliseconds
  times.reserve(1 << 20);

  const auto flush = [&](Connection& c, size_t index) {
    while (c.sent < c.request.bytes.size()) {
      const auto n = ::send(c.socket, c.request.bytes.data() + c.sent, c.request.bytes.size() - c.sent, MSG_NOSIGNAL);
      if (n <= 0) {
        epoll_event e{.events = EPOLLIN | EPOLLOUT, .data = {.u64 = index}};
        ::epoll_ctl(poll, EPOLL_CTL_MOD, c.socket, &e);
        return;
      }
      c.sent += static_cast<size_t>(n);
      if (c.sent == c.request.bytes.size()) {
        epoll_event e{.events = EPOLLIN, .data = {.u64 = index}};
        ::epoll_ctl(poll, EPOLL_CTL_MOD, c.socket, &e);
      }
    }
  };
  const auto begin_request = [&](size_t index, Clock::time_point due) {
    Connection& c = connections[index];
    for (const auto& place : c.request.places) {
      put(c.request.bytes, place.message, message_digits, ++message);
      // One in ten is a customer nobody has seen.
      put(c.request.bytes, place.customer, customer_digits, random() % 10 == 0 ? ++customers : random() % 100'000);
    }
    c.due = due;
    c.busy = true;
    c.sent = 0;
    c.answer.clear();
    flush(c, index);
  };

  const auto begin = Clock::now();
  const auto end = begin + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(options.seconds));
  const auto gap = options.rate > 0 ? std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(1 / options.rate)) : Clock::duration{};
  auto next_due = begin;
  std::deque<size_t> idle;
  std::deque<Clock::time_point> owed;
  if (options.rate > 0)
    for (size_t i = 0; i < connections.size(); ++i) idle.push_back(i);
  else
    for (size_t i = 0; i < connections.size(); ++i) begin_request(i, begin);

  std::vector<epoll_event> ready(256);
  std::vector<char> piece(64 * 1024);
  size_t open = options.rate > 0 ? 0 : connections.size();
  while (Clock::now() < end || open > 0) {
    const auto now = Clock::now();
    if (options.rate > 0 && now < end) {
      for (; next_due <= now; next_due += gap) owed.push_back(next_due);
      while (!owed.empty() && !idle.empty()) {
        begin_request(idle.front(), owed.front());
        idle.pop_front();
        owed.pop_front();
        ++open;
      }
    }
    const int n = ::epoll_wait(poll, ready.data(), static_cast<int>(ready.size()), options.rate > 0 ? 1 : 100);
    for (int k = 0; k < n; ++k) {
      const size_t index = ready[static_cast<size_t>(k)].data.u64;
      Connection& c = connections[index];
      if (ready[static_cast<size_t>(k)].events & EPOLLOUT) flush(c, index);
      if (!(ready[static_cast<size_t>(k)].events & (EPOLLIN | EPOLLHUP))) continue;
      const auto got = ::recv(c.socket, piece.data(), piece.size(), 0);
      if (got <= 0) {
        std::fprintf(stderr, "the server closed a connection\n");
        return 1;
      }
      c.answer.append(piece.data(), static_cast<size_t>(got));
      const auto head = c.answer.find("\r\n\r\n");
      if (head == std::string::npos) continue;
      const auto length = c.answer.find("Content-Length: ");
      const size_t size = length < head ? std::strtoul(c.answer.c_str() + length + 16, nullptr, 10) : 0;
      if (c.answer.size() < head + 4 + size) continue;
      const auto done = Clock::now();
      times.push_back(std::chrono::duration<float, std::milli>(done - c.due).count());
      ++answered;
      if (c.answer.compare(9, 3, "200") != 0 || c.answer.find("\"rejected\":[]") == std::string::npos) {
        if (failed++ == 0) std::fprintf(stderr, "%s\n", c.answer.substr(0, 600).c_str());
      }
      c.busy = false;
      if (options.rate > 0) {
        idle.push_back(index);
        --open;
      } else if (done < end) {
        begin_request(index, done);
      } else {
        --open;
      }
    }
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  std::sort(times.begin(), times.end());
  const auto quantile = [&](double q) { return times.empty() ? 0.f : times[std::min(times.size() - 1, static_cast<size_t>(q * static_cast<double>(times.size())))]; };
  rusage own{};
  ::getrusage(RUSAGE_SELF, &own);
  std::printf("{\"requests\":%llu,\"failed\":%llu,\"requests_per_second\":%.0f,\"events_per_second\":%.0f,\"p50_ms\":%.2f,\"p99_ms\":%.2f,\"p999_ms\":%.2f,\"max_ms\":%.2f,"
              "\"bytes_per_event\":%zu,\"generator_cpu_s\":%.2f,\"seconds\":%.2f}\n",
              static_cast<unsigned long long>(answered), static_cast<unsigned long long>(failed), static_cast<double>(answered) / seconds,
              static_cast<double>(answered * options.batch) / seconds, quantile(0.5), quantile(0.99), quantile(0.999), times.empty() ? 0.f : times.back(),
              connections[0].request.bytes.size() / options.batch, static_cast<double>(own.ru_utime.tv_sec + own.ru_stime.tv_sec) + static_cast<double>(own.ru_utime.tv_usec + own.ru_stime.tv_usec) / 1e6, seconds);
  return failed ? 1 : 0;
}
