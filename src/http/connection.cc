#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <deque>

#include "base/log.h"
#include "http/detail/connection.h"
#include "http/target.h"
#include "http/problem.h"

namespace lotse::http::detail {
namespace {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace wire = boost::beast::http;
using Stream = beast::basic_stream<asio::generic::stream_protocol>;
using Parser = wire::request_parser<wire::buffer_body>;
using namespace std::chrono_literals;
constexpr auto token = asio::as_tuple(asio::use_awaitable);

constexpr uint32_t head_bytes_max = 16 * 1024;
constexpr std::chrono::seconds first_head_max = 20s, idle_max = 75s, body_pause_max = 60s, answer_max = 300s;
constexpr std::chrono::seconds ping_every = 15s, event_stream_max = 30min;
constexpr size_t events_waiting_max = 256;

std::optional<Method> method_of(wire::verb verb) {
  switch (verb) {
    case wire::verb::get:
    case wire::verb::head: return Method::get;
    case wire::verb::post: return Method::post;
    case wire::verb::patch: return Method::patch;
    case wire::verb::delete_: return Method::remove;
    case wire::verb::options: return Method::options;
    case wire::verb::unknown: return std::nullopt;
    default: return Method::other;
  }
}

/// Server-sent events that wait for the loop.
class Events : public EventStream, public std::enable_shared_from_this<Events> {
 public:
  explicit Events(const asio::any_io_executor& executor) : executor_(executor), wake_(executor) { wake_.expires_at(asio::steady_timer::time_point::max()); }
  void push(std::string_view name, std::string_view data) override {
    std::string text;
    text.append("event: ").append(name).append("\ndata: ").append(data).append("\n\n");
    {
      std::lock_guard lock(mutex_);
      if (closed_) return;
      if (waiting_.size() >= events_waiting_max)
        closed_ = true;
      else
        waiting_.push_back(std::move(text));
    }
    notify();
  }
  void close() override {
    {
      std::lock_guard lock(mutex_);
      closed_ = true;
    }
    notify();
  }
  /// What waits, joined; none where the stream is closed.
  std::optional<std::string> take() {
    std::lock_guard lock(mutex_);
    if (closed_) return std::nullopt;
    std::string all;
    for (const auto& one : waiting_) all += one;
    waiting_.clear();
    return all;
  }
  asio::steady_timer& wake() { return wake_; }

 private:
  void notify() {
    asio::post(executor_, [self = shared_from_this()] { self->wake_.cancel(); });
  }
  asio::any_io_executor executor_;
  asio::steady_timer wake_;
  std::mutex mutex_;
  std::deque<std::string> waiting_;
  bool closed_ = false;
};

class BeastConnection : public Connection, public std::enable_shared_from_this<BeastConnection> {
 public:
  BeastConnection(Host& host, asio::generic::stream_protocol::socket socket, std::string address, bool is_local)
      : host_(host), stream_(std::move(socket)), address_(std::move(address)), is_local_(is_local) {
    host_.add(this);
  }
  ~BeastConnection() override { host_.remove(this); }

  void end_soon() override {
    if (events_) events_->close();
    if (between_requests_) cut();
  }
  void cut() override {
    boost::system::error_code ignored;
    stream_.socket().close(ignored);
  }

  asio::any_io_executor executor() { return stream_.get_executor(); }

  asio::awaitable<void> serve() {
    bool first = true;
    for (bool again = true; again && !host_.ending(); first = false) {
      Parser parser;
      parser.header_limit(head_bytes_max);
      parser.body_limit(boost::none);
      stream_.expires_after(first ? first_head_max : idle_max);
      between_requests_ = buffer_.size() == 0;
      const auto [failed, bytes] = co_await wire::async_read_header(stream_, buffer_, parser, token);
      between_requests_ = false;
      if (failed) {
        if (failed.category() == wire::make_error_code(wire::error::bad_method).category() && failed != wire::error::end_of_stream &&
            failed != wire::error::partial_message)
          co_await refuse(failed == wire::error::header_limit ? 431 : 400, failed == wire::error::header_limit ? "header_too_large" : "malformed_request", language_of(parser));
        break;
      }
      again = co_await one_request(parser);
    }
    boost::system::error_code ignored;
    stream_.socket().shutdown(asio::socket_base::shutdown_send, ignored);
    co_await drain();
  }

 private:
  /// Lets the client read the answer before the connection is reset by bytes that it still sends.
  asio::awaitable<void> drain() {
    std::array<char, 16 * 1024> rest;
    stream_.expires_after(2s);
    for (size_t total = 0; total < (4u << 20);) {
      const auto [failed, n] = co_await stream_.async_read_some(asio::buffer(rest), token);
      if (failed) break;
      total += n;
    }
    stream_.close();
  }

