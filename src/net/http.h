#pragma once
#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/address.h"

/// Outgoing HTTP and HTTPS.
namespace lotse::net {

struct HttpRequest {
  std::string method = "GET", url;
  /// Go to the url's own origin alone: a redirect to another one goes without them, for they may hold secrets.
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::optional<std::filesystem::path> body_file;  ///< sent instead of `body`
};
struct HttpLimits {
  std::chrono::milliseconds connect{10'000};
  std::chrono::milliseconds total{300'000};
  std::chrono::seconds silent{60};             ///< so long nothing may come
  uint64_t body_bytes_max = uint64_t{64} << 20;
  int redirects_max = 5;
};
struct HttpAnswer {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
  std::string body;                                          ///< empty where a sink took it
  std::string url;                                           ///< after redirects
  std::optional<std::string> header(std::string_view name) const;
};
/// Takes a piece of the body of an answer with a status of 200 to 299.
using HttpSink = std::function<Result<void>(std::span<const char>)>;

/// One request, with its redirects. Certificates are checked; no proxy is used; compressed answers are inflated (the limit
/// counts inflated bytes). Each address is judged in the moment of connecting, so that a name which changes meanwhile, a
/// redirect or an unusual way to write a number reaches nothing that `allowed` does not name.
///
///   errors  invalid_url (not http or https, or with a password in it), host_unknown, address_refused, connect_failed,
///           tls_failed, timed_out, connection_broken, answer_too_large, too_many_redirects, cancelled; those of the sink
///   threads any; blocks
Result<HttpAnswer> fetch(const HttpRequest& request, const HttpLimits& limits, const AllowedHosts& allowed, std::stop_token stop = {},
                         const HttpSink& sink = {});

/// "https://host:port" of a URL in lower case, the port always there.  errors  invalid_url
Result<std::string> origin_of(const std::string& url);
/// A URL with another query parameter: replaced where it is there already.  errors  invalid_url
Result<std::string> with_parameter(const std::string& url, std::string_view name, std::string_view value);
/// The address that `reference` means on a page at `base`.  errors  invalid_url
Result<std::string> joined(const std::string& base, const std::string& reference);
/// The address of `Link: <…>; rel="next"` (RFC 8288), as it stands there.
std::optional<std::string> next_link(std::string_view link_header);
/// As a value of application/x-www-form-urlencoded.
std::string form_encoded(std::string_view text);
/// "Basic …" of a name and a password.
std::string basic_authorization(std::string_view user, std::string_view password);

}  // namespace lotse::net
