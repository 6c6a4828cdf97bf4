#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

/// A request and its response as routes see them: plain values, no socket.
namespace lotse::http {

enum class Method { get, post, patch, remove, options, other /**< a known one that no route takes, like PUT */ };

/// Reads a streamed body, piece by piece. Blocks the calling thread until bytes are there.
class BodyReader {
 public:
  virtual ~BodyReader() = default;
  /// Fills `into` as far as bytes are there; 0 at the end.
  /// errors  upload_broken (the connection ended early), upload_too_large, upload_too_slow
  virtual Result<size_t> read(std::span<char> into) = 0;
};

struct Request {
  Method method = Method::get;
  std::string path;                               ///< decoded, without the query
  std::map<std::string, std::string> parameters;  ///< of the path: "id" of "/tokens/{id}"
  std::map<std::string, std::string> query;       ///< decoded; of a name that stands twice the last one
  std::map<std::string, std::string> headers;     ///< names in lower case
  std::string body;                               ///< empty where it is streamed
  BodyReader* stream = nullptr;                   ///< the body of a route that streams it
  std::optional<uint64_t> body_size;              ///< Content-Length, where the client said it
  std::string address;                            ///< of the client
  bool local = false;                             ///< came over the data folder's own socket: the machine's owner
  std::string language = "de";                    ///< "de" or "en", by Accept-Language
  std::chrono::steady_clock::time_point arrived = std::chrono::steady_clock::now();  ///< when its head was there
  std::stop_token stop;                           ///< the client went away: nobody waits for the answer any more

  std::string_view header(const std::string& name) const {
    const auto at = headers.find(name);
    return at == headers.end() ? std::string_view{} : std::string_view(at->second);
  }
  const std::string& parameter(const std::string& name) const {
    const auto at = parameters.find(name);
    ensure(at != parameters.end(), "the route's path has this parameter");
    return at->second;
  }
  std::optional<std::string> query_text(const std::string& name) const {
    const auto at = query.find(name);
    if (at == query.end() || at->second.empty()) return std::nullopt;
    return at->second;
  }
  /// The ETag that the client believes in, without quotes; none where it sends none or "*".
  std::optional<std::string> if_match() const;
};

/// Takes pieces of a long answer. Blocks while the client is slow.
class BodyWriter {
 public:
  virtual ~BodyWriter() = default;
  /// False where the client is gone: stop making more.
  virtual bool write(std::string_view piece) = 0;
};

/// One browser's stream of server-sent events. Any thread may push.
class EventStream {
 public:
  virtual ~EventStream() = default;
  /// Queues "event: name / data: data". A client that does not read is cut off after 256 waiting events: it connects
  /// again and asks for everything anew.
  virtual void push(std::string_view name, std::string_view data) = 0;
  virtual void close() = 0;
};

/// "de" or "en", whichever an Accept-Language header wants more; German where it names neither.
std::string preferred_language(std::string_view accept_language);

struct Response {
  int status = 200;
  std::string content_type;  ///< empty: no body
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;

  /// Set: the body is written by this function on a worker thread, of unknown length.
  std::function<void(BodyWriter&)> writer;
  /// Set: a stream of events begins; the function learns where to push, and its return value is kept until the client
  /// goes, then destroyed.
  std::function<std::shared_ptr<void>(std::shared_ptr<EventStream>)> events;
  /// Set: the answer comes later, from any thread, exactly once; no worker thread waits for it.
  std::function<void(std::function<void(Response)>)> later;
};

}  // namespace lotse::http