  /// Reads the request's body, has it answered, writes the answer. False: the connection ends.
  asio::awaitable<bool> one_request(Parser& parser) {
    const auto& head = parser.get();
    auto request = std::make_shared<Request>();
    const auto method = method_of(head.method());
    const bool only_head = head.method() == wire::verb::head;
    if (!method || !read_target(std::string_view(head.target().data(), head.target().size()), *request)) {
      co_await refuse(method ? 400 : 501, method ? "malformed_request" : "method_unknown", language_of(parser));
      co_return false;
    }
    request->method = *method;
    for (const auto& field : head) {
      std::string name(field.name_string());
      for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      const std::string value(field.value());
      auto& slot = request->headers[name];
      slot = slot.empty() ? value : slot + (name == "cookie" ? "; " : ", ") + value;
    }
    request->address = client_address(*request, address_);
    request->local = is_local_;
    if (const auto size = parser.content_length()) request->body_size = *size;

    const BodyPlan plan = host_.application().plan(*request);
    if (!plan.stream && request->body_size.value_or(0) > plan.size_max) {
      co_await refuse(413, "body_too_large", language_of(parser));
      co_return false;
    }
    continue_wanted_ = wire::token_list(head[wire::field::expect]).exists("100-continue");
    const bool keep = head.keep_alive();
    std::optional<Reader> reader;
    if (plan.stream) {
      reader.emplace(*this, parser);
      request->stream = &*reader;
    } else if (const int status = co_await read_whole(parser, plan.size_max, request->body); status != 0) {
      if (status > 0) co_await refuse(status, status == 413 ? "body_too_large" : "malformed_request", language_of(parser));
      co_return false;
    }
    Response response = co_await answer(request, plan.stream);
    // A body that the handler did not want is not read to its end.
    const bool whole = !plan.stream || parser.is_done();
    co_return co_await write(std::move(response), head.version(), keep && whole && !host_.ending(), only_head) && whole;
  }

  /// Tells a client that asked first to send its body. A streamed one is asked for when the handler reads it, so that
  /// who may not upload sends nothing.
  asio::awaitable<void> go_on() {
    if (!std::exchange(continue_wanted_, false)) co_return;
    wire::response<wire::empty_body> message(wire::status::continue_, 11);
    stream_.expires_after(body_pause_max);
    co_await wire::async_write(stream_, message, token);  // a failure shows at the next read
  }

  /// 0: read; else the status to refuse with, or -1 where the client is gone.
  asio::awaitable<int> read_whole(Parser& parser, uint64_t size_max, std::string& body) {
    std::array<char, 64 * 1024> piece;
    co_await go_on();
    while (!parser.is_done()) {
      stream_.expires_after(body_pause_max);
      parser.get().body().data = piece.data();
      parser.get().body().size = piece.size();
      parser.get().body().more = true;
      auto [failed, n] = co_await wire::async_read(stream_, buffer_, parser, token);
      if (failed == wire::error::need_buffer) failed = {};
      if (failed) co_return failed == beast::error::timeout ? 408 : failed == wire::error::partial_message || failed.category() != wire::make_error_code(wire::error::bad_method).category() ? -1 : 400;
      body.append(piece.data(), piece.size() - parser.get().body().size);
      if (body.size() > size_max) co_return 413;
    }
    co_return 0;
  }

  /// Hands the request to a worker and waits for its response without holding the loop.
  asio::awaitable<Response> answer(std::shared_ptr<Request> request, bool transfer) {
    auto stop = std::make_shared<std::stop_source>();
    request->stop = stop->get_token();
    const bool watched = request->stream == nullptr && buffer_.size() == 0;
    if (watched) watch_for_end(stop);
    struct Waiting {
      explicit Waiting(const asio::any_io_executor& e) : done(e) { done.expires_at(asio::steady_timer::time_point::max()); }
      asio::steady_timer done;
      std::optional<Response> response;
    };
    auto waiting = std::make_shared<Waiting>(stream_.get_executor());
    // From any thread: the response is handed over on the loop.
    const auto deliver = [waiting, executor = stream_.get_executor()](Response response) {
      asio::post(executor, [waiting, response = std::make_shared<Response>(std::move(response))] {
        if (waiting->response) return;
        waiting->response = std::move(*response);
        waiting->done.cancel();
      });
    };
    auto work = [request, deliver, &application = host_.application()] {
      Response response = application.handle(*request);
      if (!response.later) return deliver(std::move(response));
      const auto later = std::move(response.later);
      later(deliver);
    };
    const bool taken = transfer ? host_.run_transfer(std::move(work)) : host_.run_request(std::move(work));
    if (!taken) co_return problem(Error::make(ErrorKind::unavailable, "server_busy", "every worker is busy"), preferred_language(request->header("accept-language")));
    stream_.expires_never();
    while (!waiting->response) co_await waiting->done.async_wait(token);
    if (watched) stream_.socket().cancel();  // ends the watch
    co_return std::move(*waiting->response);
  }

