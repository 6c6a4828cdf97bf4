#pragma once
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

struct sockaddr;

/// Which hosts this server may reach out to. A connection that a person sets up must not open the inside of the network that
/// the server stands in.
namespace lotse::net {

/// True where the address lies in the public internet: neither loopback, private, link-local, shared (RFC 6598), multicast,
/// reserved nor of documentation; an IPv6 address that carries an IPv4 one is judged by that. Other families are not public.
bool is_public(const sockaddr& address);

/// Hosts that may be reached although their addresses are not public: names or numeric addresses as people type them,
/// "*.intern.example" for all names below.
class AllowedHosts {
 public:
  AllowedHosts() = default;
  explicit AllowedHosts(const std::vector<std::string>& hosts);
  bool has(std::string_view host) const;
  void add(const std::vector<std::string>& hosts);

 private:
  std::set<std::string, std::less<>> hosts_;
};

/// The numeric addresses of a host that may be reached; for clients that connect by themselves (databases).
///   errors  host_unknown, address_refused (one of its addresses is not public and the host not allowed)
Result<std::vector<std::string>> resolve(const std::string& host, const AllowedHosts& allowed);

/// The peer of a connected socket may be reached: asked once more after connecting, for names can change between two look-ups.
///   errors  address_refused
Result<void> check_peer(int socket, std::string_view host, const AllowedHosts& allowed);

Error address_refused(std::string_view host);

}  // namespace lotse::net
