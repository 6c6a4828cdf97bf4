#include "net/http.h"

#include <curl/curl.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <memory>
#include <mutex>

namespace lotse::net {

namespace {
struct CurlUrl {
  std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> handle{curl_url(), &curl_url_cleanup};
  bool set(CURLUPart part, const std::string& text, unsigned flags = 0) { return curl_url_set(handle.get(), part, text.c_str(), flags) == CURLUE_OK; }
  std::string get(CURLUPart part, unsigned flags = 0) const {
    char* text = nullptr;
    if (curl_url_get(handle.get(), part, &text, flags) != CURLUE_OK) return {};
    std::string out(text);
    curl_free(text);
    return out;
  }
};

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}
std::string_view trimmed(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

Result<CurlUrl> parsed(const std::string& url) {
  CurlUrl out;
  if (url.size() > 8000 || !out.set(CURLUPART_URL, url)) return Error::invalid("invalid_url", "", "not a URL");
  const auto scheme = out.get(CURLUPART_SCHEME);
  if ((scheme != "http" && scheme != "https") || out.get(CURLUPART_HOST).empty()) return Error::invalid("invalid_url", "", "http:// or https:// and a host are expected");
  // A password in an address would stand in logs and lists.
  if (!out.get(CURLUPART_USER).empty() || !out.get(CURLUPART_PASSWORD).empty()) return Error::invalid("invalid_url", "", "name and password do not belong into the address");
  return out;
}
std::string origin(const CurlUrl& url) {
  return lower(url.get(CURLUPART_SCHEME) + "://" + url.get(CURLUPART_HOST) + ":" + url.get(CURLUPART_PORT, CURLU_DEFAULT_PORT));
}

void start_curl() {
  static std::once_flag once;
  std::call_once(once, [] { ensure(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK, "libcurl starts"); });
}

/// What one exchange tells its callbacks.
struct Exchange {
  const HttpLimits& limits;
  std::stop_token stop;
  const HttpSink& sink;
  bool address_free = false;  // the host is allowed whatever its address
  bool refused = false, too_large = false;
  std::optional<Error> failed;
  uint64_t bytes = 0;
  HttpAnswer answer;
  CURL* curl = nullptr;
};

curl_socket_t open_socket(void* data, curlsocktype, curl_sockaddr* address) {
  auto& exchange = *static_cast<Exchange*>(data);
  if (!exchange.address_free && !is_public(address->addr)) {
    exchange.refused = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}
size_t take_header(char* bytes, size_t, size_t size, void* data) {
  auto& exchange = *static_cast<Exchange*>(data);
  const std::string_view line(bytes, size);
  if (line.starts_with("HTTP/")) exchange.answer.headers.clear();  // of an interim answer
  if (const size_t colon = line.find(':'); colon != std::string_view::npos && exchange.answer.headers.size() < 200)
    exchange.answer.headers.emplace_back(lower(line.substr(0, colon)), trimmed(line.substr(colon + 1)));
  return size;
}
size_t take_body(char* bytes, size_t, size_t size, void* data) {
  auto& exchange = *static_cast<Exchange*>(data);
  exchange.bytes += size;
  if (exchange.bytes > exchange.limits.body_bytes_max) {
    exchange.too_large = true;
    return 0;
  }
  long status = 0;
  curl_easy_getinfo(exchange.curl, CURLINFO_RESPONSE_CODE, &status);
  if (exchange.sink && status >= 200 && status < 300) {
    if (auto taken = exchange.sink({bytes, size}); !taken) {
      exchange.failed = taken.error();
      return 0;
    }
  } else {
    exchange.answer.body.append(bytes, size);
  }
  return size;
}
int look_up_stop(void* data, curl_off_t, curl_off_t, curl_off_t, curl_off_t) { return static_cast<Exchange*>(data)->stop.stop_requested() ? 1 : 0; }

Error error_of(CURLcode code, const Exchange& exchange, const std::string& host, const char* text) {
  const std::string detail = host + ": " + (*text ? text : curl_easy_strerror(code));
  const auto later = [&](const char* word) { return Error::make(ErrorKind::unavailable, word, detail); };
  if (exchange.failed) return *exchange.failed;
  if (exchange.refused) return address_refused(host);
  if (exchange.too_large) return Error::make(ErrorKind::too_large, "answer_too_large", std::to_string(exchange.limits.body_bytes_max) + " bytes are allowed");
  switch (code) {
    case CURLE_ABORTED_BY_CALLBACK: return Error::make(ErrorKind::cancelled, "cancelled");
    case CURLE_COULDNT_RESOLVE_HOST: return later("host_unknown");
    case CURLE_COULDNT_CONNECT: return later("connect_failed");
    case CURLE_OPERATION_TIMEDOUT: return later("timed_out");
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE: return later("tls_failed");
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL: return Error::invalid("invalid_url", "", detail);
    default: return later("connection_broken");
  }
}

Result<HttpAnswer> exchange_once(const HttpRequest& request, const CurlUrl& url, bool with_headers, const HttpLimits& limits, const AllowedHosts& allowed,
                                 std::stop_token stop, const HttpSink& sink) {
  start_curl();
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), &curl_easy_cleanup);
  ensure(curl != nullptr, "libcurl gives a handle");
  const std::string host = url.get(CURLUPART_HOST), address = url.get(CURLUPART_URL);
  Exchange exchange{limits, stop, sink};
  exchange.address_free = allowed.has(host);
  exchange.curl = curl.get();
  char text[CURL_ERROR_SIZE] = "";
  const auto set = [&](CURLoption option, auto value) { ensure(curl_easy_setopt(curl.get(), option, value) == CURLE_OK, "libcurl takes an option"); };
  set(CURLOPT_ERRORBUFFER, text);
  set(CURLOPT_URL, address.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_PROXY, "");
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limits.connect.count()));
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(limits.total.count()));
  set(CURLOPT_LOW_SPEED_LIMIT, 1L);
  set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(limits.silent.count()));
  set(CURLOPT_ACCEPT_ENCODING, "");
  set(CURLOPT_OPENSOCKETFUNCTION, &open_socket);
  set(CURLOPT_OPENSOCKETDATA, &exchange);
  set(CURLOPT_HEADERFUNCTION, &take_header);
  set(CURLOPT_HEADERDATA, &exchange);
  set(CURLOPT_WRITEFUNCTION, &take_body);
  set(CURLOPT_WRITEDATA, &exchange);
  set(CURLOPT_NOPROGRESS, 0L);
  set(CURLOPT_XFERINFOFUNCTION, &look_up_stop);
  set(CURLOPT_XFERINFODATA, &exchange);
  set(CURLOPT_USERAGENT, "Lotse");

  curl_slist* list = nullptr;
  // No waiting for "100 Continue": many small servers never say it.
  list = curl_slist_append(list, "Expect:");
  if (with_headers)
    for (const auto& [name, value] : request.headers) list = curl_slist_append(list, (value.empty() ? name + ";" : name + ": " + value).c_str());
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers(list, &curl_slist_free_all);
  set(CURLOPT_HTTPHEADER, headers.get());

  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(nullptr, &std::fclose);
  if (request.body_file) {
    file.reset(std::fopen(request.body_file->c_str(), "rb"));
    if (!file) return Error::make(ErrorKind::unavailable, "file_not_readable", request.body_file->string());
    set(CURLOPT_UPLOAD, 1L);
    set(CURLOPT_READDATA, file.get());
    set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(std::filesystem::file_size(*request.body_file)));
    set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
  } else if (request.method != "GET") {
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(CURLOPT_POSTFIELDS, request.body.c_str());
    set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
  const CURLcode done = curl_easy_perform(curl.get());
  if (done != CURLE_OK) return error_of(done, exchange, host, text);
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  exchange.answer.status = static_cast<int>(status);
  exchange.answer.url = address;
  return std::move(exchange.answer);
}
}  // namespace