  /// Requests `stop` when the client closes while its request is being answered.
  void watch_for_end(std::shared_ptr<std::stop_source> stop) {
    stream_.socket().async_wait(asio::socket_base::wait_read, [self = shared_from_this(), stop](boost::system::error_code failed) {
      if (failed) return;
      char byte;
      boost::system::error_code ended;
      self->stream_.socket().non_blocking(true, ended);
      const size_t n = self->stream_.socket().receive(asio::buffer(&byte, 1), asio::socket_base::message_peek, ended);
      if (n == 0 && ended != asio::error::would_block) stop->request_stop();
    });
  }

  template <class Message>
  void fill_head(Message& message, const Response& response, bool keep) {
    message.set(wire::field::server, "Lotse");
    for (const auto& [name, value] : response.headers) message.insert(name, value);
    if (!response.content_type.empty()) message.set(wire::field::content_type, response.content_type);
    message.keep_alive(keep);
  }

  asio::awaitable<bool> write(Response response, unsigned version, bool keep, bool only_head) {
    if (response.events) co_return co_await write_events(std::move(response));
    if (response.writer) co_return co_await write_long(std::move(response), version, keep, only_head);
    wire::response<wire::string_body> message(wire::int_to_status(static_cast<unsigned>(response.status)), version);
    message.result(static_cast<unsigned>(response.status));
    fill_head(message, response, keep);
    message.body() = std::move(response.body);
    const bool bodyless = response.status == 204 || response.status == 304;
    if (!bodyless) message.prepare_payload();
    if (only_head) message.body().clear();
    wire::response_serializer<wire::string_body> serializer(message);
    stream_.expires_after(answer_max);
    const auto [failed, n] = only_head || bodyless ? co_await wire::async_write_header(stream_, serializer, token)
                                                   : co_await wire::async_write(stream_, serializer, token);
    co_return !failed && keep;
  }

  asio::awaitable<bool> write_head_of_chunks(const Response& response, unsigned version, bool keep) {
    wire::response<wire::empty_body> message(wire::status::ok, version);
    message.result(static_cast<unsigned>(response.status));
    fill_head(message, response, keep);
    message.chunked(version >= 11);
    wire::response_serializer<wire::empty_body> serializer(message);
    stream_.expires_after(body_pause_max);
    const auto [failed, n] = co_await wire::async_write_header(stream_, serializer, token);
    co_return !failed;
  }

  asio::awaitable<bool> write_chunk(std::string_view piece, bool chunked) {
    stream_.expires_after(body_pause_max);
    const auto bytes = asio::buffer(piece.data(), piece.size());
    const auto [failed, n] = chunked ? co_await asio::async_write(stream_, wire::make_chunk(bytes), token)
                                     : co_await asio::async_write(stream_, bytes, token);
    co_return !failed;
  }

  /// A body that a worker writes piece by piece.
  asio::awaitable<bool> write_long(Response response, unsigned version, bool keep, bool only_head) {
    const bool chunked = version >= 11;  // else the end of the connection is the end of the body
    keep = keep && chunked;
    if (!co_await write_head_of_chunks(response, version, keep)) co_return false;
    if (only_head) co_return keep;
    struct Waiting {
      explicit Waiting(const asio::any_io_executor& e) : done(e) { done.expires_at(asio::steady_timer::time_point::max()); }
      asio::steady_timer done;
      bool ended = false, whole = false;
    };
    auto waiting = std::make_shared<Waiting>(stream_.get_executor());
    const bool taken = host_.run_transfer([this, self = shared_from_this(), waiting, chunked, writer = std::move(response.writer)] {
      Writer out(*this, chunked);
      bool whole = true;
      try {
        writer(out);
      } catch (const std::exception& e) {
        log_error("http", "a long answer broke off: {}", e.what());
        whole = false;
      }
      whole = whole && out.flush();
      asio::post(stream_.get_executor(), [waiting, whole] {
        waiting->whole = whole;
        waiting->ended = true;
        waiting->done.cancel();
      });
    });
    while (taken && !waiting->ended) co_await waiting->done.async_wait(token);
    if (!taken || !waiting->whole) co_return false;  // without the last chunk: the client sees that it is not whole
    if (!chunked) co_return false;
    stream_.expires_after(body_pause_max);
    const auto [failed, n] = co_await asio::async_write(stream_, wire::make_chunk_last(), token);
    co_return !failed && keep;
  }

