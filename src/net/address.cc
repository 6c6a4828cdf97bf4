#include "net/address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <memory>

namespace lotse::net {

namespace {
struct Range {
  uint32_t first;
  int bits;
};
constexpr uint32_t ip(uint32_t a, uint32_t b, uint32_t c, uint32_t d) { return a << 24 | b << 16 | c << 8 | d; }
/// IANA's registry of special addresses: what is not globally reachable, with multicast and class E.
constexpr Range not_public[] = {{ip(0, 0, 0, 0), 8},      {ip(10, 0, 0, 0), 8},     {ip(100, 64, 0, 0), 10},  {ip(127, 0, 0, 0), 8},
                                {ip(169, 254, 0, 0), 16}, {ip(172, 16, 0, 0), 12},  {ip(192, 0, 0, 0), 24},   {ip(192, 0, 2, 0), 24},
                                {ip(192, 88, 99, 0), 24}, {ip(192, 168, 0, 0), 16}, {ip(198, 18, 0, 0), 15},  {ip(198, 51, 100, 0), 24},
                                {ip(203, 0, 113, 0), 24}, {ip(224, 0, 0, 0), 4},    {ip(240, 0, 0, 0), 4}};

bool is_public_v4(uint32_t address) {
  return std::ranges::none_of(not_public, [&](const Range& r) { return (address ^ r.first) >> (32 - r.bits) == 0; });
}
uint32_t v4_at(const unsigned char* bytes) { return ip(bytes[0], bytes[1], bytes[2], bytes[3]); }

bool is_public_v6(const unsigned char* b) {
  static constexpr unsigned char zeros[12] = {};
  static constexpr unsigned char nat64[12] = {0, 0x64, 0xff, 0x9b};
  if (std::memcmp(b, zeros, 10) == 0 && b[10] == 0xff && b[11] == 0xff) return is_public_v4(v4_at(b + 12));  // ::ffff:a.b.c.d
  if (std::memcmp(b, zeros, 12) == 0) return false;  // ::, ::1 and the old form that carries an IPv4 address
  if (std::memcmp(b, nat64, 12) == 0) return is_public_v4(v4_at(b + 12));
  if (b[0] == 0x20 && b[1] == 0x02) return is_public_v4(v4_at(b + 2));                // 6to4
  if (b[0] == 0x20 && b[1] == 0x01 && b[2] < 0x02) return false;                      // Teredo and other protocols' own
  if (b[0] == 0x20 && b[1] == 0x01 && b[2] == 0x0d && b[3] == 0xb8) return false;     // documentation
  return (b[0] & 0xe0) == 0x20;                                                       // 2000::/3 alone is given out to the internet
}

std::string plain_name(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  while (!out.empty() && (out.back() == '.' || out.back() == ' ')) out.pop_back();
  if (out.size() > 2 && out.front() == '[' && out.back() == ']') out = out.substr(1, out.size() - 2);
  return out;
}
}  // namespace

bool is_public(const sockaddr& address) {
  if (address.sa_family == AF_INET) return is_public_v4(ntohl(reinterpret_cast<const sockaddr_in&>(address).sin_addr.s_addr));
  if (address.sa_family == AF_INET6) return is_public_v6(reinterpret_cast<const sockaddr_in6&>(address).sin6_addr.s6_addr);
  return false;
}

AllowedHosts::AllowedHosts(const std::vector<std::string>& hosts) { add(hosts); }
void AllowedHosts::add(const std::vector<std::string>& hosts) {
  for (const auto& host : hosts)
    if (auto name = plain_name(host); !name.empty()) hosts_.insert(std::move(name));
}
bool AllowedHosts::has(std::string_view host) const {
  const std::string name = plain_name(host);
  if (hosts_.contains(name)) return true;
  for (size_t dot = name.find('.'); dot != std::string::npos; dot = name.find('.', dot + 1))
    if (hosts_.contains("*" + name.substr(dot))) return true;
  return false;
}

Error address_refused(std::string_view host) {
  return Error::invalid("address_refused", "", std::string(host) + " lies in a private network and is not among the allowed hosts");
}

Result<std::vector<std::string>> resolve(const std::string& host, const AllowedHosts& allowed) {
  addrinfo wanted{}, *found = nullptr;
  wanted.ai_socktype = SOCK_STREAM;
  const std::string name = plain_name(host);
  if (const int failed = ::getaddrinfo(name.c_str(), nullptr, &wanted, &found); failed != 0)
    return Error::make(failed == EAI_AGAIN ? ErrorKind::unavailable : ErrorKind::invalid, "host_unknown", name + ": " + ::gai_strerror(failed));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> list(found, &::freeaddrinfo);
  const bool free = allowed.has(name);
  std::vector<std::string> out;
  for (const addrinfo* a = found; a != nullptr; a = a->ai_next) {
    if (!free && !is_public(*a->ai_addr)) return address_refused(host);
    char text[NI_MAXHOST];
    if (::getnameinfo(a->ai_addr, a->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST) == 0) out.emplace_back(text);
  }
  if (out.empty()) return Error::invalid("host_unknown", "", name + " has no address");
  return out;
}

Result<void> check_peer(int socket, std::string_view host, const AllowedHosts& allowed) {
  if (allowed.has(host)) return {};
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  if (::getpeername(socket, reinterpret_cast<sockaddr*>(&peer), &size) != 0 || !is_public(reinterpret_cast<const sockaddr&>(peer))) return address_refused(host);
  return {};
}

}  // namespace lotse::net