std::optional<std::string> HttpAnswer::header(std::string_view name) const {
  for (const auto& [known, value] : headers)
    if (known == name) return value;
  return std::nullopt;
}

Result<HttpAnswer> fetch(const HttpRequest& request, const HttpLimits& limits, const AllowedHosts& allowed, std::stop_token stop, const HttpSink& sink) {
  CurlUrl url = TRY(parsed(request.url));
  const std::string home = origin(url);
  HttpRequest now = request;
  for (int redirects = 0;; ++redirects) {
    auto answer = TRY(exchange_once(now, url, origin(url) == home, limits, allowed, stop, sink));
    const auto target = answer.header("location");
    if (answer.status < 300 || answer.status > 399 || answer.status == 304 || !target) return answer;
    if (redirects == limits.redirects_max) return Error::invalid("too_many_redirects", "", answer.url);
    CurlUrl next = TRY(parsed(TRY(joined(answer.url, *target))));
    if (url.get(CURLUPART_SCHEME) == "https" && next.get(CURLUPART_SCHEME) != "https") return Error::invalid("invalid_url", "", "a redirect leads from https to http");
    url = std::move(next);
    if (answer.status != 307 && answer.status != 308 && now.method != "GET") {
      now.method = "GET";
      now.body.clear();
      now.body_file.reset();
    }
  }
}