  asio::awaitable<bool> write_events(Response response) {
    response.headers.emplace_back("X-Accel-Buffering", "no");
    if (!co_await write_head_of_chunks(response, 11, false)) co_return false;
    events_ = std::make_shared<Events>(stream_.get_executor());
    const auto joined = response.events(events_);
    const auto until = std::chrono::steady_clock::now() + event_stream_max;  // then the client signs in again
    bool fine = co_await write_chunk(": welcome\n\n", true);
    while (fine && !host_.ending() && std::chrono::steady_clock::now() < until) {
      const auto news = events_->take();
      if (!news) break;
      if (!news->empty()) {
        fine = co_await write_chunk(*news, true);
        continue;
      }
      events_->wake().expires_after(ping_every);
      stream_.expires_never();
      const auto [woken] = co_await events_->wake().async_wait(token);
      if (!woken) fine = co_await write_chunk(": ping\n\n", true);
    }
    events_.reset();
    if (fine) {
      stream_.expires_after(2s);
      co_await asio::async_write(stream_, wire::make_chunk_last(), token);
    }
    co_return false;
  }

  static std::string language_of(Parser& parser) { return preferred_language(parser.get()[wire::field::accept_language]); }

  asio::awaitable<void> refuse(int status, const char* code, std::string language) {
    co_await write(problem(Error::make(ErrorKind::invalid, code), language, status), 11, false, false);
  }

  /// The body as a worker reads it: each piece is one read on the loop, straight into the worker's memory.
  class Reader : public BodyReader {
   public:
    Reader(BeastConnection& connection, Parser& parser) : connection_(connection), parser_(parser) {}
    Result<size_t> read(std::span<char> into) override {
      return asio::co_spawn(connection_.stream_.get_executor(), some(into), asio::use_future).get();
    }

   private:
    asio::awaitable<Result<size_t>> some(std::span<char> into) {
      co_await connection_.go_on();
      while (!parser_.is_done()) {
        connection_.stream_.expires_after(body_pause_max);
        auto& body = parser_.get().body();
        body.data = into.data();
        body.size = into.size();
        body.more = true;
        auto [failed, n] = co_await wire::async_read(connection_.stream_, connection_.buffer_, parser_, token);
        if (failed == wire::error::need_buffer) failed = {};
        if (failed == beast::error::timeout) co_return Error::make(ErrorKind::unavailable, "upload_too_slow", "no byte for 60 s");
        if (failed) co_return Error::make(ErrorKind::unavailable, "upload_broken", failed.message());
        if (const size_t filled = into.size() - body.size; filled > 0) co_return filled;
      }
      co_return size_t{0};
    }
    BeastConnection& connection_;
    Parser& parser_;
  };

  class Writer : public BodyWriter {
   public:
    Writer(BeastConnection& connection, bool chunked) : connection_(connection), chunked_(chunked) {}
    bool write(std::string_view piece) override {
      waiting_.append(piece);
      return waiting_.size() < (256u << 10) ? fine_ : flush();
    }
    bool flush() {
      if (fine_ && !waiting_.empty())
        fine_ = asio::co_spawn(connection_.stream_.get_executor(), connection_.write_chunk(waiting_, chunked_), asio::use_future).get();
      waiting_.clear();
      return fine_;
    }

   private:
    BeastConnection& connection_;
    bool chunked_, fine_ = true;
    std::string waiting_;
  };

  Host& host_;
  Stream stream_;
  beast::flat_buffer buffer_{256 * 1024};
  const std::string address_;
  const bool is_local_;
  bool between_requests_ = false, continue_wanted_ = false;
  std::shared_ptr<Events> events_;
};
}  // namespace

void start_connection(Host& host, asio::generic::stream_protocol::socket socket, std::string address, bool is_local) {
  auto connection = std::make_shared<BeastConnection>(host, std::move(socket), std::move(address), is_local);
  const auto executor = connection->executor();
  asio::co_spawn(executor, [connection]() -> asio::awaitable<void> { co_await connection->serve(); }, [connection](std::exception_ptr failed) {
    if (!failed) return;
    try {
      std::rethrow_exception(failed);
    } catch (const std::exception& e) {
      log_error("http", "a connection ended: {}", e.what());
    }
  });
}

}  // namespace lotse::http::detail