Result<std::string> origin_of(const std::string& url) { return origin(TRY(parsed(url))); }

Result<std::string> with_parameter(const std::string& url, std::string_view name, std::string_view value) {
  CurlUrl u = TRY(parsed(url));
  const std::string key = form_encoded(name) + "=";
  std::string query, old = u.get(CURLUPART_QUERY);
  for (size_t begin = 0; begin < old.size();) {
    const size_t end = std::min(old.find('&', begin), old.size());
    if (const auto part = old.substr(begin, end - begin); !part.empty() && !part.starts_with(key)) query += (query.empty() ? "" : "&") + part;
    begin = end + 1;
  }
  query += (query.empty() ? "" : "&") + key + form_encoded(value);
  if (!u.set(CURLUPART_QUERY, query)) return Error::invalid("invalid_url", "", "the query does not fit");
  return u.get(CURLUPART_URL);
}

Result<std::string> joined(const std::string& base, const std::string& reference) {
  CurlUrl u = TRY(parsed(base));
  if (!u.set(CURLUPART_URL, reference)) return Error::invalid("invalid_url", "", "not an address: " + reference.substr(0, 200));
  return u.get(CURLUPART_URL);
}

std::optional<std::string> next_link(std::string_view header) {
  while (!header.empty()) {
    const size_t open = header.find('<');
    if (open == std::string_view::npos) return std::nullopt;
    const size_t close = header.find('>', open);
    if (close == std::string_view::npos) return std::nullopt;
    const size_t end = std::min(header.find('<', close), header.size());
    const std::string parameters = lower(header.substr(close, end - close));
    for (const std::string_view word : {"rel=\"next\"", "rel=next", "rel='next'"})
      if (parameters.find(word) != std::string::npos) return std::string(header.substr(open + 1, close - open - 1));
    header.remove_prefix(end);
  }
  return std::nullopt;
}

std::string form_encoded(std::string_view text) {
  static constexpr char hex[] = "0123456789ABCDEF";
  std::string out;
  for (const unsigned char c : text) {
    if (std::isalnum(c) || c == '-' || c == '_' || c == '.' || c == '~') out += static_cast<char>(c);
    else out += {'%', hex[c >> 4], hex[c & 15]};
  }
  return out;
}

std::string basic_authorization(std::string_view user, std::string_view password) {
  static constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::string text = std::string(user) + ":" + std::string(password);
  std::string out = "Basic ";
  for (size_t i = 0; i < text.size(); i += 3) {
    uint32_t n = 0;
    for (size_t k = 0; k < 3; ++k) n = n << 8 | (i + k < text.size() ? static_cast<unsigned char>(text[i + k]) : 0u);
    for (size_t k = 0; k < 4; ++k) out += i + k <= text.size() ? digits[n >> (18 - 6 * k) & 63] : '=';
  }
  return out;
}

}  // namespace lotse::net
